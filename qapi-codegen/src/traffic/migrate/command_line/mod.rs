//! Migration of command lines.
//!
//! Options are rewritten one after another: by the rules for command lines
//! (`pattern`), by those for requests if the option takes the arguments of a
//! command (`requests`), and by giving keys their values (`booleans`). What the
//! later release still rejects is reported and left.

mod booleans;
mod edited;
mod pattern;
mod requests;

use std::io;

use super::rewrite::MigratedRequest;
use super::{Migration, MigrationOutcome, Migrator, Remark};
use crate::diagnostic::Severity;
use crate::knowledge::{Certainty, CommandLineRule};
use crate::traffic::check::MessageDiagnostic;
use crate::traffic::read::{LogContent, LoggedCommandLine, read};
use crate::traffic::secrets::masked_command_line;

use edited::EditedCommandLine;
use pattern::Match;

/// A command line that was migrated.
pub struct MigratedCommandLine {
    /// The new text, unless it is unchanged.
    pub text: Option<String>,
    /// The outcome.
    pub migration: Migration,
}

/// The rewriting of one command line.
struct CommandLineRewrite {
    line: EditedCommandLine,
    remarks: Vec<Remark>,
    /// Set if a rule leaves an option.
    is_left: bool,
    outcome: MigrationOutcome,
}

impl Migrator<'_> {
    /// Migrates a command line.
    pub fn migrate_command_line(&self, line: &LoggedCommandLine<'_>) -> MigratedCommandLine {
        let typed = self.target.divide(line);
        let mut rewrite = CommandLineRewrite {
            line: EditedCommandLine::new(line, &typed),
            remarks: Vec::new(),
            is_left: false,
            outcome: MigrationOutcome::Unchanged,
        };
        let target = self.target.series();
        let rules = self.rules.command_lines.iter();
        for rule in rules.filter(|rule| rule.applies_in(target)) {
            rewrite.apply(rule);
        }
        self.rewrite_requests(&mut rewrite);
        self.rewrite_booleans(&mut rewrite);
        self.finish(line, rewrite)
    }

    fn finish(
        &self,
        line: &LoggedCommandLine<'_>,
        mut rewrite: CommandLineRewrite,
    ) -> MigratedCommandLine {
        let new = rewrite.line.write(line);
        let text = new.filter(|text| text != line.text);
        if text.is_none() && rewrite.outcome != MigrationOutcome::Unchanged {
            let message = "The new command line cannot be written in the quotes of the old one.";
            rewrite.remarks = vec![Remark::new(message.to_owned())];
            rewrite.is_left = true;
        }
        let rejected = self.rejections(text.as_deref().unwrap_or(line.text), line);
        rewrite.is_left |= !rejected.is_empty();
        rewrite.remarks.extend(rejected);
        let outcome = match rewrite.is_left {
            true => MigrationOutcome::Left,
            false => rewrite.outcome,
        };
        MigratedCommandLine {
            text,
            migration: Migration {
                outcome,
                message: None,
                remarks: rewrite.remarks,
            },
        }
    }

    /// Why the later release rejects a command line.
    fn rejections(&self, text: &str, line: &LoggedCommandLine<'_>) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let checked = match text == line.text {
            true => vec![self.target.check_command_line(line)],
            false => read_again(text, |line| self.target.check_command_line(line)),
        };
        let problems = checked.into_iter().flat_map(|checked| checked.problems);
        for problem in problems.filter(|problem| problem.severity == Severity::Error) {
            remarks.push(Remark::new(describe(&problem)));
        }
        remarks
    }
}

fn describe(problem: &MessageDiagnostic) -> String {
    let help = problem.help.as_deref().map(|help| format!(" ({help})"));
    let target = &problem.location;
    format!(
        "`{target}` is left: {}.{}",
        problem.message,
        help.unwrap_or_default()
    )
}

/// Reads command lines from a new text.
fn read_again<T>(text: &str, mut visit: impl FnMut(&LoggedCommandLine<'_>) -> T) -> Vec<T> {
    let mut found = Vec::new();
    let result: io::Result<()> = read(&mut text.as_bytes(), &|_| false, &mut |entry| {
        if let LogContent::CommandLine(line) = &entry.content {
            found.push(visit(line));
        }
        Ok(())
    });
    // Reading from memory cannot fail.
    debug_assert!(result.is_ok());
    found
}

impl CommandLineRewrite {
    /// Applies a rule to each option that it replaces.
    fn apply(&mut self, rule: &CommandLineRule) {
        let mut index = 0;
        while index < self.line.options.len() {
            let found = Match::find(rule, &self.line, index);
            index += 1;
            let Some(found) = found else { continue };
            let outcome = match rule.certainty {
                Certainty::Certain => MigrationOutcome::Rewritten,
                Certainty::Assumed => MigrationOutcome::Assumed,
                Certainty::Left => {
                    self.is_left = true;
                    self.add_remark(rule);
                    continue;
                }
            };
            if found.apply(rule, &mut self.line, index - 1) {
                self.outcome = self.outcome.max(outcome);
                self.add_remark(rule);
                index -= 1;
            }
        }
    }

    fn add_remark(&mut self, rule: &CommandLineRule) {
        let remark = Remark {
            rule: Some(rule.id.clone()),
            since: Some(rule.since),
            message: rule.message(),
        };
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

impl MigratedRequest {
    /// Describes the migration of a command line.
    pub fn from_command_line(line: &LoggedCommandLine<'_>, migrated: MigratedCommandLine) -> Self {
        MigratedRequest {
            position: line.position,
            command: Some(line.program_name().to_owned()),
            before: masked_command_line(line.text),
            after: migrated.text.as_deref().map(masked_command_line),
            migration: migrated.migration,
        }
    }
}
