//! Changes of the branches of unions.

use super::ComparedSite;
use super::matching::{NameMatch, Rename, match_by_spelling};
use super::moves::MemberMoves;
use crate::diff::change::{Change, ChangeKind, ChangeValue, RenameEvidence};
use crate::schema::DATA_MEMBER;
use crate::wire::{
    BranchShape, Branches, Interface, MemberShape, ObjectShape, PathSegment, ShapeId,
};

/// A branch that both unions have.
struct BranchPair<'b, 's> {
    old: &'b BranchShape<'s>,
    new: &'b BranchShape<'s>,
    old_segment: PathSegment<'s>,
    new_segment: PathSegment<'s>,
}

impl<'s> ComparedSite<'_, '_, 's> {
    /// Compares the branches of two objects.
    ///
    /// With `is_flattened`, an argument of type `any` held the members of the
    /// new branches before.
    pub(super) fn compare_branches(
        &mut self,
        (old, new): (&ObjectShape<'s>, &ObjectShape<'s>),
        moves: &MemberMoves<'s>,
        is_flattened: bool,
    ) {
        match (&old.branches, &new.branches) {
            (None, None) => {}
            (Some(left), Some(right))
                if have_same_discriminator((old, new), (left, right))
                    && !self
                        .graph
                        .is_disproved((left.discriminator, right.discriminator)) =>
            {
                self.compare_unions(left, right, moves);
            }
            (Some(left), Some(right)) => {
                let [left, right] = [left, right].map(|branches| {
                    let discriminator = branches.discriminator;
                    ChangeValue::Type(format!("object discriminated by `{discriminator}`"))
                });
                self.push(Change::replaced(ChangeKind::TypeChanged, left, right));
            }
            (None, Some(branches)) => {
                let discriminator = branches.discriminator;
                let change = Change::added(ChangeKind::StructToUnion, discriminator);
                self.push(change.new_at(&[PathSegment::Member(discriminator)]));
                if old.members.contains(discriminator) && !is_flattened {
                    self.push_new_branch_members(branches, moves);
                }
            }
            (Some(branches), None) => self.push_old_branch_members(branches, moves),
        }
    }

    fn compare_unions(&mut self, old: &Branches<'s>, new: &Branches<'s>, moves: &MemberMoves<'s>) {
        let removed = old.by_value.missing_in(&new.by_value);
        let matched = match_by_spelling(removed, new.by_value.missing_in(&old.by_value));
        let paths = [old, new].map(|branches| [PathSegment::Member(branches.discriminator)]);
        self.at(&paths[0], &paths[1], |site| {
            site.push_renamed_values(&matched.renamed);
        });
        for value in matched.removed {
            let change = Change::removed(ChangeKind::UnionBranchRemoved, value);
            self.push(change.old_at(&[old.segment(value)]));
        }
        for value in matched.added {
            let change = Change::added(ChangeKind::UnionBranchAdded, value);
            self.push(change.new_at(&[new.segment(value)]));
        }
        let names = old.by_value.names();
        let kept = names.filter(|value| new.by_value.contains(value));
        let kept = kept.map(|value| (value, value));
        let renamed = matched.renamed.iter().map(|own| (own.old, own.new));
        let pairs = kept
            .chain(renamed)
            .map(|(old_value, new_value)| BranchPair {
                old: &old.by_value[old_value],
                new: &new.by_value[new_value],
                old_segment: old.segment(old_value),
                new_segment: new.segment(new_value),
            });
        self.compare_branch_pairs(&pairs.collect::<Vec<_>>(), moves);
    }

    fn compare_branch_pairs(&mut self, pairs: &[BranchPair<'_, 's>], moves: &MemberMoves<'s>) {
        let old_and_new = pairs.iter().map(|pair| (pair.old, pair.new));
        let is_flattened = wraps_members_of(self.walk.old, self.walk.new, old_and_new);
        let new_and_old = pairs.iter().map(|pair| (pair.new, pair.old));
        let is_wrapped = wraps_members_of(self.walk.new, self.walk.old, new_and_old);
        if is_flattened {
            self.push(Change::new(ChangeKind::UnionFlattened));
        }
        if is_wrapped {
            self.push(Change::new(ChangeKind::UnionWrapped));
        }
        let data = PathSegment::Member(DATA_MEMBER);
        for pair in pairs {
            self.compare_branch_metadata(pair);
            let (old_path, new_path) = ([pair.old_segment, data], [pair.new_segment, data]);
            let old_data = wrapped_data(self.walk.old, pair.old);
            let new_data = wrapped_data(self.walk.new, pair.new);
            match (old_data, new_data) {
                (Some(inner), None) if is_flattened => {
                    self.link_paths((&old_path, &new_path[..1]), (inner, pair.new.content));
                }
                (None, Some(inner)) if is_wrapped => {
                    self.link_paths((&old_path[..1], &new_path), (pair.old.content, inner));
                }
                _ => self.compare_contents(pair, moves),
            }
        }
    }

