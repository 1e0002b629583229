//! Members that moved between a union and its branches.

use std::collections::BTreeSet;

use super::ComparedSite;
use super::unions::branch_members;
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::wire::{Direction, Interface, InterfaceComparer, MemberShape, ObjectShape, PathSegment};

/// Members that moved between a union and its branches.
#[derive(Debug, Default)]
pub(super) struct MemberMoves<'s> {
    /// Members of the whole union that some branches now have.
    pub(super) into_branch: BTreeSet<&'s str>,
    /// Members of some branches that the whole union now has.
    pub(super) out_of_branch: BTreeSet<&'s str>,
}

impl<'s> MemberMoves<'s> {
    /// Finds the members that moved.
    pub(super) fn find(
        walk: &InterfaceComparer<'_, 's>,
        old: &ObjectShape<'s>,
        new: &ObjectShape<'s>,
    ) -> MemberMoves<'s> {
        let mut into_branch = old.members.missing_in(&new.members);
        into_branch.retain(|name| !MemberHomes::find(walk.new, new, name).branches.is_empty());
        let mut out_of_branch = new.members.missing_in(&old.members);
        out_of_branch.retain(|name| !MemberHomes::find(walk.old, old, name).branches.is_empty());
        MemberMoves {
            into_branch: into_branch.into_iter().collect(),
            out_of_branch: out_of_branch.into_iter().collect(),
        }
    }

    /// Returns `true` if no member moved.
    pub(super) fn is_empty(&self) -> bool {
        self.into_branch.is_empty() && self.out_of_branch.is_empty()
    }
}

impl<'s> ComparedSite<'_, '_, 's> {
    /// Reports the moves, and compares the members.
    pub(super) fn compare_moved_members(
        &mut self,
        moves: &MemberMoves<'s>,
        old: &ObjectShape<'s>,
        new: &ObjectShape<'s>,
    ) {
        for &name in &moves.into_branch {
            let homes = MemberHomes::find(self.walk.new, new, name);
            self.compare_moved_in(name, old.members[name], &homes);
        }
        for &name in &moves.out_of_branch {
            let homes = MemberHomes::find(self.walk.old, old, name);
            self.compare_moved_out(name, new.members[name], &homes);
        }
    }

    fn compare_moved_in(&mut self, name: &'s str, old: MemberShape<'s>, homes: &MemberHomes<'s>) {
        let member = PathSegment::Member(name);
        for (branch, new) in &homes.branches {
            self.link_paths((&[member], &[*branch, member]), (old.shape, new.shape));
        }
        if homes.are_all && (old.optional || homes.are_required()) {
            return;
        }
        let kind = match (self.site.direction, old.optional) {
            (Direction::Request, _) | (_, true) => ChangeKind::MemberMovedIntoBranch,
            _ => ChangeKind::RequiredMemberRemoved,
        };
        let change = Change::replaced(kind, ChangeValue::AllBranches, homes.values());
        self.push(
            change
                .old_at(&[member])
                .new_at(&[homes.branches[0].0, member]),
        );
    }

    fn compare_moved_out(&mut self, name: &'s str, new: MemberShape<'s>, homes: &MemberHomes<'s>) {
        let member = PathSegment::Member(name);
        for (branch, old) in &homes.branches {
            self.link_paths((&[*branch, member], &[member]), (old.shape, new.shape));
        }
        let was_required = homes.are_all && homes.are_required();
        let kind = match (new.optional, was_required) {
            (false, false) => ChangeKind::RequiredMemberAdded,
            _ if homes.are_all => return,
            _ => ChangeKind::MemberMovedOutOfBranch,
        };
        let change = Change::replaced(kind, homes.values(), ChangeValue::AllBranches);
        self.push(
            change
                .old_at(&[homes.branches[0].0, member])
                .new_at(&[member]),
        );
    }
}

/// The branches of a union that have a certain member.
struct MemberHomes<'s> {
    /// The branches, with the member in each.
    branches: Vec<(PathSegment<'s>, MemberShape<'s>)>,
    /// `true` if these are all branches.
    are_all: bool,
}

impl<'s> MemberHomes<'s> {
    fn find(interface: &Interface<'s>, union: &ObjectShape<'s>, name: &str) -> MemberHomes<'s> {
        let members = union.branches.iter();
        let members = members.flat_map(|branches| branch_members(interface, branches));
        let own = members.filter(|(_, own, _)| *own == name);
        let branches: Vec<_> = own.map(|(segment, _, member)| (segment, member)).collect();
        let count = union.branches.as_ref().map(|own| own.by_value.len());
        let are_all = count == Some(branches.len());
        MemberHomes { branches, are_all }
    }

    /// Returns `true` if the branches require the member.
    fn are_required(&self) -> bool {
        self.branches.iter().all(|(_, member)| !member.optional)
    }

    /// The discriminator values of the branches.
    fn values(&self) -> ChangeValue<'s> {
        let values = self
            .branches
            .iter()
            .filter_map(|(segment, _)| match segment {
                PathSegment::Branch { value, .. } => Some(*value),
                _ => None,
            });
        ChangeValue::Names(values.collect())
    }
}
