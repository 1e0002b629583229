//! Checking what QEMU requires of values and combinations of parameters.

use super::argument::PreparedArgument;
use super::option::OptionCheck;
use super::subject::{CommandLineProblem, CommandLineSubject};
use crate::knowledge::command_line::OptionConstraint;
use crate::traffic::command_line::Parameters;

/// The keys and values of an argument.
pub struct GivenParameters<'m> {
    list: Vec<(&'m str, Option<&'m str>)>,
    /// A variable may stand for further keys.
    is_open: bool,
}

impl<'m> GivenParameters<'m> {
    /// Collects the parameters of an argument.
    fn new(argument: &'m PreparedArgument<'m>, first_key: Option<&'m str>) -> Option<Self> {
        match argument {
            PreparedArgument::Parameters(parameters) => {
                Some(GivenParameters::from_parameters(parameters, first_key))
            }
            PreparedArgument::Value { value, .. } => {
                let members = value.members()?.iter();
                let list = members.map(|own| (&*own.name.value, own.value.as_str()));
                Some(GivenParameters {
                    list: list.collect(),
                    is_open: false,
                })
            }
            _ => None,
        }
    }

    fn from_parameters(parameters: &'m Parameters<'m>, first_key: Option<&'m str>) -> Self {
        let list = parameters.list.iter().map(|own| {
            let value = (!own.is_value_variable).then_some(&*own.value);
            (own.key_or(first_key), value)
        });
        GivenParameters {
            list: list.collect(),
            is_open: parameters.list.iter().any(|own| own.is_key_variable),
        }
    }

    fn find(&self, key: &str) -> Option<(&'m str, Option<&'m str>)> {
        self.list.iter().rfind(|(own, _)| *own == key).copied()
    }

    fn satisfies(&self, constraint: &OptionConstraint) -> bool {
        constraint.when.iter().all(|(key, values)| {
            let own = self.find(key);
            match values.is_empty() {
                true => own.is_some(),
                false => own
                    .and_then(|(_, own)| own)
                    .is_some_and(|own| values.iter().any(|value| value == own)),
            }
        })
    }
}

impl<'m> OptionCheck<'m> {
    /// Reports parameters that are missing or exclude each other.
    pub fn check_combinations(&mut self) {
        let (facts, prepared) = (self.facts, self.prepared);
        let given = GivenParameters::new(&prepared.argument, prepared.first_key());
        let Some(given) = given.filter(|given| !given.is_open) else {
            return;
        };
        let option = prepared.name;
        let constraints = facts.constraints(option);
        for constraint in constraints.filter(|constraint| given.satisfies(constraint)) {
            let mut required = constraint.requires.iter();
            if let Some(name) = constraint.requires.first()
                && !required.any(|name| given.find(name).is_some())
            {
                self.report(match &constraint.unless {
                    Some(reason) => CommandLineProblem::Unverified(
                        CommandLineSubject::Parameters(option),
                        Some(reason),
                    ),
                    None => CommandLineProblem::MissingParameter { option, name },
                });
            }
            let mut excluded = constraint.excludes.iter();
            if let Some((key, _)) = excluded.find_map(|name| given.find(name)) {
                let others = constraint.when.keys().next();
                let other = others.map_or("", String::as_str);
                self.report_at(key, CommandLineProblem::ExcludedParameter { key, other });
            }
        }
    }

    /// Checks a value by what is known about the values of a parameter. Returns
    /// `false` if nothing is known.
    pub fn check_constrained_value(&mut self, name: &'m str, value: &'m str) -> bool {
        let facts = self.facts;
        let mut constraints = facts.constraints(self.prepared.name);
        let Some(constraint) = constraints.find(|own| own.is_about(name)) else {
            return false;
        };
        if constraint.accepts(value) {
            return true;
        }
        let problem = match &constraint.unless {
            Some(reason) => {
                let parameter = if name.is_empty() {
                    self.prepared.name
                } else {
                    name
                };
                CommandLineProblem::Unverified(
                    CommandLineSubject::Value { parameter, value },
                    Some(reason),
                )
            }
            None => CommandLineProblem::UnlistedValue {
                value,
                expected: constraint.expected(),
            },
        };
        match name.is_empty() {
            true => self.report(problem),
            false => self.report_at(name, problem),
        }
        true
    }
}
