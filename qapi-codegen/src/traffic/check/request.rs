//! Requests: the command, its arguments, and the rules beyond the schema.

use super::envelope::Session;
use super::expected::ExpectedObject;
use super::path::MessagePath;
use super::problem::{ProblemKind, ProblemSubject};
use super::release::CommandInterface;
use super::walk::MessageWalk;
use crate::diagnostic::Code;
use crate::json::{JsonValue, ParsedJson};
use crate::knowledge::when::any_holds;
use crate::knowledge::{BehaviourChange, BehaviourEffect};

/// The arguments of a request without `arguments`.
static NO_ARGUMENTS: JsonValue<'static> = JsonValue::Object(Vec::new());

impl<'m> MessageWalk<'m> {
    /// Checks a request and returns the name of its command.
    pub fn check_request(
        &mut self,
        session: &mut Session,
        message: &'m ParsedJson<'m>,
    ) -> Option<&'m str> {
        self.check_text(&message.leniencies);
        let name = self.check_envelope(session, &message.value)?;
        let arguments = message.value.get("arguments");
        let arguments = arguments.filter(|arguments| arguments.members().is_some());
        match self.release.command(name) {
            Some(command) => self.check_command(command, arguments.unwrap_or(&NO_ARGUMENTS)),
            None => {
                let problem = ProblemKind::UnknownCommand(name);
                self.report(&MessagePath::Root, problem);
            }
        }
        Some(name)
    }

    fn check_command(&mut self, command: &'m CommandInterface<'m>, arguments: &'m JsonValue<'m>) {
        let meta = command.shape.meta;
        let subject = ProblemSubject::Command(&meta.name);
        let advice = command.deprecation.map(|entry| entry.advice.as_str());
        self.check_lifecycle(meta, subject, advice, &MessagePath::Root);
        if let Some(condition) = &meta.condition {
            let command = &meta.name;
            let problem = ProblemKind::Conditional { command, condition };
            self.report(&MessagePath::Root, problem);
        }
        if let Some(expected) = ExpectedObject::from_request(self.release, command, arguments) {
            self.check_members(&expected, arguments, &MessagePath::Root);
        }
        self.check_requirements(command, arguments);
        self.check_changes(command, arguments);
    }

    fn check_requirements(
        &mut self,
        command: &'m CommandInterface<'m>,
        arguments: &'m JsonValue<'m>,
    ) {
        for requirement in &command.requirements {
            // Problems with the objects around the members are reported already.
            if !requirement.applies_to(arguments) {
                continue;
            }
            let problem = match requirement.count_present(arguments) {
                0 => ProblemKind::MissingRequirement(requirement),
                2.. if requirement.exactly_one => ProblemKind::ExcessRequirement(requirement),
                _ => continue,
            };
            let first = requirement.members.first().map_or("", String::as_str);
            self.report(&MessagePath::Root.member(first), problem);
        }
    }

    fn check_changes(&mut self, command: &'m CommandInterface<'m>, arguments: &'m JsonValue<'m>) {
        let mut problems = self.problems.iter();
        let is_incomplete = problems.any(|problem| problem.kind.code() == Code::MissingMember);
        // A missing member says more than a change that makes it required.
        let is_reported = |change: &BehaviourChange| {
            is_incomplete && change.effect == BehaviourEffect::Refuses && !change.when.is_empty()
        };
        for change in &command.changes {
            if any_holds(&change.when, arguments) && !is_reported(change) {
                self.report(&MessagePath::Root, ProblemKind::AffectedByChange(change));
            }
        }
    }
}
