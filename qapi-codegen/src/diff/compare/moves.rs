//! Members that moved between a union and its branches.

use std::collections::BTreeSet;

use super::{ChangeCollector, Walk};
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::wire::{CompareSite, Direction, Interface, MemberShape, ObjectShape, PathSegment};

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
        walk: &Walk<'_, 's>,
        old: &ObjectShape<'s>,
        new: &ObjectShape<'s>,
    ) -> MemberMoves<'s> {
        let removed = old.members.missing_in(&new.members).into_iter();
        let added = new.members.missing_in(&old.members).into_iter();
        MemberMoves {
            into_branch: removed
                .filter(|name| !branch_members(walk.new, new, name).is_empty())
                .collect(),
            out_of_branch: added
                .filter(|name| !branch_members(walk.old, old, name).is_empty())
                .collect(),
        }
    }

    /// Returns `true` if no member moved.
    pub(super) fn is_empty(&self) -> bool {
        self.into_branch.is_empty() && self.out_of_branch.is_empty()
    }
}

impl<'s> ChangeCollector<'s> {
    /// Reports the moves, and compares the members.
    pub(super) fn compare_moved_members(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        moves: &MemberMoves<'s>,
        (old, new): (&ObjectShape<'s>, &ObjectShape<'s>),
    ) {
        for &name in &moves.into_branch {
            let homes = branch_members(walk.new, new, name);
            self.compare_moved_in(walk, site, (name, old.members[name]), homes, new);
        }
        for &name in &moves.out_of_branch {
            let homes = branch_members(walk.old, old, name);
            self.compare_moved_out(walk, site, (name, new.members[name]), homes, old);
        }
    }

    fn compare_moved_in(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        (name, old): (&'s str, MemberShape<'s>),
        homes: BranchMembers<'s>,
        union: &ObjectShape<'s>,
    ) {
        let old_path = [PathSegment::Member(name)];
        for (branch, member) in &homes {
            let new_path = [*branch, PathSegment::Member(name)];
            let shapes = (old.shape, member.shape);
            self.link_paths(walk, site, (&old_path, &new_path), shapes);
        }
        let is_in_all = homes.len() == branch_count(union);
        let mut members = homes.iter().map(|(_, member)| member);
        if is_in_all && members.all(|member| !member.optional || old.optional) {
            return;
        }
        let kind = match (site.direction, old.optional) {
            (Direction::Request, _) | (_, true) => ChangeKind::MemberMovedIntoBranch,
            _ => ChangeKind::RequiredMemberRemoved,
        };
        let change = Change::new(kind)
            .with_old(ChangeValue::AllBranches)
            .with_new(discriminator_values(&homes))
            .old_at(&old_path)
            .new_at(&[homes[0].0, PathSegment::Member(name)]);
        self.push(site, change);
    }

    fn compare_moved_out(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        (name, new): (&'s str, MemberShape<'s>),
        homes: BranchMembers<'s>,
        union: &ObjectShape<'s>,
    ) {
        let new_path = [PathSegment::Member(name)];
        for (branch, member) in &homes {
            let old_path = [*branch, PathSegment::Member(name)];
            let shapes = (member.shape, new.shape);
            self.link_paths(walk, site, (&old_path, &new_path), shapes);
        }
        let is_in_all = homes.len() == branch_count(union);
        let was_required = is_in_all && homes.iter().all(|(_, member)| !member.optional);
        let kind = match (new.optional, was_required) {
            (false, false) => ChangeKind::RequiredMemberAdded,
            _ if is_in_all => return,
            _ => ChangeKind::MemberMovedOutOfBranch,
        };
        let change = Change::new(kind)
            .with_old(discriminator_values(&homes))
            .with_new(ChangeValue::AllBranches)
            .old_at(&[homes[0].0, PathSegment::Member(name)])
            .new_at(&new_path);
        self.push(site, change);
    }
}

/// The branches that have a certain member, with that member.
type BranchMembers<'s> = Vec<(PathSegment<'s>, MemberShape<'s>)>;

fn branch_members<'s>(
    interface: &Interface<'s>,
    object: &ObjectShape<'s>,
    name: &str,
) -> BranchMembers<'s> {
    let branches = object.branches.iter();
    let branches = branches.flat_map(|branches| branches.iter());
    branches
        .filter_map(|(segment, branch)| {
            let member = interface.object(branch.content)?.members.get(name)?;
            Some((segment, *member))
        })
        .collect()
}

fn branch_count(object: &ObjectShape<'_>) -> usize {
    let branches = object.branches.as_ref();
    branches.map_or(0, |branches| branches.by_value.len())
}

fn discriminator_values<'s>(homes: &BranchMembers<'s>) -> ChangeValue<'s> {
    let values = homes.iter().filter_map(|(segment, _)| match segment {
        PathSegment::Branch { value, .. } => Some(*value),
        _ => None,
    });
    ChangeValue::Names(values.collect())
}
