//! Whether a release sends a reply or an event.

use super::hints;
use super::path::Path;
use super::problem::{Code, Problem, Severity};
use super::value::{Mode, Walk};
use super::{Checked, Checker};
use crate::json::{JsonMember, JsonValue};

impl<'k> Checker<'k> {
    /// Checks what a command returned.
    pub fn reply(&self, command: &str, returned: &JsonValue<'_>) -> Checked {
        let mut problems = Vec::new();
        let found = self.shapes.command(command).map(|(command, _)| command);
        match found {
            None => problems.push(self.unknown_command(command)),
            Some(found) => {
                let walk = self.received(command);
                let path = Path::Root.member("return");
                match found.returns {
                    Some(returns) => walk.value(returns, returned, &path, &mut problems),
                    None if matches!(returned, JsonValue::Object(_)) => {}
                    None => problems.extend(walk.mistyped(returned, "object", &path)),
                }
            }
        }
        Checked::new(Some(command), problems)
    }

    /// Checks an event.
    pub fn event(&self, message: &JsonValue<'_>) -> Checked {
        let mut problems = Vec::new();
        let name = message
            .get("event")
            .and_then(JsonValue::as_str)
            .unwrap_or_default();
        match self.shapes.event(name) {
            None => {
                let shown = hints::shortened(name);
                let text = format!("QEMU {} has no event `{shown}`", self.series);
                let near = hints::nearest(name, self.shapes.event_names());
                let problem = Problem::error(Code::UnknownEvent, &Path::Root, text);
                problems.push(problem.with_help(hints::did_you_mean(&near)));
            }
            Some((_, shape)) => {
                let empty = JsonValue::Object(Vec::new());
                let data = message.get("data").unwrap_or(&empty);
                let path = Path::Root.member("data");
                self.received(name)
                    .object(shape, data, &path, &mut problems);
            }
        }
        Checked::new(Some(name), problems)
    }

    fn received<'w>(&'w self, target: &'w str) -> Walk<'w, 'k> {
        Walk {
            checker: self,
            mode: Mode::Reply,
            target,
        }
    }
}

impl Walk<'_, '_> {
    /// A member that the schema does not tell. Clients pass over it, as they
    /// should, so that it is something to know.
    pub(super) fn unexpected_in_reply(
        &self,
        given: &JsonMember<'_>,
        path: &Path<'_>,
    ) -> Option<Problem> {
        let name = hints::shortened(&given.name.value);
        let series = self.checker.series;
        let message = format!("QEMU {series} does not send a member `{name}` in `{path}`");
        let here = path.member(&name);
        Some(Problem::new(
            Code::UnexpectedMember,
            Severity::Warning,
            &here,
            message,
        ))
    }
}
