//! Options that exclude each other.

use super::argument::{PreparedArgument, PreparedOption};
use super::subject::CommandLineProblem;
use crate::knowledge::CommandLineFacts;
use crate::knowledge::command_line::OptionPart;

/// Returns the problems of options that exclude each other, each with the option that
/// comes last.
pub fn find<'l>(
    options: &[PreparedOption<'l>],
    facts: CommandLineFacts<'l>,
) -> Vec<(String, CommandLineProblem<'l>)> {
    let mut problems = Vec::new();
    for conflict in facts.conflicts() {
        let has = |part: &OptionPart| {
            let mut all = options.iter().filter(|option| is_part(option, part));
            (all.next().is_some(), all.next().is_some())
        };
        let mut parts = conflict.parts.iter().filter(|part| has(part).0);
        let (first, second) = (parts.next(), parts.next());
        let repeated = conflict
            .parts
            .iter()
            .find(|part| conflict.parts.len() == 1 && has(part).1);
        let found = first.zip(second).or(repeated.map(|part| (part, part)));
        if let Some((first, second)) = found {
            let (other, option) = (first.to_string(), second.to_string());
            let path = format!("-{}", second.option);
            problems.push((path, CommandLineProblem::ExcludedOption { option, other }));
        }
    }
    problems
}

fn is_part(option: &PreparedOption<'_>, part: &OptionPart) -> bool {
    let has_parameter = |name: &str| match &option.argument {
        PreparedArgument::Parameters(parameters) => parameters.get(name).is_some(),
        _ => false,
    };
    option.name == part.option && part.parameter.as_deref().is_none_or(has_parameter)
}
