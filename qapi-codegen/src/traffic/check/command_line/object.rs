//! Checking `-object` in releases whose schema does not describe objects.

use super::option::OptionCheck;
use super::subject::{CommandLineProblem, CommandLineSubject};
use crate::json::JsonValue;
use crate::knowledge::command_line::{CommandLineFact, ObjectEntry, Presence};

/// The reason why the parameters of an object are not known.
const UNDESCRIBED: &str = "The schema describes objects since QEMU 6.0.";

impl<'m> OptionCheck<'m> {
    /// Checks an object by what is noted about its type.
    pub fn check_noted_object(&mut self, value: &'m JsonValue<'m>) {
        let option = "object";
        let member = |name: &str| value.get(name);
        for name in ["qom-type", "id"] {
            if member(name).is_none() {
                self.report(CommandLineProblem::MissingParameter { option, name });
            }
        }
        let Some(ty) = member("qom-type").and_then(JsonValue::as_str) else {
            return;
        };
        let subject = CommandLineSubject::Value {
            parameter: "qom-type",
            value: ty,
        };
        match self.facts.object_entry(ty) {
            Some(entry) => {
                let fact = self.facts.object(entry);
                self.check_fact(Some("qom-type"), subject, fact);
                if !fact.presence.is_absent() {
                    self.check_noted_properties(entry, value);
                }
            }
            None if self.is_type_of_any_release(ty) => {
                let subject = CommandLineSubject::Parameters(option);
                self.report(CommandLineProblem::Unverified(subject, Some(UNDESCRIBED)));
            }
            None => {
                let fact = CommandLineFact::new(Presence::Never);
                self.check_fact(Some("qom-type"), subject, fact);
            }
        }
    }

    fn check_noted_properties(&mut self, entry: &'m ObjectEntry, value: &'m JsonValue<'m>) {
        for member in value.members().unwrap_or_default() {
            let name = &*member.name.value;
            if matches!(name, "qom-type" | "id") {
                continue;
            }
            let mut fact = self.facts.object_property(entry, name);
            fact.reason = Some(UNDESCRIBED).filter(|_| fact.presence == Presence::Unknown);
            let subject = CommandLineSubject::Parameter {
                option: "object",
                name,
            };
            self.check_fact(Some(name), subject, fact);
        }
    }

    /// Returns whether a build of any release has a type.
    fn is_type_of_any_release(&self, name: &str) -> bool {
        let devices = self.release.devices_of(None);
        devices.is_none_or(|devices| devices.evidence().builds_with(name).next().is_some())
    }
}
