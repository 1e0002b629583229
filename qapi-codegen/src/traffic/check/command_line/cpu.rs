//! Checking CPU models and their features.

use super::option::OptionCheck;
use super::subject::{CommandLineProblem, CommandLineSubject};
use crate::knowledge::command_line::Presence;

/// The models that every target has, without being listed.
const COMMON_MODELS: [&str; 3] = ["host", "max", "help"];

impl OptionCheck<'_> {
    /// Checks the argument of `-cpu`: a model and its features.
    pub fn check_cpu(&mut self) {
        let text = self.prepared.text();
        let model = text.split(',').next().unwrap_or_default();
        let word = self.prepared.option.argument;
        if word.is_some_and(|(_, word)| word.has_variable(0..model.len())) {
            return;
        }
        let fact = self.facts.cpu(model);
        // Names of classes are accepted, too.
        let is_common = COMMON_MODELS.contains(&model) || model == "?";
        match fact.presence {
            Presence::Unknown if is_common => {}
            Presence::Unknown | Presence::OtherTarget => {
                self.report(CommandLineProblem::Unverified(CommandLineSubject::Cpu(
                    model,
                )));
            }
            _ => self.check_fact(None, CommandLineSubject::Cpu(model), fact),
        }
    }
}
