//! Members that moved between an object and the cases of its tag.

use std::collections::BTreeSet;

use super::{Comparer, Found};
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::wire::{Direction, Interface, MemberShape, ObjectShape, PathSegment};

/// Members that moved between an object and the cases of its tag.
#[derive(Debug, Default)]
pub struct Moves<'s> {
    /// Members of all cases that are members of some now.
    pub into_branch: BTreeSet<&'s str>,
    /// Members of some cases that are members of all now.
    pub out_of_branch: BTreeSet<&'s str>,
}

impl<'s> Moves<'s> {
    /// Finds what moved.
    pub fn find(
        comparer: &Comparer<'_, 's>,
        old: &ObjectShape<'s>,
        new: &ObjectShape<'s>,
    ) -> Moves<'s> {
        let lacks = |object: &ObjectShape<'s>, name: &str| !object.members.contains(name);
        let into = old.members.names().filter(|name| lacks(new, name));
        let out = new.members.names().filter(|name| lacks(old, name));
        Moves {
            into_branch: into
                .filter(|name| !having(comparer.new, new, name).is_empty())
                .collect(),
            out_of_branch: out
                .filter(|name| !having(comparer.old, old, name).is_empty())
                .collect(),
        }
    }

    /// Whether nothing moved.
    pub fn is_empty(&self) -> bool {
        self.into_branch.is_empty() && self.out_of_branch.is_empty()
    }

    /// Says what moved, and compares what the members are.
    pub fn report(
        &self,
        comparer: &mut Comparer<'_, 's>,
        old: &ObjectShape<'s>,
        new: &ObjectShape<'s>,
        found: &mut Found<'s>,
    ) {
        for &name in &self.into_branch {
            moved_into(comparer, name, old, new, found);
        }
        for &name in &self.out_of_branch {
            moved_out(comparer, name, old, new, found);
        }
    }
}

fn moved_into<'s>(
    comparer: &mut Comparer<'_, 's>,
    name: &'s str,
    old: &ObjectShape<'s>,
    new: &ObjectShape<'s>,
    found: &mut Found<'s>,
) {
    let was = old.members[name];
    let homes = having(comparer.new, new, name);
    let old_at = [PathSegment::Member(name)];
    for (case, member) in &homes {
        found.link(
            comparer,
            (&old_at, &[*case, PathSegment::Member(name)]),
            (was.shape, member.shape),
        );
    }
    let everywhere = homes.len() == case_count(new);
    let as_present = homes
        .iter()
        .all(|(_, member)| !member.optional || was.optional);
    if everywhere && as_present {
        return;
    }
    let kind = match (found.direction, was.optional) {
        (Direction::Request, _) | (_, true) => ChangeKind::MemberMovedIntoBranch,
        _ => ChangeKind::RequiredMemberRemoved,
    };
    let change = Change::new(kind)
        .with_old(ChangeValue::AllBranches)
        .with_new(values(&homes));
    found.push(
        change
            .old_at(&old_at)
            .new_at(&[homes[0].0, PathSegment::Member(name)]),
    );
}

fn moved_out<'s>(
    comparer: &mut Comparer<'_, 's>,
    name: &'s str,
    old: &ObjectShape<'s>,
    new: &ObjectShape<'s>,
    found: &mut Found<'s>,
) {
    let is = new.members[name];
    let homes = having(comparer.old, old, name);
    let new_at = [PathSegment::Member(name)];
    for (case, member) in &homes {
        found.link(
            comparer,
            (&[*case, PathSegment::Member(name)], &new_at),
            (member.shape, is.shape),
        );
    }
    let everywhere = homes.len() == case_count(old);
    let was_required = everywhere && homes.iter().all(|(_, member)| !member.optional);
    let kind = match (is.optional, was_required) {
        (false, false) => ChangeKind::RequiredMemberAdded,
        _ if everywhere => return,
        _ => ChangeKind::MemberMovedOutOfBranch,
    };
    let change = Change::new(kind)
        .with_old(values(&homes))
        .with_new(ChangeValue::AllBranches);
    found.push(
        change
            .old_at(&[homes[0].0, PathSegment::Member(name)])
            .new_at(&new_at),
    );
}

/// The cases that have a member of this name, and the member.
fn having<'s>(
    shapes: &Interface<'s>,
    object: &ObjectShape<'s>,
    name: &str,
) -> Vec<(PathSegment<'s>, MemberShape<'s>)> {
    let cases = object.branches.iter().flat_map(|choice| {
        choice.by_value.iter().map(|(value, case)| {
            (
                PathSegment::Branch {
                    discriminator: choice.discriminator,
                    value,
                },
                case,
            )
        })
    });
    cases
        .filter_map(|(step, case)| {
            let member = shapes.object(case.content)?.members.get(name)?;
            Some((step, *member))
        })
        .collect()
}

fn case_count(object: &ObjectShape<'_>) -> usize {
    object
        .branches
        .as_ref()
        .map_or(0, |choice| choice.by_value.len())
}

/// The discriminator values of the branches.
fn values<'s>(homes: &[(PathSegment<'s>, MemberShape<'s>)]) -> ChangeValue<'s> {
    let values = homes.iter().filter_map(|(segment, _)| match segment {
        PathSegment::Branch { value, .. } => Some(*value),
        _ => None,
    });
    ChangeValue::Names(values.collect())
}
