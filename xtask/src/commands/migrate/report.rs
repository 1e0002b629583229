//! Remarks and counts of a migration, for standard error.

use qapi_codegen::traffic::check::Severity;
use qapi_codegen::traffic::migrate::Outcome as Answer;
use qapi_codegen::traffic::migrate::rewrite::Request;

use crate::Outcome;
use crate::console::{Console, severity_style};
use crate::render::count;

/// Prints what the user should know about a request.
pub fn print_remarks(file: &str, request: &Request, console: &mut Console) {
    let (severity, outcome) = match request.migration.outcome {
        Answer::Unchanged => return,
        Answer::Rewritten => (Severity::Note, "rewritten"),
        Answer::Assumed => (Severity::Warning, "rewritten with an assumption"),
        Answer::Left => (Severity::Error, "not migrated"),
    };
    let style = severity_style(severity);
    let command = request.command.as_deref().unwrap_or("message");
    let (line, column) = (request.place.line, request.place.column);
    let mut text = format!("{file}:{line}:{column}: {command}: {style}{outcome}{style:#}");
    for remark in &request.migration.remarks {
        let since = remark.since.map(|since| format!("since {since}: "));
        text += &format!("\n  {}{}", since.unwrap_or_default(), remark.message);
    }
    console.status(&text);
}

/// The number of requests by outcome.
#[derive(Default)]
pub struct MigrationCounts {
    unchanged: usize,
    rewritten: usize,
    assumed: usize,
    left: usize,
}

impl MigrationCounts {
    /// Adds a request.
    pub fn add(&mut self, request: &Request) {
        *match request.migration.outcome {
            Answer::Unchanged => &mut self.unchanged,
            Answer::Rewritten => &mut self.rewritten,
            Answer::Assumed => &mut self.assumed,
            Answer::Left => &mut self.left,
        } += 1;
    }

    /// The counts as one line.
    pub fn summary(&self, series: &str) -> String {
        let total = self.unchanged + self.rewritten + self.assumed + self.left;
        if total == 0 {
            return "no requests found".to_owned();
        }
        format!(
            "{}: {} unchanged, {} rewritten, {} rewritten with an assumption, {} not migrated \
             (QEMU {series})",
            count(total, "request"),
            self.unchanged,
            self.rewritten,
            self.assumed,
            self.left
        )
    }

    /// The outcome of the command.
    pub fn outcome(&self) -> Outcome {
        if self.left > 0 {
            Outcome::Found
        } else {
            Outcome::Fine
        }
    }
}
