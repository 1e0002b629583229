//! Requests: the command, its arguments, and the rules beyond the schema.

use super::envelope::Session;
use super::expected::ExpectedObject;
use super::path::MessagePath;
use super::problem::{MessageProblem, ProblemKind, ProblemSubject};
use super::release::CommandInterface;
use super::walk::MessageWalk;
use crate::diagnostic::{Code, Severity};
use crate::json::{JsonValue, ParsedJson};
use crate::knowledge::when::{any_holds, is_present};
use crate::knowledge::{AnswerRange, ArgumentSite, BehaviourChange, BehaviourEffect, BreakSite};
use crate::wire::render_argument_path;

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
        let arguments = arguments.unwrap_or(&NO_ARGUMENTS);
        match self.release.command(name) {
            Some(command) => self.check_command(command, arguments),
            None => {
                let problem = self.release.unknown_command(name);
                self.report(&MessagePath::Root, problem);
            }
        }
        if self
            .problems
            .iter()
            .any(|problem| problem.kind.can_have_answer())
        {
            self.find_answers(name, arguments);
        }
        Some(name)
    }

    /// Finds the answers to the changes that caused problems of a request.
    pub fn find_answers(&mut self, command: &'m str, arguments: &'m JsonValue<'m>) {
        self.find_elsewhere(command, arguments);
        let Some(knowledge) = self.release.data.knowledge else {
            return;
        };
        let (rules, series) = (&knowledge.migrations, self.release.series);
        let has_answer = |problem: &&mut MessageProblem<'_>| problem.kind.can_have_answer();
        for problem in self.problems.iter_mut().filter(has_answer) {
            let path = render_argument_path(&problem.path);
            let site = BreakSite {
                command,
                path: &path,
                value: problem.kind.value(),
                arguments: Some(arguments),
            };
            let range = AnswerRange {
                after: None,
                upto: series,
            };
            problem.answer = match &problem.kind {
                ProblemKind::Deprecated(_) => rules.replacement(&site, series),
                ProblemKind::UnknownCommand(_)
                | ProblemKind::RemovedDevice { .. }
                | ProblemKind::UnexpectedMember { .. }
                | ProblemKind::MissingMember(_)
                | ProblemKind::UnknownValue { .. } => rules.answer(&site, range),
                _ => None,
            };
        }
    }

    /// Finds the series that have what the release lacks.
    fn find_elsewhere(&mut self, command: &'m str, arguments: &'m JsonValue<'m>) {
        let Some(lookup) = self.release.data.elsewhere else {
            return;
        };
        let known = self.release.command(command);
        let arguments_of = known.and_then(|own| self.release.wire.object(own.shape.arguments));
        // Nothing is known of arguments that the schema does not list.
        let is_open = arguments_of.is_some_and(|arguments| arguments.open);
        for problem in &mut self.problems {
            problem.elsewhere = match &problem.kind {
                ProblemKind::UnknownCommand(name) => lookup.with_command(name),
                ProblemKind::UnexpectedMember { .. } | ProblemKind::UnknownValue { .. }
                    if !is_open =>
                {
                    lookup.with_argument(&ArgumentSite {
                        command,
                        arguments,
                        path: &problem.path,
                        value: problem.kind.value(),
                    })
                }
                _ => Vec::new(),
            };
        }
    }

    /// Checks the arguments of a command.
    pub fn check_command(
        &mut self,
        command: &'m CommandInterface<'m>,
        arguments: &'m JsonValue<'m>,
    ) {
        let meta = command.shape.meta;
        let subject = ProblemSubject::Command(&meta.name);
        self.check_lifecycle(meta, subject, &MessagePath::Root);
        if let Some(condition) = &meta.condition {
            let command = &meta.name;
            let problem = ProblemKind::Conditional { command, condition };
            self.report(&MessagePath::Root, problem);
        }
        let place = (self.site, self.target);
        let expected = ExpectedObject::from_request(self.release, command, place, arguments);
        if let Some(expected) = expected {
            self.check_members(&expected, arguments, &MessagePath::Root);
        }
        self.check_requirements(command, arguments);
        self.check_rejections(command, arguments);
        self.check_documented_deprecations(command, arguments);
        self.check_changes(command, arguments);
    }

    /// Reports what only the documentation of QEMU deprecates.
    fn check_documented_deprecations(
        &mut self,
        command: &'m CommandInterface<'m>,
        arguments: &'m JsonValue<'m>,
    ) {
        let name = &command.shape.meta.name;
        let rules = command.deprecations.iter();
        for rule in rules.filter(|rule| rule.applies_to(name, arguments)) {
            if rule.answers_for_command() {
                let subject = ProblemSubject::Command(name);
                self.report_deprecated(&MessagePath::Root, subject);
            } else if let Some(path) = rule.paths().find(|path| is_present(arguments, path)) {
                self.report_deprecated(&MessagePath::Root.member(path), ProblemSubject::Member);
            }
        }
    }

    /// Reports a deprecation unless the schema has it, too.
    fn report_deprecated(&mut self, path: &MessagePath<'_, 'm>, subject: ProblemSubject<'m>) {
        let segments = path.to_segments();
        let mut problems = self.problems.iter();
        let is_known = problems
            .any(|problem| problem.kind.code() == Code::Deprecated && problem.path == segments);
        if !is_known {
            self.report(path, ProblemKind::Deprecated(subject));
        }
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

    fn check_rejections(
        &mut self,
        command: &'m CommandInterface<'m>,
        arguments: &'m JsonValue<'m>,
    ) {
        for rejection in &command.rejections {
            if any_holds(&rejection.when, arguments) {
                let path = &MessagePath::Root.member(&rejection.path);
                self.report(path, ProblemKind::Rejected(rejection));
            }
        }
    }

    fn check_changes(&mut self, command: &'m CommandInterface<'m>, arguments: &'m JsonValue<'m>) {
        let mut problems = self.problems.iter();
        let is_rejected = problems.any(|problem| problem.kind.severity() == Severity::Error);
        // An error says more than the change that causes it.
        let is_reported = |change: &BehaviourChange| {
            is_rejected && change.effect == BehaviourEffect::Refuses && !change.when.is_empty()
        };
        for change in &command.changes {
            if any_holds(&change.when, arguments) && !is_reported(change) {
                self.report(&MessagePath::Root, ProblemKind::AffectedByChange(change));
            }
        }
    }
}
