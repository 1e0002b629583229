//! The envelope of requests: the members around `arguments`.

use super::path::MessagePath;
use super::problem::{EnvelopeCause, ProblemKind};
use super::walk::MessageWalk;
use crate::dialect;
use crate::json::{JsonValue, Leniency};
use crate::schema::JsonKind;
use crate::suggest;

/// The members of a request.
pub const MEMBERS: [&str; 4] = ["execute", "exec-oob", "arguments", "id"];

/// The state of a connection that requests depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// `true` if out-of-band execution is enabled; `None` if the log does not
    /// include the negotiation.
    oob: Option<bool>,
}

impl Session {
    /// The state of a connection that begins.
    pub fn begin() -> Self {
        Session { oob: Some(false) }
    }

    /// Returns whether out-of-band execution is enabled.
    pub fn has_oob(&self) -> bool {
        self.oob == Some(true)
    }

    /// Forgets what another connection with the same name negotiated, if it differs.
    /// Returns whether it does.
    pub(super) fn forget_if_changed(&mut self, before: &Session) -> bool {
        let is_changed = before.oob.is_some() && before != self;
        if is_changed {
            self.oob = None;
        }
        is_changed
    }

    /// Updates the state from a request.
    fn update(&mut self, command: &str, message: &JsonValue<'_>) {
        if command != "qmp_capabilities" {
            return;
        }
        let arguments = message.get("arguments");
        let enabled = arguments.and_then(|arguments| arguments.get("enable"));
        let mut names = enabled
            .and_then(JsonValue::elements)
            .unwrap_or_default()
            .iter();
        self.oob = Some(names.any(|name| name.as_str() == Some("oob")));
    }
}

impl<'m> MessageWalk<'m> {
    /// Checks what the JSON parser of the release rejects.
    pub fn check_text(&mut self, leniencies: &'m [Leniency]) {
        let rejects_duplicates = dialect::NO_DUPLICATE_MEMBERS.contains(self.release.series);
        let is_strict = dialect::STRICT_JSON_STRINGS.contains(self.release.series);
        for leniency in leniencies {
            let problem = match leniency {
                Leniency::DuplicateMember(name) if rejects_duplicates => {
                    ProblemKind::DuplicateMember(name)
                }
                Leniency::UnpairedSurrogate if is_strict => ProblemKind::UnpairedSurrogate,
                Leniency::ControlCharacter if is_strict => ProblemKind::ControlCharacter,
                _ => continue,
            };
            self.report(&MessagePath::Root, problem);
        }
    }

    /// Checks an envelope and returns the name of the command.
    pub fn check_envelope(
        &mut self,
        session: &mut Session,
        message: &'m JsonValue<'m>,
    ) -> Option<&'m str> {
        let Some(members) = message.members() else {
            let found = message.type_name();
            self.report(&MessagePath::Root, ProblemKind::RequestNotObject(found));
            return None;
        };
        for member in members {
            self.check_envelope_member(session, message, &member.name.value);
        }
        if let Some(arguments) = message.get("arguments") {
            self.check_envelope_type("arguments", JsonKind::Object, arguments);
        }
        let (key, name) = match (message.get("execute"), message.get("exec-oob")) {
            (None, Some(name)) => ("exec-oob", name),
            (Some(name), _) => ("execute", name),
            (None, None) => {
                self.report_missing_execute(message);
                return None;
            }
        };
        self.check_envelope_type(key, JsonKind::String, name);
        let name = name.as_str()?;
        self.check_oob(key, name);
        session.update(name, message);
        Some(name)
    }

    fn check_envelope_member(
        &mut self,
        session: &Session,
        message: &'m JsonValue<'m>,
        name: &'m str,
    ) {
        let series = self.release.series;
        let supports_oob = dialect::EXEC_OOB.contains(series);
        let cause = match name {
            "exec-oob" if message.get("execute").is_some() => {
                let path = &MessagePath::Root.member(name);
                return self.report(path, ProblemKind::ExecuteAndExecOob);
            }
            "exec-oob" if !supports_oob => EnvelopeCause::OobUnsupported,
            "exec-oob" if session.oob == Some(false) => EnvelopeCause::OobNotEnabled,
            "control" if dialect::CONTROL_MEMBER.contains(series) => return,
            name if MEMBERS.contains(&name) => return,
            name => self
                .find_cause(message, name)
                .unwrap_or(EnvelopeCause::Unknown),
        };
        let problem = ProblemKind::UnexpectedEnvelopeMember { name, cause };
        self.report(&MessagePath::Root.member(name), problem);
    }

    /// Finds out whether a member of the envelope belongs into the arguments.
    fn find_cause(&self, message: &'m JsonValue<'m>, name: &str) -> Option<EnvelopeCause<'m>> {
        let command = message.get("execute")?.as_str()?;
        let arguments = self.release.command(command)?.shape.arguments;
        let arguments = self.release.wire.object(arguments)?;
        if self.release.has_member(arguments, name) {
            return Some(EnvelopeCause::ArgumentOf(command));
        }
        let mut held = message.get(name)?.members()?.iter();
        let is_argument = |name: &str| arguments.members.contains(name);
        held.any(|member| is_argument(&member.name.value))
            .then_some(EnvelopeCause::HoldsArguments)
    }

    fn check_envelope_type(
        &mut self,
        name: &'static str,
        expected: JsonKind,
        value: &'m JsonValue<'m>,
    ) {
        let is_valid = match expected {
            JsonKind::String => value.as_str().is_some(),
            _ => value.members().is_some(),
        };
        if !is_valid {
            let found = value.type_name();
            let problem = ProblemKind::MistypedEnvelopeMember {
                name,
                expected,
                found,
            };
            self.report(&MessagePath::Root.member(name), problem);
        }
    }

    fn report_missing_execute(&mut self, message: &'m JsonValue<'m>) {
        let names = message.members().unwrap_or_default().iter();
        let mut names = names.map(|member| member.name.value.as_ref());
        let similar = names.find(|name| *name == "command" || suggest::is_similar(name, "execute"));
        let path = &MessagePath::Root.member("execute");
        self.report(path, ProblemKind::MissingExecute(similar));
    }

    fn check_oob(&mut self, key: &str, name: &'m str) {
        let command = || self.release.command(name);
        if key == "exec-oob" && command().is_some_and(|command| !command.shape.allow_oob) {
            let path = &MessagePath::Root.member("exec-oob");
            self.report(path, ProblemKind::NotOobCapable(name));
        }
    }
}
