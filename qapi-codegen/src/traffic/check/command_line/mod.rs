//! Checking command lines.
//!
//! `argument` prepares the argument of an option: as JSON where the option takes
//! a part of the QMP interface, as parameters otherwise. `option` checks one
//! option, the former with the checker of messages. `parameters`, `constraints` and
//! `smp` know what QEMU does with parameters, `conflicts` and `references` what it
//! does with several options.

mod argument;
mod conflicts;
mod constraints;
mod cpu;
mod object;
mod option;
mod parameters;
mod references;
mod shorthand;
mod smp;
mod subject;
mod wording;

use super::placeholder::is_about_value;
use super::{CheckedMessage, Checker, MessageDiagnostic};
use crate::diagnostic::{Code, Severity};
use crate::knowledge::CommandLineFacts;
use crate::knowledge::command_line::{OptionForm, OptionInterface};
use crate::traffic::command_line::{TypedCommandLine, TypedOption};
use crate::traffic::read::LoggedCommandLine;
use crate::traffic::secrets::masked_command_line;
use crate::wire::PathSegment;

pub use subject::CommandLineProblem;

use argument::PreparedOption;
use option::OptionCheck;

impl Checker<'_> {
    /// Checks a command line that starts a QEMU.
    pub fn check_command_line(&self, line: &LoggedCommandLine<'_>) -> CheckedMessage {
        let typed = self.divide(line);
        let program = typed.program;
        let Some(facts) = self.command_line_facts(typed.target()) else {
            let problem = CommandLineProblem::NoFacts.describe(&self.release, &[]);
            return CheckedMessage::new(Some(program), vec![problem]);
        };
        let options = typed.options.iter();
        let prepared = options.map(|option| PreparedOption::new(*option, facts));
        let prepared: Vec<PreparedOption<'_>> = prepared.collect();
        let checks = prepared.iter();
        let mut problems: Vec<MessageDiagnostic> = checks
            .flat_map(|prepared| {
                let mut check = OptionCheck::new(&self.release, facts, prepared);
                check.check();
                describe(check, prepared)
            })
            .collect();
        problems.extend(typed.variables.iter().map(|&index| {
            let text = line.arguments()[index].value();
            CommandLineProblem::UnknownOptions(text).describe(&self.release, &[])
        }));
        let mut relations = conflicts::find(&prepared, facts);
        relations.extend(references::find(&prepared));
        problems.extend(
            relations.iter().map(|(path, problem)| {
                problem.describe(&self.release, &[PathSegment::Member(path)])
            }),
        );
        for problem in &mut problems {
            problem.message = masked_command_line(&problem.message);
        }
        let mut checked = CheckedMessage::new(Some(program), problems);
        let is_known = |option: &TypedOption<'_>| facts.option_entry(option.name).is_some();
        if line.is_argument && !typed.options.iter().all(is_known) {
            checked.weaken(|_| true);
        }
        checked
    }

    /// Divides a command line into options, as far as the options of all releases
    /// are known.
    pub fn divide<'l>(&self, line: &'l LoggedCommandLine<'l>) -> TypedCommandLine<'l> {
        let facts = self.command_line_facts(None);
        TypedCommandLine::new(line, &|name| {
            let entry = facts?.option_entry(name)?;
            Some(entry.form != OptionForm::Flag)
        })
    }

    /// The command whose arguments an option takes.
    pub fn command_of_option(&self, option: &str) -> Option<&str> {
        let facts = self.command_line_facts(None)?;
        match facts.option_interface(option)? {
            OptionInterface::Command(command) => Some(command),
            OptionInterface::Type(_) => None,
        }
    }

    /// Returns whether a parameter of an option is a boolean.
    pub fn is_boolean(&self, option: &str, parameter: &str) -> bool {
        let facts = self.command_line_facts(None);
        facts.is_some_and(|facts| facts.parameter(option, parameter).ty == Some("boolean"))
    }

    /// The command line of the release, for the target of the program unless a
    /// target was chosen.
    pub fn command_line_facts<'f>(
        &'f self,
        target: Option<&'f str>,
    ) -> Option<CommandLineFacts<'f>> {
        let data = &self.release.data;
        let evidence = data.command_lines?.command_lines()?;
        Some(evidence.release(self.release.series, data.target.or(target)))
    }
}

/// Describes the problems of an option. Those with values that have variables are
/// unknown.
fn describe(check: OptionCheck<'_>, prepared: &PreparedOption<'_>) -> Vec<MessageDiagnostic> {
    let option = prepared.option;
    let variable = option
        .argument
        .and_then(|(_, word)| word.variable_in(0..word.value().len()));
    let name = format!("-{}", option.name);
    let prefix = option_path(&name, &option);
    let mut problems = check.describe(&prefix);
    for problem in &mut problems {
        let Some(variable) = variable else { continue };
        if problem.severity == Severity::Error && is_about_value(problem.code) {
            problem.severity = Severity::Unknown;
        }
        if problem.severity == Severity::Unknown && problem.code != Code::Unchecked {
            let reason = format!("the option depends on the variable `{variable}`");
            problem.help.get_or_insert(reason);
        }
    }
    problems
}

/// The path of an option: `-device[3]`, or `-name` if there is one of it.
fn option_path<'n>(name: &'n str, option: &TypedOption<'_>) -> Vec<PathSegment<'n>> {
    let element = option
        .is_repeated
        .then_some(PathSegment::Element(option.ordinal));
    [PathSegment::Member(name)]
        .into_iter()
        .chain(element)
        .collect()
}
