//! The answers of the checker in the pages: what a release rejects of pasted
//! requests and command lines, with the rewritten ones; and the comparison of two
//! releases.
//!
//! The question has the files of `schemas/` that it needs (`files`), so that nothing
//! here reads a file and the same code runs in a browser.

mod files;
mod requests;
mod upgrade;

use std::collections::{BTreeMap, HashMap};

use qapi_codegen::version::Series;
use serde::Deserialize;

/// What the page asks.
#[derive(Debug, Deserialize)]
pub struct Question {
    /// The kind of answer.
    pub ask: Ask,
    /// The series that the requests were written for.
    pub from: Series,
    /// The series that has to accept them.
    pub to: Series,
    /// The requests, command lines or the log.
    #[serde(default)]
    pub text: String,
    /// All series, oldest first.
    pub series: Vec<Series>,
    /// The files of `schemas/` by their paths in it.
    pub files: BTreeMap<String, String>,
    /// The first and the last series that have a command.
    pub commands: HashMap<String, (Series, Series)>,
}

/// The kinds of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ask {
    /// What the later series rejects of a text, as JSON.
    Check,
    /// The report of the upgrade, as JSON: that of `cargo xtask diff --format json`.
    Compare,
    /// The report of the upgrade, as an HTML page.
    Report,
}

/// Answers a question, which is JSON.
///
/// # Errors
///
/// The question has another form, or its files are not valid. The error is a
/// sentence.
pub fn answer(question: &str) -> Result<String, String> {
    let question: Question = serde_json::from_str(question).map_err(|error| error.to_string())?;
    match question.ask {
        Ask::Check => {
            let answer = question.check()?;
            serde_json::to_string(&answer).map_err(|error| error.to_string())
        }
        Ask::Compare | Ask::Report => question.compare(),
    }
}
