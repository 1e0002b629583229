//! Destinations of migrated text.

use std::io::{self, Write};

use serde::Serialize;

use qapi_codegen::traffic::migrate::rewrite::MigratedRequest;
use qapi_codegen::traffic::migrate::unified::UnifiedDiff;

use super::InputError;
use crate::console::Console;
use crate::failure::Failure;
use crate::files::FileReplacement;

/// A destination of migrated text.
pub enum Sink {
    /// Standard output, for the whole text.
    Text(Box<dyn Write>),
    /// Standard output, for one object per request.
    Json(Box<dyn Write>),
    /// Standard output, for a unified diff.
    Diff(Box<UnifiedDiff<Box<dyn Write>>>),
    /// The file itself.
    File {
        /// The new content.
        replacement: FileReplacement,
        /// Set if the new content differs from the old one.
        is_changed: bool,
    },
}

#[derive(Serialize)]
struct RequestJson<'r> {
    file: &'r str,
    line: u64,
    column: u64,
    command: Option<&'r str>,
    answer: &'static str,
    before: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'r str>,
    remarks: Vec<RemarkJson<'r>>,
}

#[derive(Serialize)]
struct RemarkJson<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    message: &'r str,
}

impl Sink {
    /// Prints the whole text.
    pub fn text(console: &Console) -> Sink {
        Sink::Text(console.writer())
    }

    /// Prints one JSON object per request.
    pub fn json(console: &Console) -> Sink {
        Sink::Json(console.writer())
    }

    /// Prints a unified diff of a file.
    pub fn diff(file: &str, console: &Console) -> Sink {
        Sink::Diff(Box::new(UnifiedDiff::new(console.writer(), file)))
    }

    /// Replaces a file.
    pub fn replace(file: &str) -> Result<Sink, Failure> {
        if file == "-" {
            return Err(
                Failure::new("`--in-place` needs a file, not standard input")
                    .with_help("remove `--in-place`"),
            );
        }
        Ok(Sink::File {
            replacement: FileReplacement::new(file)?,
            is_changed: false,
        })
    }

    /// Adds a request and what became of it.
    pub fn add_request(&mut self, file: &str, request: &MigratedRequest) -> Result<(), InputError> {
        match self {
            Sink::Json(out) => write_json(out, file, request).map_err(InputError::from_output),
            Sink::Text(_) | Sink::Diff(_) | Sink::File { .. } => Ok(()),
        }
    }

    /// Adds a piece of the text, which `new` replaces if it is given.
    pub fn add_text(&mut self, old: &[u8], new: Option<&[u8]>) -> Result<(), InputError> {
        let new = new.unwrap_or(old);
        let result = match self {
            Sink::Text(out) => out.write_all(new),
            Sink::Json(_) => Ok(()),
            Sink::Diff(unified) => unified.add(old, new),
            Sink::File {
                replacement,
                is_changed,
            } => {
                *is_changed |= old != new;
                replacement.write_all(new)
            }
        };
        result.map_err(InputError::from_output)
    }

    /// Completes the destination.
    pub fn finish(self) -> Result<(), Failure> {
        match self {
            Sink::Text(mut out) | Sink::Json(mut out) => Ok(out.flush()?),
            Sink::Diff(unified) => Ok(unified.finish()?),
            Sink::File {
                replacement,
                is_changed: true,
            } => replacement.commit(),
            Sink::File { .. } => Ok(()),
        }
    }
}

fn write_json(out: &mut dyn Write, file: &str, request: &MigratedRequest) -> io::Result<()> {
    let remarks = request.migration.remarks.iter().map(|remark| RemarkJson {
        rule: remark.rule.as_deref(),
        since: remark.since.map(|since| since.to_string()),
        message: &remark.message,
    });
    let line = RequestJson {
        file,
        line: request.position.line,
        column: request.position.column,
        command: request.command.as_deref(),
        answer: request.migration.outcome.as_str(),
        before: &request.before,
        after: request.after.as_deref(),
        remarks: remarks.collect(),
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}
