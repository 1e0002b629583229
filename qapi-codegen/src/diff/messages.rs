//! Messages of both releases that show an edit.

use super::change::{ChangeKind, ChangeValue, KindAttribute};
use super::compare::{Comparison, Operation};
use super::example::{Examples, Extent, Shown};
use super::finding::Raw;
use super::json::Json;
use crate::behaviour::{Behaviour, Effect};
use crate::wire::{Direction, Interface, PathSegment, ShapeId};

/// A message of the old release, and one of the new.
pub type Messages = (Option<Json>, Option<Json>);

/// How many edits of a command one request shows.
const SHOWN: usize = 2;

/// Makes messages for the edits of a comparison.
#[derive(Debug)]
pub struct Messenger<'a, 's> {
    /// The shapes of the old release.
    pub old: &'a Interface<'s>,
    /// The shapes of the new release.
    pub new: &'a Interface<'s>,
    /// What no schema says, as far as it happened between the two.
    pub behaviour: Behaviour,
    /// The compared pairs.
    pub comparison: &'a Comparison<'s>,
}

impl<'s> Messenger<'_, 's> {
    /// Messages that show one edit; none for what no message shows.
    pub fn of(&self, raw: &Raw<'_, 's>) -> Messages {
        if !is_shown(raw.change.kind) {
            return (None, None);
        }
        let (before, after) = self.together(raw.operation(self.comparison), &[raw]);
        match raw.change.kind {
            kind if kind.has(KindAttribute::NoNewMessage) => (before, None),
            kind if kind.has(KindAttribute::NoOldMessage) => (None, after),
            _ => (before, after),
        }
    }

    /// A request that shows the worst edits of a command together.
    pub fn story(&self, operation: &Operation<'s>, raws: &[&Raw<'_, 's>]) -> Messages {
        let mut shown: Vec<&Raw<'_, 's>> = Vec::new();
        for raw in raws.iter().filter(|raw| is_shown(raw.change.kind)) {
            let fits = |other: &&Raw<'_, 's>| {
                let (left, right) = (self.places(raw), self.places(other));
                compatible(&left.0, &right.0) && compatible(&left.1, &right.1)
            };
            if shown.len() < SHOWN && shown.iter().all(fits) {
                shown.push(raw);
            }
        }
        match &shown[..] {
            [] => (None, None),
            [only] => self.of(only),
            _ => self.together(operation, &shown),
        }
    }

    fn together(&self, operation: &Operation<'s>, raws: &[&Raw<'_, 's>]) -> Messages {
        let Some(direction) = raws.first().map(|raw| raw.direction) else {
            return (None, None);
        };
        let (mut before, mut after) = (Shown::default(), Shown::default());
        for raw in raws {
            let (old, new) = self.places(raw);
            let (was, is) = values(raw);
            before.parts.push((old, was));
            after.parts.push((new, is));
        }
        for name in self.wanted(operation) {
            after.parts.push((vec![PathSegment::Member(name)], None));
        }
        let message = |shapes, name, shown| message(shapes, name?, direction, shown);
        let messages = (
            message(self.old, operation.old, &before),
            message(self.new, operation.new, &after),
        );
        // Where both are the same, what differs is in no message that is taken.
        if messages.0 == messages.1 {
            (None, None)
        } else {
            messages
        }
    }

    /// The steps to an edit in both releases. What is new is in no old message.
    fn places(&self, raw: &Raw<'_, 's>) -> (Vec<PathSegment<'s>>, Vec<PathSegment<'s>>) {
        let place = &raw.places[0];
        let (old, new) = (raw.old_steps(place), raw.new_steps(place));
        match raw.change.kind {
            kind if kind.has(KindAttribute::AbsentBefore) => (place.old.clone(), new),
            _ => (old, new),
        }
    }

    /// Arguments that the new release wants although its schema does not.
    fn wanted(&self, operation: &Operation<'s>) -> Vec<&'s str> {
        let Some(command) = operation.new.and_then(|name| self.new.commands.get(name)) else {
            return Vec::new();
        };
        let refuses = self.behaviour.changes.iter().filter(|change| {
            change.effect == Effect::Refuses
                && change
                    .commands
                    .iter()
                    .any(|name| Some(&**name) == operation.new)
        });
        let absent = refuses.filter_map(|change| match &change.when[..] {
            [when] if when.present.is_empty() => when.absent.first(),
            _ => None,
        });
        let arguments = self.new.object(command.arguments);
        let known = arguments
            .into_iter()
            .flat_map(|object| object.members.names());
        let known: Vec<&'s str> = known.collect();
        absent
            .filter_map(|name| known.iter().copied().find(|own| own == name))
            .collect()
    }
}

/// The values that an edit is about, where they are its point.
fn values(raw: &Raw<'_, '_>) -> (Option<Json>, Option<Json>) {
    let first = |value: &Option<ChangeValue<'_>>| match value.as_ref()? {
        ChangeValue::Name(name) => Some(Json::text(*name)),
        ChangeValue::Names(names) => names.first().map(|name| Json::text(*name)),
        _ => None,
    };
    match raw.change.kind.has(KindAttribute::EnumValue) {
        true => (first(&raw.change.old), first(&raw.change.new)),
        false => (None, None),
    }
}

/// Whether two paths can be in one message: they choose the same cases.
fn compatible(left: &[PathSegment<'_>], right: &[PathSegment<'_>]) -> bool {
    let apart = left.iter().zip(right).find(|(left, right)| left != right);
    match apart {
        Some((PathSegment::Branch { .. }, PathSegment::Branch { .. })) => false,
        Some((
            PathSegment::Branch {
                discriminator: tag, ..
            },
            PathSegment::Member(name),
        ))
        | Some((
            PathSegment::Member(name),
            PathSegment::Branch {
                discriminator: tag, ..
            },
        )) => tag != name,
        _ => true,
    }
}

/// Whether messages show edits of a kind.
fn is_shown(kind: ChangeKind) -> bool {
    !kind.has(KindAttribute::NoMessage) && !kind.has(KindAttribute::Metadata)
}

fn message<'s>(
    shapes: &Interface<'s>,
    name: &'s str,
    direction: Direction,
    shown: &Shown<'s>,
) -> Option<Json> {
    let value = |node: ShapeId, extent| Examples { shapes, extent }.value(node, shown);
    let name_of = || Json::text(name);
    match direction {
        Direction::Request => {
            let arguments = value(shapes.commands.get(name)?.arguments, Extent::Whole);
            let mut message = Json::object([("execute", name_of())]);
            if arguments != Json::Object(Vec::new()) {
                message.set("arguments", arguments);
            }
            Some(message)
        }
        Direction::Reply => {
            let returns = shapes.commands.get(name)?.returns;
            let returns = returns.map(|node| value(node, Extent::Excerpt));
            Some(Json::object([(
                "return",
                returns.unwrap_or(Json::Object(Vec::new())),
            )]))
        }
        Direction::Event => {
            let data = value(shapes.events.get(name)?.data, Extent::Excerpt);
            let mut message = Json::object([("event", name_of())]);
            if data != Json::Object(Vec::new()) {
                message.set("data", data);
            }
            Some(message)
        }
    }
}
