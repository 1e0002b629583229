//! Commands, events and the class of errors: where values begin to travel.

use super::{Comparer, Found, Link, flags, objects};
use crate::diff::change::{Change, ChangeKind, ChangeValue, RenameEvidence};
use crate::diff::matching::{self, Matched};
use crate::schema::EntityMeta;
use crate::wire::{
    CommandShape, Direction, EventShape, Interface, NameTable, ObjectShape, PathSegment, Shape,
    ShapeId, same,
};

/// What an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// A command.
    Command,
    /// An event.
    Event,
    /// The errors of all commands.
    Error,
}

/// A command or event, as far as a release has it.
#[derive(Debug)]
pub struct Operation<'s> {
    /// What it is.
    pub sort: Sort,
    /// Its name in the old release.
    pub old: Option<&'s str>,
    /// Its name in the new release.
    pub new: Option<&'s str>,
    /// What is edited in itself.
    pub changes: Vec<(Direction, Change<'s>)>,
    /// The values that travel, with the steps to them.
    pub roots: Vec<Link<'s>>,
}

impl<'s> Operation<'s> {
    /// The name that the client knows, or else the new one.
    pub fn name(&self) -> &'s str {
        self.old.or(self.new).unwrap_or_default()
    }

    fn new(sort: Sort, old: Option<&'s str>, new: Option<&'s str>) -> Self {
        Operation {
            sort,
            old,
            new,
            changes: Vec::new(),
            roots: Vec::new(),
        }
    }

    /// What was found in a type, as if it were that of a command.
    pub(super) fn of_type(name: &'s str, found: Found<'s>) -> Self {
        let mut operation = Operation::new(Sort::Command, Some(name), Some(name));
        operation.absorb(found);
        operation
    }

    fn push(&mut self, direction: Direction, change: Change<'s>) {
        self.changes.push((direction, change));
    }

    fn absorb(&mut self, found: Found<'s>) {
        let direction = found.direction;
        self.changes
            .extend(found.changes.into_iter().map(|change| (direction, change)));
        self.roots.extend(found.links);
    }
}

/// The operations of both releases, in the order of their names.
pub fn operations<'s>(comparer: &mut Comparer<'_, 's>) -> Vec<Operation<'s>> {
    let mut operations = commands(comparer);
    operations.extend(events(comparer));
    operations.extend(error_class(comparer));
    operations
}

/// The name under which the class of errors is reported.
pub const ERROR: &str = "error";

fn commands<'s>(comparer: &mut Comparer<'_, 's>) -> Vec<Operation<'s>> {
    let (old, new) = (&comparer.old.commands, &comparer.new.commands);
    let mut matched = unmatched(old, new);
    matching::by_shape(&mut matched, |was, is| {
        let (left, right) = (&old[was], &new[is]);
        let arguments = comparer.old.object(left.arguments);
        let telling = arguments.is_some_and(|object| !object.members.is_empty());
        let returns = match (left.returns, right.returns) {
            (None, None) => true,
            (Some(left), Some(right)) => same(comparer.old, left, comparer.new, right),
            _ => false,
        };
        telling && returns && same(comparer.old, left.arguments, comparer.new, right.arguments)
    });
    let mut operations = Vec::new();
    for pair in &matched.pairs {
        let kind = if pair.evidence == RenameEvidence::Promoted {
            ChangeKind::CommandPromoted
        } else {
            ChangeKind::CommandRenamed
        };
        let mut operation = both_commands(comparer, pair.old, pair.new);
        let change = Change::new(kind).renamed(pair.old, pair.new, pair.evidence);
        operation.push(Direction::Request, change);
        operations.push(operation);
    }
    for name in matched.gone {
        let mut operation = Operation::new(Sort::Command, Some(name), None);
        let change = Change::new(removal(old[name].meta)).with_old(ChangeValue::Name(name));
        operation.push(Direction::Request, change);
        operations.push(operation);
    }
    for name in matched.fresh {
        let mut operation = Operation::new(Sort::Command, None, Some(name));
        operation.push(
            Direction::Request,
            Change::new(ChangeKind::CommandAdded).with_new(ChangeValue::Name(name)),
        );
        operations.push(operation);
    }
    for name in common(old, new) {
        operations.push(both_commands(comparer, name, name));
    }
    operations.sort_by_key(|operation| operation.name());
    operations
}

