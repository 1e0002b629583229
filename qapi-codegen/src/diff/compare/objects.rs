//! Changes of objects.

use super::ComparedSite;
use super::matching::Rename;
use super::members::match_members;
use super::moves::MemberMoves;
use super::unions::match_discriminator;
use crate::diff::change::{Change, ChangeKind};
use crate::schema::BuiltinType;
use crate::wire::{Direction, ObjectShape, PathSegment, Shape};

impl<'s> ComparedSite<'_, '_, 's> {
    /// Compares two objects.
    pub(super) fn compare_objects(&mut self, old: &ObjectShape<'s>, new: &ObjectShape<'s>) {
        match (old.open, new.open) {
            (false, false) => self.compare_closed(old, new),
            (true, false) => self.compare_newly_typed(old, new),
            (false, true) => {
                self.push(Change::new(ChangeKind::ArgumentsTypedToAny));
                self.compare_common_members(old, new, shared_discriminator(old, new));
            }
            (true, true) => {
                self.compare_common_members(old, new, shared_discriminator(old, new));
                self.push_required_members(old, new);
            }
        }
    }

    /// Compares two objects that allow listed members only.
    fn compare_closed(&mut self, old: &ObjectShape<'s>, new: &ObjectShape<'s>) {
        let moves = MemberMoves::find(self.walk, old, new);
        let flattened = self.flattened_member(old, new);
        let mut removed = old.members.missing_in(&new.members);
        removed.retain(|name| !moves.into_branch.contains(name) && Some(*name) != flattened);
        let mut added = new.members.missing_in(&old.members);
        added.retain(|name| !moves.out_of_branch.contains(name));
        let mut matched = match_members(self.walk, (old, new), (removed, added));
        if let Some(rename) = match_discriminator(old, new, &matched) {
            matched.removed.retain(|name| *name != rename.old);
            matched.added.retain(|name| *name != rename.new);
            matched.renamed.push(rename);
        }
        let is_disproved =
            |rename: &mut Rename<'s>| self.graph.is_disproved((rename.old, rename.new));
        for rename in matched.renamed.extract_if(.., is_disproved) {
            matched.removed.push(rename.old);
            matched.added.push(rename.new);
        }
        for rename in matched.renamed {
            self.compare_renamed_member(rename, old.members[rename.old], new.members[rename.new]);
        }
        for name in matched.removed {
            self.push_removed_member(name, old.members[name]);
        }
        for name in matched.added {
            self.push_added_member(name, new.members[name]);
        }
        self.compare_common_members(old, new, shared_discriminator(old, new));
        self.compare_moved_members(&moves, old, new);
        if let Some(name) = flattened {
            let change = Change::removed(ChangeKind::ArgumentsFlattened, name);
            self.push(change.old_at(&[PathSegment::Member(name)]));
        }
        self.compare_branches((old, new), &moves, flattened.is_some());
    }

    /// Reports new required members of an object that allowed any members.
    fn push_required_members(&mut self, old: &ObjectShape<'s>, new: &ObjectShape<'s>) {
        for name in new.members.missing_in(&old.members) {
            if !new.members[name].optional {
                self.push_added_member(name, new.members[name]);
            }
        }
    }

    /// Compares an object that allowed any members with one that allows listed
    /// members only. The optional new members were allowed before, too.
    fn compare_newly_typed(&mut self, old: &ObjectShape<'s>, new: &ObjectShape<'s>) {
        self.push(Change::new(ChangeKind::ArgumentsAnyToTyped));
        self.push_required_members(old, new);
        for name in old.members.missing_in(&new.members) {
            self.push_removed_member(name, old.members[name]);
        }
        self.compare_common_members(old, new, new.discriminator());
    }

    /// A member of type `any` whose members moved up: the object became a union,
    /// and the member is gone.
    fn flattened_member(&self, old: &ObjectShape<'s>, new: &ObjectShape<'s>) -> Option<&'s str> {
        let is_request = self.site.direction == Direction::Request;
        if !is_request || old.branches.is_some() || new.branches.is_none() {
            return None;
        }
        let mut removed = old.members.missing_in(&new.members).into_iter();
        removed.find(|name| {
            let shape = self.walk.old.get(old.members[name].shape);
            matches!(shape, Shape::Builtin(BuiltinType::Any))
        })
    }
}

fn shared_discriminator<'s>(old: &ObjectShape<'s>, new: &ObjectShape<'s>) -> Option<&'s str> {
    let name = old.discriminator();
    name.filter(|_| name == new.discriminator())
}
