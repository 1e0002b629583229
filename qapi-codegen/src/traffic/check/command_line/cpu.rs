//! Checking CPU models and their features.

use super::option::OptionCheck;
use super::subject::{CommandLineProblem, CommandLineSubject};
use crate::knowledge::command_line::Presence;
use crate::traffic::read::CommandWord;

/// The models that all targets have, or that depend on the accelerator.
const COMMON_MODELS: [&str; 2] = ["host", "max"];

/// Properties of these models that others have in some releases only.
const OF_COMMON_MODELS: [&str; 1] = ["migratable"];

impl<'m> OptionCheck<'m> {
    /// Checks the argument of `-cpu`: a model and its features.
    pub fn check_cpu(&mut self) {
        let Some((_, word)) = self.prepared.option.argument else {
            return;
        };
        let model = word.value().split(',').next().unwrap_or_default();
        let mut start = 0;
        for part in word.value().split(',') {
            let range = start..start + part.len();
            let is_model = start == 0;
            start = range.end + 1;
            match (word.variable_in(range), is_model) {
                (Some(variable), true) => {
                    return self.report(CommandLineProblem::Variable(variable));
                }
                (Some(variable), false) => self.report(CommandLineProblem::Variable(variable)),
                (None, true) if is_help(word) => return,
                (None, true) => self.check_model(part),
                (None, false) => self.check_feature(model, part),
            }
        }
    }

    fn check_model(&mut self, model: &'m str) {
        let fact = self.facts.cpu(model);
        let subject = CommandLineSubject::Cpu(model);
        match fact.presence {
            Presence::Unknown if COMMON_MODELS.contains(&model) => {}
            Presence::OtherTarget => self.report(CommandLineProblem::Unverified(subject, None)),
            _ => self.check_fact(None, subject, fact),
        }
    }

    /// Checks `+feature`, `-feature` or `feature=value`.
    fn check_feature(&mut self, model: &str, feature: &'m str) {
        let name = feature.split('=').next().unwrap_or(feature);
        let name = name.strip_prefix(['+', '-']).unwrap_or(name);
        let is_of_model = COMMON_MODELS.contains(&model) || !OF_COMMON_MODELS.contains(&name);
        let is_cpu = |object: &str| object.starts_with("max-") && object.ends_with("-cpu");
        let devices = self.release.devices_of(self.facts.target());
        // Features have names with underscores, too.
        let with_dashes = name.replace('_', "-");
        let is_known = devices.is_some_and(|devices| {
            [name, &with_dashes]
                .iter()
                .any(|name| devices.has_object_property(is_cpu, name))
        });
        if !is_known || !is_of_model {
            let subject = CommandLineSubject::Parameter {
                option: "cpu",
                name,
            };
            self.report_at(name, CommandLineProblem::Unverified(subject, None));
        }
    }
}

fn is_help(word: &CommandWord<'_>) -> bool {
    matches!(word.value(), "help" | "?")
}