fn unmatched<'s, T>(old: &NameTable<'s, T>, new: &NameTable<'s, T>) -> Matched<'s> {
    let gone = old.names().filter(|name| !new.contains(name));
    let fresh = new.names().filter(|name| !old.contains(name));
    matching::by_spelling(gone.collect(), fresh.collect())
}

fn common<'s, T>(old: &NameTable<'s, T>, new: &NameTable<'s, T>) -> Vec<&'s str> {
    old.names().filter(|name| new.contains(name)).collect()
}

fn removal(meta: &EntityMeta) -> ChangeKind {
    match meta {
        meta if flags::is_unstable(meta) => ChangeKind::CommandRemovedUnstable,
        meta if flags::is_deprecated(meta) => ChangeKind::CommandRemovedAfterDeprecation,
        _ => ChangeKind::CommandRemoved,
    }
}

fn both_commands<'s>(comparer: &mut Comparer<'_, 's>, was: &'s str, is: &'s str) -> Operation<'s> {
    let (old, new) = (
        comparer.old.commands[was].clone(),
        comparer.new.commands[is].clone(),
    );
    let mut operation = Operation::new(Sort::Command, Some(was), Some(is));
    let mut request = Found::new(comparer, Direction::Request);
    command_flags(&old, &new, &mut request);
    arguments(comparer, &old, &new, &mut request);
    operation.absorb(request);
    let mut reply = Found::new(comparer, Direction::Reply);
    returns(comparer, &old, &new, &mut reply);
    operation.absorb(reply);
    operation
}

fn command_flags<'s>(old: &CommandShape<'s>, new: &CommandShape<'s>, found: &mut Found<'s>) {
    flags::compare(Some(old.meta), Some(new.meta), &new.meta.name, &[], found);
    let switches = [
        (
            old.allow_oob,
            new.allow_oob,
            ChangeKind::OobAdded,
            ChangeKind::OobRemoved,
        ),
        (
            old.allow_preconfig,
            new.allow_preconfig,
            ChangeKind::PreconfigAdded,
            ChangeKind::PreconfigRemoved,
        ),
    ];
    for (was, is, added, removed) in switches {
        match (was, is) {
            (false, true) => found.push(Change::new(added)),
            (true, false) => found.push(Change::new(removed)),
            _ => {}
        }
    }
}

fn arguments<'s>(
    comparer: &mut Comparer<'_, 's>,
    old: &CommandShape<'s>,
    new: &CommandShape<'s>,
    found: &mut Found<'s>,
) {
    let nodes = (old.arguments, new.arguments);
    let objects = comparer
        .old
        .object(nodes.0)
        .zip(comparer.new.object(nodes.1));
    let Some((left, right)) = objects else { return };
    if let Some((steps, inner)) = wrapper(comparer.old, left, comparer.new, right) {
        let change =
            Change::new(ChangeKind::ArgumentsFlattened).with_old(ChangeValue::Path(steps.clone()));
        found.push(change.old_at(&steps));
        found.link(comparer, (&steps, &[]), (inner, nodes.1));
    } else if let Some((steps, inner)) = wrapper(comparer.new, right, comparer.old, left) {
        let change =
            Change::new(ChangeKind::ArgumentsWrapped).with_new(ChangeValue::Path(steps.clone()));
        found.push(change.new_at(&steps));
        found.link(comparer, (&[], &steps), (nodes.0, inner));
    } else {
        found.link(comparer, (&[], &[]), nodes);
    }
}

/// The way into the only member of an object, where it holds an object that is
/// much like the other one, or a list of such objects.
fn wrapper<'s>(
    shapes: &Interface<'s>,
    wrapping: &ObjectShape<'s>,
    other_shapes: &Interface<'s>,
    plain: &ObjectShape<'s>,
) -> Option<(Vec<PathSegment<'s>>, ShapeId)> {
    let mut members = wrapping.members.iter();
    let (Some((name, only)), None) = (members.next(), members.next()) else {
        return None;
    };
    if plain.members.contains(name) || wrapping.branches.is_some() {
        return None;
    }
    let (steps, node) = match shapes.get(only.shape) {
        Shape::Array(item) => (
            vec![PathSegment::Member(name), PathSegment::Elements],
            *item,
        ),
        _ => (vec![PathSegment::Member(name)], only.shape),
    };
    let inner = objects::all_names(shapes, shapes.object(node)?);
    let outer = objects::all_names(other_shapes, plain);
    let shared = inner.intersection(&outer).count();
    (shared > 0 && 2 * shared >= inner.len()).then_some((steps, node))
}

