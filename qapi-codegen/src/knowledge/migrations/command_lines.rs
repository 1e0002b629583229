//! Rules that rewrite options of the command line.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Certainty;
use crate::version::Series;

/// How to rewrite an option, or why a person has to.
///
/// Command lines in rules are patterns: words separated by spaces, in which
/// `{name}` stands for any value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandLineRule {
    /// Stable name.
    pub id: String,
    /// First series that rejects what the rule replaces, or warns of it.
    pub since: Series,
    /// Last series for which the rule applies; by default the newest.
    #[serde(default)]
    pub until: Option<Series>,
    /// The option that is replaced. Of parameters, only those of the pattern are.
    pub before: String,
    /// The options that replace it; empty if nothing does, and absent if the
    /// option is left.
    #[serde(default)]
    pub after: Option<String>,
    /// An option that has to be on the command line, too.
    #[serde(default)]
    pub with: Option<String>,
    /// Options that must not be on the command line.
    #[serde(default)]
    pub without: Vec<String>,
    /// Factors by the names in `before` that stand for integers.
    #[serde(default)]
    pub multiply: BTreeMap<String, i128>,
    /// `true` if the new parameters belong to an option that is on the command
    /// line, if there is one.
    #[serde(default)]
    pub merge: bool,
    /// Certainty that the new command line has the same meaning.
    #[serde(default)]
    pub certainty: Certainty,
    /// Reason for the change, in sentences.
    pub reason: String,
    /// What to do, in sentences.
    pub advice: String,
    /// A command line for the test of the rule, without the program, if the
    /// pattern alone is not accepted.
    #[serde(default)]
    pub example: Option<String>,
}

impl CommandLineRule {
    /// The name of the option that is replaced, without its dash.
    pub fn option(&self) -> &str {
        let word = self.before.split(' ').next().unwrap_or_default();
        word.trim_start_matches('-')
    }

    /// A command line to which the rule applies, without the program.
    pub fn example(&self) -> &str {
        self.example.as_deref().unwrap_or(&self.before)
    }

    /// Returns whether the rule applies to a series.
    pub fn applies_in(&self, series: Series) -> bool {
        self.since <= series && self.until.is_none_or(|until| series <= until)
    }

    /// Returns whether the rule answers for an option as a whole.
    pub fn is_about(&self, option: &str) -> bool {
        self.option() == option
    }

    /// Returns the reason and, unless the new command line is certain, the
    /// advice.
    pub fn message(&self) -> String {
        match self.certainty {
            Certainty::Certain => self.reason.clone(),
            Certainty::Assumed | Certainty::Left => format!("{} {}", self.reason, self.advice),
        }
    }
}
