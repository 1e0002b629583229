//! Commands, events and the class of errors: where values begin to travel.

use super::{Comparer, Found, Link, flags, objects};
use crate::diff::edit::{Direction, Edit, Kind, Step, path};
use crate::diff::matching::{self, Matched, PROMOTED};
use crate::schema::EntityMeta;
use crate::wire::{
    CommandShape, EventShape, Interface, NameTable, ObjectShape, Shape, ShapeId, same,
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
    pub edits: Vec<(Direction, Edit<'s>)>,
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
            edits: Vec::new(),
            roots: Vec::new(),
        }
    }

    /// What was found in a type, as if it were that of a command.
    pub(super) fn of_type(name: &'s str, found: Found<'s>) -> Self {
        let mut operation = Operation::new(Sort::Command, Some(name), Some(name));
        operation.absorb(found);
        operation
    }

    fn edit(&mut self, direction: Direction, edit: Edit<'s>) {
        self.edits.push((direction, edit));
    }

    fn absorb(&mut self, found: Found<'s>) {
        let direction = found.direction;
        self.edits
            .extend(found.edits.into_iter().map(|edit| (direction, edit)));
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
        let kind = if pair.evidence == PROMOTED {
            Kind::CommandPromoted
        } else {
            Kind::CommandRenamed
        };
        let mut operation = both_commands(comparer, pair.old, pair.new);
        let edit = Edit::new(kind)
            .old(pair.old)
            .new_value(pair.new)
            .note(pair.evidence);
        operation.edit(Direction::Request, edit);
        operations.push(operation);
    }
    for name in matched.gone {
        let mut operation = Operation::new(Sort::Command, Some(name), None);
        let edit = Edit::new(removal(old[name].meta)).old(name);
        operation.edit(Direction::Request, edit);
        operations.push(operation);
    }
    for name in matched.fresh {
        let mut operation = Operation::new(Sort::Command, None, Some(name));
        operation.edit(
            Direction::Request,
            Edit::new(Kind::CommandAdded).new_value(name),
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

fn removal(meta: &EntityMeta) -> Kind {
    match meta {
        meta if flags::is_unstable(meta) => Kind::CommandRemovedUnstable,
        meta if flags::is_deprecated(meta) => Kind::CommandRemovedAfterDeprecation,
        _ => Kind::CommandRemoved,
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
            Kind::OobAdded,
            Kind::OobRemoved,
        ),
        (
            old.allow_preconfig,
            new.allow_preconfig,
            Kind::PreconfigAdded,
            Kind::PreconfigRemoved,
        ),
    ];
    for (was, is, added, removed) in switches {
        match (was, is) {
            (false, true) => found.edit(Edit::new(added)),
            (true, false) => found.edit(Edit::new(removed)),
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
        let edit = Edit::new(Kind::ArgumentsFlattened).old(path(&steps));
        found.edit(edit.old_at(&steps));
        found.link(comparer, (&steps, &[]), (inner, nodes.1));
    } else if let Some((steps, inner)) = wrapper(comparer.new, right, comparer.old, left) {
        let edit = Edit::new(Kind::ArgumentsWrapped).new_value(path(&steps));
        found.edit(edit.new_at(&steps));
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
) -> Option<(Vec<Step<'s>>, ShapeId)> {
    let mut members = wrapping.members.iter();
    let (Some((name, only)), None) = (members.next(), members.next()) else {
        return None;
    };
    if plain.members.contains(name) || wrapping.branches.is_some() {
        return None;
    }
    let (steps, node) = match shapes.get(only.shape) {
        Shape::Array(item) => (vec![Step::Member(name), Step::Items], *item),
        _ => (vec![Step::Member(name)], only.shape),
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
        (true, false) => found.edit(Edit::new(Kind::SuccessResponseRemoved)),
        (false, true) => found.edit(Edit::new(Kind::SuccessResponseAdded)),
        _ => {}
    }
    match (old.returns, new.returns) {
        (None, None) => {}
        (Some(left), Some(right)) => found.link(comparer, (&[], &[]), (left, right)),
        (Some(_), None) => found.edit(Edit::new(Kind::ReturnRemoved)),
        (None, Some(right)) => found.edit(Edit::new(match comparer.new.get(right) {
            Shape::Object(_) => Kind::ReturnAdded,
            _ => Kind::ReturnAddedNonobject,
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
        let edit = Edit::new(Kind::EventRenamed)
            .old(pair.old)
            .new_value(pair.new);
        operation.edit(Direction::Event, edit.note(pair.evidence));
        operations.push(operation);
    }
    for name in matched.gone {
        let mut operation = Operation::new(Sort::Event, Some(name), None);
        operation.edit(Direction::Event, Edit::new(Kind::EventRemoved).old(name));
        operations.push(operation);
    }
    for name in matched.fresh {
        let mut operation = Operation::new(Sort::Event, None, Some(name));
        operation.edit(
            Direction::Event,
            Edit::new(Kind::EventAdded).new_value(name),
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
    let class = [Step::Member("class")];
    for value in old.names().filter(|value| !new.contains(*value)) {
        let edit = Edit::new(Kind::ErrorClassRemoved).old(value).at(&class);
        operation.edit(Direction::Reply, edit);
    }
    for value in new.names().filter(|value| !old.contains(*value)) {
        let edit = Edit::new(Kind::ErrorClassAdded).new_value(value).at(&class);
        operation.edit(Direction::Reply, edit);
    }
    Some(operation)
}