    fn compare_branch_metadata(&mut self, pair: &BranchPair<'_, 's>) {
        let path = [pair.old_segment];
        self.at(&path, &path, |site| {
            let (old, new) = (pair.old, pair.new);
            site.compare_features(&new.meta.name, old.meta, new.meta);
            site.compare_conditions(&new.meta.name, &old.conditions, &new.conditions);
        });
    }

    /// Compares the members that two branches add, except those that moved.
    fn compare_contents(&mut self, pair: &BranchPair<'_, 's>, moves: &MemberMoves<'s>) {
        let (old_path, new_path) = ([pair.old_segment], [pair.new_segment]);
        let contents = (pair.old.content, pair.new.content);
        if moves.is_empty() {
            return self.link_paths((&old_path, &new_path), contents);
        }
        let old = self.walk.old.object(contents.0);
        let Some((old, new)) = old.zip(self.walk.new.object(contents.1)) else {
            return;
        };
        let (mut old, mut new) = (old.clone(), new.clone());
        old.members
            .retain(|name| !moves.out_of_branch.contains(name));
        new.members.retain(|name| !moves.into_branch.contains(name));
        self.at(&old_path, &new_path, |site| {
            site.compare_objects(&old, &new)
        });
    }

    /// Reports the required members of the branches of a new union.
    fn push_new_branch_members(&mut self, branches: &Branches<'s>, moves: &MemberMoves<'s>) {
        for (segment, name, member) in branch_members(self.walk.new, branches) {
            if !member.optional && !moves.into_branch.contains(name) {
                self.at(&[], &[segment], |site| site.push_added_member(name, member));
            }
        }
    }

    /// Reports the members of the branches of a union that is now a struct.
    fn push_old_branch_members(&mut self, branches: &Branches<'s>, moves: &MemberMoves<'s>) {
        for (segment, name, member) in branch_members(self.walk.old, branches) {
            if !moves.out_of_branch.contains(name) {
                self.at(&[segment], &[], |site| {
                    site.push_removed_member(name, member)
                });
            }
        }
    }
}

/// The members that the branches of a union add, each with its branch.
pub(super) fn branch_members<'i, 's>(
    interface: &'i Interface<'s>,
    branches: &'i Branches<'s>,
) -> impl Iterator<Item = (PathSegment<'s>, &'s str, MemberShape<'s>)> + use<'i, 's> {
    branches.iter().flat_map(|(segment, branch)| {
        let content = interface.object(branch.content).into_iter();
        let members = content.flat_map(|content| content.members.iter());
        members.map(move |(name, member)| (segment, name, *member))
    })
}

/// Recognizes a renamed discriminator by its values.
pub(super) fn match_discriminator<'s>(
    old: &ObjectShape<'s>,
    new: &ObjectShape<'s>,
    matched: &NameMatch<'s>,
) -> Option<Rename<'s>> {
    let (left, right) = (old.branches.as_ref()?, new.branches.as_ref()?);
    let rename = Rename {
        old: left.discriminator,
        new: right.discriminator,
        evidence: RenameEvidence::Values,
    };
    let is_unmatched = matched.removed.contains(&rename.old) && matched.added.contains(&rename.new);
    (is_unmatched && have_similar_values(left, right)).then_some(rename)
}

fn have_same_discriminator(
    (old, new): (&ObjectShape<'_>, &ObjectShape<'_>),
    (left, right): (&Branches<'_>, &Branches<'_>),
) -> bool {
    let have_both =
        old.members.contains(right.discriminator) || new.members.contains(left.discriminator);
    left.discriminator == right.discriminator || (!have_both && have_similar_values(left, right))
}

/// Returns `true` if two unions share half of the values of their discriminators.
fn have_similar_values(left: &Branches<'_>, right: &Branches<'_>) -> bool {
    let names = left.by_value.names();
    let common = names.filter(|value| right.by_value.contains(value)).count();
    common > 0 && 2 * common >= left.by_value.len().min(right.by_value.len())
}

/// Returns `true` if `data` in most branches of one union holds the members that
/// the branches of the other union have.
fn wraps_members_of<'b, 's: 'b>(
    wrapping: &Interface<'s>,
    plain: &Interface<'s>,
    branches: impl Iterator<Item = (&'b BranchShape<'s>, &'b BranchShape<'s>)>,
) -> bool {
    let (mut similar, mut compared) = (0, 0);
    for (wrapper, content) in branches {
        let inner = wrapped_data(wrapping, wrapper).and_then(|inner| wrapping.object(inner));
        let Some((inner, content)) = inner.zip(plain.object(content.content)) else {
            continue;
        };
        if content.members.contains(DATA_MEMBER) {
            return false;
        }
        compared += 1;
        let names = inner.members.names();
        let shared = names.filter(|name| content.members.contains(name)).count();
        similar += usize::from(2 * shared >= inner.members.len());
    }
    compared > 0 && 2 * similar >= compared
}

/// The shape of `data`, if that is the only member of a branch.
fn wrapped_data(interface: &Interface<'_>, branch: &BranchShape<'_>) -> Option<ShapeId> {
    let content = interface.object(branch.content)?;
    content.only_member(DATA_MEMBER).map(|data| data.shape)
}
