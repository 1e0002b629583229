//! Two objects.

use std::collections::BTreeSet;

use super::moves::Moves;
use super::{Comparer, Found, members, unions};
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::schema::BuiltinType;
use crate::wire::{Direction, Interface, ObjectShape, PathSegment, Shape};

/// Compares two objects.
pub fn compare<'s>(
    comparer: &mut Comparer<'_, 's>,
    old: &ObjectShape<'s>,
    new: &ObjectShape<'s>,
    found: &mut Found<'s>,
) {
    match (old.open, new.open) {
        (false, false) => closed(comparer, old, new, found),
        (true, false) => typed(comparer, old, new, found),
        (false, true) => {
            found.push(Change::new(ChangeKind::ArgumentsTypedToAny));
            shared(comparer, old, new, found);
        }
        (true, true) => {
            shared(comparer, old, new, found);
            required(comparer, old, new, found);
        }
    }
}

/// Two objects that take only what is listed.
fn closed<'s>(
    comparer: &mut Comparer<'_, 's>,
    old: &ObjectShape<'s>,
    new: &ObjectShape<'s>,
    found: &mut Found<'s>,
) {
    let moves = Moves::find(comparer, old, new);
    let spilled = spilled(comparer, old, new, found.direction);
    let gone =
        names(old, new).filter(|name| !moves.into_branch.contains(name) && Some(*name) != spilled);
    let fresh = names(new, old).filter(|name| !moves.out_of_branch.contains(name));
    let sides = (gone.collect(), fresh.collect());
    let matched = members::matched(comparer, (old, new), sides);
    let renamed_tag = unions::renamed_tag(old, new, &matched);
    for &pair in matched.pairs.iter().chain(&renamed_tag) {
        members::renamed(comparer, (old, new), pair, found);
    }
    let is_tag = |name: &&str| renamed_tag.is_some_and(|tag| tag.old == *name || tag.new == *name);
    for name in matched.gone.into_iter().filter(|name| !is_tag(name)) {
        members::removed(comparer, name, old.members[name], found);
    }
    for name in matched.fresh.into_iter().filter(|name| !is_tag(name)) {
        members::added(comparer, name, new.members[name], found);
    }
    shared(comparer, old, new, found);
    moves.report(comparer, old, new, found);
    if let Some(name) = spilled {
        found.push(
            Change::new(ChangeKind::ArgumentsFlattened)
                .old_at(&[PathSegment::Member(name)])
                .with_old(ChangeValue::Name(name)),
        );
    }
    unions::compare(comparer, (old, new), &moves, spilled.is_some(), found);
}

/// Members that both have.
fn shared<'s>(
    comparer: &mut Comparer<'_, 's>,
    old: &ObjectShape<'s>,
    new: &ObjectShape<'s>,
    found: &mut Found<'s>,
) {
    let tag =
        |object: &ObjectShape<'s>| object.branches.as_ref().map(|choice| choice.discriminator);
    let common_tag = tag(old).filter(|name| tag(new) == Some(name));
    for (name, &member) in old.members.iter() {
        if let Some(&newer) = new.members.get(name) {
            let is_tag = common_tag == Some(name);
            members::compare(comparer, name, (member, newer), is_tag, found);
        }
    }
}

/// Members that must be there now in an object that takes any.
fn required<'s>(
    comparer: &Comparer<'_, 's>,
    old: &ObjectShape<'s>,
    new: &ObjectShape<'s>,
    found: &mut Found<'s>,
) {
    for name in names(new, old).filter(|name| !new.members[name].optional) {
        members::added(comparer, name, new.members[name], found);
    }
}

/// An object that took any member and takes only what is listed now.
///
/// That claims all that is listed: it was taken before, if it was what it is
/// now.
fn typed<'s>(
    comparer: &mut Comparer<'_, 's>,
    old: &ObjectShape<'s>,
    new: &ObjectShape<'s>,
    found: &mut Found<'s>,
) {
    found.push(Change::new(ChangeKind::ArgumentsAnyToTyped));
    required(comparer, old, new, found);
    for name in names(old, new).collect::<Vec<_>>() {
        members::removed(comparer, name, old.members[name], found);
    }
    let tag = new.branches.as_ref().map(|choice| choice.discriminator);
    for (name, &member) in old.members.iter() {
        if let Some(&newer) = new.members.get(name) {
            members::compare(comparer, name, (member, newer), tag == Some(name), found);
        }
    }
}

/// A member that held anything, and whose members are those of cases now: what
/// was in it stands beside it.
fn spilled<'s>(
    comparer: &Comparer<'_, 's>,
    old: &ObjectShape<'s>,
    new: &ObjectShape<'s>,
    direction: Direction,
) -> Option<&'s str> {
    if direction != Direction::Request || old.branches.is_some() || new.branches.is_none() {
        return None;
    }
    let held_anything = |name: &&'s str| {
        matches!(
            comparer.old.get(old.members[name].shape),
            Shape::Builtin(BuiltinType::Any)
        )
    };
    names(old, new).find(held_anything)
}

/// The members of the one object that the other lacks.
fn names<'s, 'o>(
    object: &'o ObjectShape<'s>,
    other: &'o ObjectShape<'s>,
) -> impl Iterator<Item = &'s str> + use<'s, 'o> {
    object
        .members
        .names()
        .filter(|name| !other.members.contains(name))
}

/// The names of all members of an object, whatever its tag.
pub fn all_names<'s>(shapes: &Interface<'s>, object: &ObjectShape<'s>) -> BTreeSet<&'s str> {
    let cases = object
        .branches
        .iter()
        .flat_map(|choice| choice.by_value.values());
    let contents = cases.filter_map(|case| shapes.object(case.content));
    let inner = contents.flat_map(|content| content.members.names());
    object.members.names().chain(inner).collect()
}
