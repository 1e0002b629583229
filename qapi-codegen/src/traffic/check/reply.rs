//! Replies and events, which QEMU sends.

use super::expected::ValueSyntax;
use super::path::MessagePath;
use super::problem::ProblemKind;
use super::walk::MessageWalk;
use crate::json::JsonValue;
use crate::schema::JsonKind;

/// The data of an event without `data`.
static NO_DATA: JsonValue<'static> = JsonValue::Object(Vec::new());

impl<'m> MessageWalk<'m> {
    /// Checks a value that a command returned.
    pub fn check_reply(&mut self, command: &'m str, returned: &'m JsonValue<'m>) {
        let Some(found) = self.release.command(command) else {
            return self.report(&MessagePath::Root, self.release.unknown_command(command));
        };
        let path = &MessagePath::Root.member("return");
        match found.shape.returns {
            Some(returns) => {
                let shape = self.release.wire.get(returns);
                self.check_value(shape, ValueSyntax::Json, returned, path);
            }
            None if returned.members().is_some() => {}
            None => {
                let expected = vec![JsonKind::Object];
                let value = returned;
                self.report(path, ProblemKind::MistypedValue { expected, value });
            }
        }
    }

    /// Checks an event and returns its name.
    pub fn check_event(&mut self, message: &'m JsonValue<'m>) -> &'m str {
        let event = message.get("event").and_then(JsonValue::as_str);
        let event = event.unwrap_or_default();
        let release = self.release;
        match release.wire.events.get(event) {
            None => self.report(&MessagePath::Root, ProblemKind::UnknownEvent(event)),
            Some(found) => {
                let shape = release.wire.get(found.data);
                let data = message.get("data").unwrap_or(&NO_DATA);
                let path = &MessagePath::Root.member("data");
                self.check_value(shape, ValueSyntax::Json, data, path);
            }
        }
        event
    }
}
