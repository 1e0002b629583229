//! Changes of objects.

use std::collections::BTreeSet;

use super::members::match_members;
use super::moves::MemberMoves;
use super::unions::match_discriminator;
use super::{ChangeCollector, Walk};
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::schema::BuiltinType;
use crate::wire::{CompareSite, Direction, Interface, ObjectShape, PathSegment, Shape};

impl<'s> ChangeCollector<'s> {
    /// Compares two objects.
    pub(super) fn compare_object_members(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        old: &ObjectShape<'s>,
        new: &ObjectShape<'s>,
    ) {
        match (old.open, new.open) {
            (false, false) => self.compare_closed(walk, site, old, new),
            (true, false) => self.compare_newly_typed(walk, site, old, new),
            (false, true) => {
                self.push(site, Change::new(ChangeKind::ArgumentsTypedToAny));
                self.compare_common_members(walk, site, old, new);
            }
            (true, true) => {
                self.compare_common_members(walk, site, old, new);
                self.push_required_members(walk, site, old, new);
            }
        }
    }

    /// Compares two objects that allow listed members only.
    fn compare_closed(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        old: &ObjectShape<'s>,
        new: &ObjectShape<'s>,
    ) {
        let moves = MemberMoves::find(walk, old, new);
        let flattened = flattened_member(walk, old, new, site.direction);
        let mut removed = old.members.missing_in(&new.members);
        removed.retain(|name| !moves.into_branch.contains(name) && Some(*name) != flattened);
        let mut added = new.members.missing_in(&old.members);
        added.retain(|name| !moves.out_of_branch.contains(name));
        let mut matched = match_members(walk, (old, new), (removed, added));
        if let Some(rename) = match_discriminator(old, new, &matched) {
            matched.removed.retain(|name| *name != rename.old);
            matched.added.retain(|name| *name != rename.new);
            matched.renamed.push(rename);
        }
        for rename in matched.renamed {
            let members = (old.members[rename.old], new.members[rename.new]);
            self.compare_renamed_member(walk, site, rename, members);
        }
        for name in matched.removed {
            self.push_removed_member(walk, site, name, old.members[name]);
        }
        for name in matched.added {
            self.push_added_member(walk, site, name, new.members[name]);
        }
        self.compare_common_members(walk, site, old, new);
        self.compare_moved_members(walk, site, &moves, (old, new));
        if let Some(name) = flattened {
            let change = Change::new(ChangeKind::ArgumentsFlattened)
                .old_at(&[PathSegment::Member(name)])
                .with_old(ChangeValue::Name(name));
            self.push(site, change);
        }
        self.compare_branches(walk, site, (old, new), &moves, flattened.is_some());
    }

    /// Compares the members that both objects have.
    fn compare_common_members(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        old: &ObjectShape<'s>,
        new: &ObjectShape<'s>,
    ) {
        let discriminator = old.discriminator();
        let common = discriminator.filter(|name| new.discriminator() == Some(name));
        for (name, (left, right)) in old.members.join(&new.members) {
            if let (Some(&left), Some(&right)) = (left, right) {
                let is_discriminator = common == Some(name);
                self.compare_member(walk, site, name, (left, right), is_discriminator);
            }
        }
    }

    /// Reports new required members of an object that allowed any members.
    fn push_required_members(
        &mut self,
        walk: &Walk<'_, 's>,
        site: &CompareSite<'s>,
        old: &ObjectShape<'s>,
        new: &ObjectShape<'s>,
    ) {
        for name in new.members.missing_in(&old.members) {
            if !new.members[name].optional {
                self.push_added_member(walk, site, name, new.members[name]);
            }
        }
    }

    /// Compares an object that allowed any members with one that allows listed
    /// members only. The optional new members were allowed before, too.
    fn compare_newly_typed(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        old: &ObjectShape<'s>,
        new: &ObjectShape<'s>,
    ) {
        self.push(site, Change::new(ChangeKind::ArgumentsAnyToTyped));
        self.push_required_members(walk, site, old, new);
        for name in old.members.missing_in(&new.members) {
            self.push_removed_member(walk, site, name, old.members[name]);
        }
        for (name, (left, right)) in old.members.join(&new.members) {
            if let (Some(&left), Some(&right)) = (left, right) {
                let is_discriminator = new.discriminator() == Some(name);
                self.compare_member(walk, site, name, (left, right), is_discriminator);
            }
        }
    }
}

/// A member of type `any` whose members moved up: the object became a union,
/// and the member is gone.
fn flattened_member<'s>(
    walk: &Walk<'_, 's>,
    old: &ObjectShape<'s>,
    new: &ObjectShape<'s>,
    direction: Direction,
) -> Option<&'s str> {
    if direction != Direction::Request || old.branches.is_some() || new.branches.is_none() {
        return None;
    }
    let mut removed = old.members.missing_in(&new.members).into_iter();
    removed.find(|name| {
        let shape = walk.old.get(old.members[name].shape);
        matches!(shape, Shape::Builtin(BuiltinType::Any))
    })
}

/// The names of all members of an object and its branches.
pub(super) fn all_member_names<'s>(
    interface: &Interface<'s>,
    object: &ObjectShape<'s>,
) -> BTreeSet<&'s str> {
    let branches = object.branches.iter();
    let branches = branches.flat_map(|branches| branches.by_value.values());
    let contents = branches.filter_map(|branch| interface.object(branch.content));
    let inner = contents.flat_map(|content| content.members.names());
    object.members.names().chain(inner).collect()
}
