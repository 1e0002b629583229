//! Example messages of both releases that show a change.

pub(crate) mod value;

use super::change::{ChangeValue, KindAttribute};
use super::finding::{Example, Finding};
use super::rules::Compatibility;
use crate::json::JsonValue;
use crate::knowledge::RequestRules;
use crate::wire::{Direction, Interface, PathSegment, ShapeId};
use value::{ExampleScope, RequestedParts, ValueBuilder};

/// The number of changes of a command that one request shows.
const CHANGES_PER_REQUEST: usize = 2;

/// Tries example requests against the two releases.
pub trait RequestJudge: Sync {
    /// Returns `true` if the old release accepts a request.
    fn is_accepted_by_old(&self, request: &JsonValue<'_>) -> bool;

    /// Returns `true` if the new release accepts a request.
    fn is_accepted_by_new(&self, request: &JsonValue<'_>) -> bool;

    /// Returns the request for the new release, if it can be rewritten.
    fn migrate(&self, request: &JsonValue<'_>) -> Option<JsonValue<'static>>;
}

/// Builds examples for the findings of a comparison.
pub struct ExampleBuilder<'a, 's> {
    /// The interface of the old release.
    pub old: &'a Interface<'s>,
    /// The interface of the new release.
    pub new: &'a Interface<'s>,
    /// The rules for requests that no schema states.
    pub requests: &'s RequestRules,
    /// Tries example requests, unless they are shown untried.
    pub judge: Option<&'a dyn RequestJudge>,
}

impl<'s> ExampleBuilder<'_, 's> {
    /// Builds messages that show one finding.
    pub fn build(&self, finding: &Finding<'s>) -> Example<'s> {
        let kind = finding.change.kind;
        if !has_example(finding) {
            return Example::default();
        }
        let mut example = self.build_together(&[finding]);
        if kind.has(KindAttribute::NoNewMessage) {
            example.after = None;
        }
        if kind.has(KindAttribute::NoOldMessage) {
            example.before = None;
        }
        let is_breaking = finding.compatibility == Compatibility::Breaking;
        self.prove(finding.direction, is_breaking, example)
    }

    /// Keeps the parts of an example of requests that the releases confirm.
    fn prove(&self, direction: Direction, is_breaking: bool, example: Example<'s>) -> Example<'s> {
        let Some(judge) = self.judge.filter(|_| direction == Direction::Request) else {
            return example;
        };
        let shows_break = |request: &JsonValue<'_>| {
            judge.is_accepted_by_old(request)
                && (!is_breaking || !judge.is_accepted_by_new(request))
        };
        let before = example.before.filter(shows_break);
        let migrated = before.as_ref().and_then(|before| judge.migrate(before));
        let built = example.after;
        let after = migrated.or(built.filter(|after| judge.is_accepted_by_new(after)));
        Example { before, after }
    }

    /// Builds a request that shows the first findings of a command together.
    pub fn build_for_command(&self, findings: &[&Finding<'s>]) -> Example<'s> {
        let mut shown: Vec<&Finding<'s>> = Vec::new();
        for finding in findings.iter().filter(|finding| has_example(finding)) {
            let fits = |other: &&Finding<'s>| {
                let (left, right) = (paths(finding), paths(other));
                can_combine(left.0, right.0) && can_combine(left.1, right.1)
            };
            if shown.len() < CHANGES_PER_REQUEST && shown.iter().all(fits) {
                shown.push(finding);
            }
        }
        match &shown[..] {
            [only] => self.build(only),
            _ => {
                let effect = shown.iter().map(|finding| finding.compatibility).max();
                let is_breaking = effect == Some(Compatibility::Breaking);
                self.prove(Direction::Request, is_breaking, self.build_together(&shown))
            }
        }
    }

    fn build_together(&self, findings: &[&Finding<'s>]) -> Example<'s> {
        let Some(first) = findings.first() else {
            return Example::default();
        };
        let operation = first.occurrences[0].operation;
        let (mut before, mut after) = (RequestedParts::default(), RequestedParts::default());
        for finding in findings {
            let (old, new) = paths(finding);
            let value = |side| enum_value(finding, side);
            before.add(old, value(&finding.change.old));
            after.add(new, value(&finding.change.new));
        }
        if first.direction == Direction::Request {
            self.add_required(self.old, operation.old, &mut before);
            self.add_required(self.new, operation.new, &mut after);
        }
        let message = |interface, name: Option<_>, parts| {
            build_message(interface, name?, first.direction, parts)
        };
        let example = Example {
            before: message(self.old, operation.old, &before),
            after: message(self.new, operation.new, &after),
        };
        // Equal messages do not show the change.
        match example.before == example.after {
            true => Example::default(),
            false => example,
        }
    }

    /// Adds the arguments that a release requires although its schema does not.
    fn add_required(
        &self,
        interface: &Interface<'s>,
        command: Option<&'s str>,
        parts: &mut RequestedParts<'s>,
    ) {
        let series = interface.version.series();
        let rules = command.map(|name| self.requests.requirements(name, series));
        for rule in rules.into_iter().flatten() {
            let paths: Vec<Vec<PathSegment<'s>>> = rule
                .members
                .iter()
                .map(|path| path.split('.').map(PathSegment::Member).collect())
                .collect();
            if let Some(first) = paths
                .first()
                .filter(|_| !paths.iter().any(|path| parts.contains(path)))
            {
                parts.add(first, None);
            }
        }
    }
}

fn has_example(finding: &Finding<'_>) -> bool {
    let kind = finding.change.kind;
    !kind.has(KindAttribute::NoMessage) && !kind.has(KindAttribute::Metadata)
}

/// The paths that the messages of both releases show.
fn paths<'f, 's>(finding: &'f Finding<'s>) -> (&'f [PathSegment<'s>], &'f [PathSegment<'s>]) {
    let first = &finding.occurrences[0];
    match finding.change.kind.has(KindAttribute::AbsentBefore) {
        true => (finding.container(first), &first.new),
        false => (&first.old, &first.new),
    }
}

/// The enum value that a message has at the path of a finding.
fn enum_value<'s>(finding: &Finding<'s>, side: &Option<ChangeValue<'s>>) -> Option<JsonValue<'s>> {
    if !finding.change.kind.has(KindAttribute::EnumValue) {
        return None;
    }
    match side.as_ref()? {
        ChangeValue::Name(name) => Some(JsonValue::string(*name)),
        ChangeValue::Names(names) => names.first().map(|name| JsonValue::string(*name)),
        _ => None,
    }
}

/// Returns `true` if one message can have both paths, because they select the
/// same branches.
fn can_combine(left: &[PathSegment<'_>], right: &[PathSegment<'_>]) -> bool {
    let different = left.iter().zip(right).find(|(left, right)| left != right);
    match different {
        Some((PathSegment::Branch { .. }, PathSegment::Branch { .. })) => false,
        Some((PathSegment::Branch { discriminator, .. }, PathSegment::Member(name)))
        | Some((PathSegment::Member(name), PathSegment::Branch { discriminator, .. })) => {
            discriminator != name
        }
        _ => true,
    }
}

fn build_message<'s>(
    interface: &Interface<'s>,
    name: &'s str,
    direction: Direction,
    parts: &RequestedParts<'s>,
) -> Option<JsonValue<'s>> {
    let build = |shape: ShapeId, scope| ValueBuilder { interface, scope }.build(shape, parts);
    let with_name = |key, payload_key, payload: JsonValue<'s>| {
        let mut message = JsonValue::object([(key, JsonValue::string(name))]);
        if payload != JsonValue::object([]) {
            message.set(payload_key, payload);
        }
        message
    };
    Some(match direction {
        Direction::Request => {
            let arguments = interface.commands.get(name)?.arguments;
            let arguments = build(arguments, ExampleScope::Complete);
            with_name("execute", "arguments", arguments)
        }
        Direction::Reply => {
            let returns = interface.commands.get(name)?.returns;
            let value = returns.map(|shape| build(shape, ExampleScope::Excerpt));
            JsonValue::object([("return", value.unwrap_or(JsonValue::object([])))])
        }
        Direction::Event => {
            let data = interface.events.get(name)?.data;
            with_name("event", "data", build(data, ExampleScope::Excerpt))
        }
    })
}
