//! Checking CPU models and their features.

use super::option::OptionCheck;
use super::subject::{CommandLineProblem, CommandLineSubject};
use crate::knowledge::command_line::Presence;
use crate::traffic::read::CommandWord;

/// The models that all targets have, or that depend on the accelerator.
const COMMON_MODELS: [&str; 2] = ["host", "max"];

impl<'m> OptionCheck<'m> {
    /// Checks the argument of `-cpu`: a model and its features.
    pub fn check_cpu(&mut self) {
        let Some((_, word)) = self.prepared.option.argument else {
            return;
        };
        let mut start = 0;
        for part in word.value().split(',') {
            let range = start..start + part.len();
            let is_model = start == 0;
            start = range.end + 1;
            match (word.has_variable(range), is_model) {
                (true, true) => return,
                (true, false) => {}
                (false, true) if is_help(word) => return,
                (false, true) => self.check_model(part),
                (false, false) => self.check_feature(part),
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
    fn check_feature(&mut self, feature: &'m str) {
        let name = feature.split('=').next().unwrap_or(feature);
        let name = name.strip_prefix(['+', '-']).unwrap_or(name);
        let is_cpu = |object: &str| object.starts_with("max-") && object.ends_with("-cpu");
        let devices = self.release.devices_of(self.facts.target());
        // Features have names with underscores, too.
        let with_dashes = name.replace('_', "-");
        let is_known = devices.is_some_and(|devices| {
            [name, &with_dashes]
                .iter()
                .any(|name| devices.has_object_property(is_cpu, name))
        });
        if !is_known {
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