fn returns<'s>(
    comparer: &mut Comparer<'_, 's>,
    old: &CommandShape<'s>,
    new: &CommandShape<'s>,
    found: &mut Found<'s>,
) {
    match (old.success_response, new.success_response) {
        (true, false) => found.push(Change::new(ChangeKind::SuccessResponseRemoved)),
        (false, true) => found.push(Change::new(ChangeKind::SuccessResponseAdded)),
        _ => {}
    }
    match (old.returns, new.returns) {
        (None, None) => {}
        (Some(left), Some(right)) => found.link(comparer, (&[], &[]), (left, right)),
        (Some(_), None) => found.push(Change::new(ChangeKind::ReturnRemoved)),
        (None, Some(right)) => found.push(Change::new(match comparer.new.get(right) {
            Shape::Object(_) => ChangeKind::ReturnAdded,
            _ => ChangeKind::ReturnAddedNonobject,
        })),
    }
}

fn events<'s>(comparer: &mut Comparer<'_, 's>) -> Vec<Operation<'s>> {
    let (old, new) = (&comparer.old.events, &comparer.new.events);
    let mut matched = unmatched(old, new);
    matching::by_shape(&mut matched, |was, is| {
        let (left, right) = (old[was].data, new[is].data);
        let telling = comparer
            .old
            .object(left)
            .is_some_and(|object| !object.members.is_empty());
        telling && same(comparer.old, left, comparer.new, right)
    });
    let mut operations = Vec::new();
    for pair in &matched.pairs {
        let mut operation = both_events(comparer, pair.old, pair.new);
        let change = Change::new(ChangeKind::EventRenamed);
        let change = change.renamed(pair.old, pair.new, pair.evidence);
        operation.push(Direction::Event, change);
        operations.push(operation);
    }
    for name in matched.gone {
        let mut operation = Operation::new(Sort::Event, Some(name), None);
        operation.push(
            Direction::Event,
            Change::new(ChangeKind::EventRemoved).with_old(ChangeValue::Name(name)),
        );
        operations.push(operation);
    }
    for name in matched.fresh {
        let mut operation = Operation::new(Sort::Event, None, Some(name));
        operation.push(
            Direction::Event,
            Change::new(ChangeKind::EventAdded).with_new(ChangeValue::Name(name)),
        );
        operations.push(operation);
    }
    for name in common(old, new) {
        operations.push(both_events(comparer, name, name));
    }
    operations.sort_by_key(|operation| operation.name());
    operations
}

fn both_events<'s>(comparer: &mut Comparer<'_, 's>, was: &'s str, is: &'s str) -> Operation<'s> {
    let (old, new): (EventShape<'s>, EventShape<'s>) = (
        comparer.old.events[was].clone(),
        comparer.new.events[is].clone(),
    );
    let mut operation = Operation::new(Sort::Event, Some(was), Some(is));
    let mut found = Found::new(comparer, Direction::Event);
    flags::compare(Some(old.meta), Some(new.meta), is, &[], &mut found);
    found.link(comparer, (&[], &[]), (old.data, new.data));
    operation.absorb(found);
    operation
}

/// The classes of errors, which travel and are no part of any command.
fn error_class<'s>(comparer: &Comparer<'_, 's>) -> Option<Operation<'s>> {
    let (left, right) = (comparer.old.error_class?, comparer.new.error_class?);
    let (Shape::Enum(old), Shape::Enum(new)) = (comparer.old.get(left), comparer.new.get(right))
    else {
        return None;
    };
    let mut operation = Operation::new(Sort::Error, Some(ERROR), Some(ERROR));
    let class = [PathSegment::Member("class")];
    for value in old.names().filter(|value| !new.contains(*value)) {
        let change = Change::new(ChangeKind::ErrorClassRemoved)
            .with_old(ChangeValue::Name(value))
            .at(&class);
        operation.push(Direction::Reply, change);
    }
    for value in new.names().filter(|value| !old.contains(*value)) {
        let change = Change::new(ChangeKind::ErrorClassAdded)
            .with_new(ChangeValue::Name(value))
            .at(&class);
        operation.push(Direction::Reply, change);
    }
    Some(operation)
}
