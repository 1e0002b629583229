//! Remarks and counts of a migration, for standard error.

use qapi_codegen::diagnostic::Severity;
use qapi_codegen::traffic::migrate::MigrationOutcome;
use qapi_codegen::traffic::migrate::rewrite::MigratedRequest;

use crate::Outcome;
use crate::console::{Console, severity_style};
use crate::render::count;

/// Prints what the user should know about a request.
pub fn print_remarks(file: &str, request: &MigratedRequest, console: &mut Console) {
    let (severity, outcome) = match request.migration.outcome {
        MigrationOutcome::Unchanged => return,
        MigrationOutcome::Rewritten => (Severity::Note, "rewritten"),
        MigrationOutcome::Assumed => (Severity::Warning, "rewritten with an assumption"),
        MigrationOutcome::Left => (Severity::Error, "not migrated"),
    };
    let style = severity_style(severity);
    let command = request.command.as_deref().unwrap_or("message");
    let (line, column) = (request.position.line, request.position.column);
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
    pub fn add(&mut self, request: &MigratedRequest) {
        *match request.migration.outcome {
            MigrationOutcome::Unchanged => &mut self.unchanged,
            MigrationOutcome::Rewritten => &mut self.rewritten,
            MigrationOutcome::Assumed => &mut self.assumed,
            MigrationOutcome::Left => &mut self.left,
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
