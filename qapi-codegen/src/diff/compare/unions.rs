//! Changes of the branches of unions.

use super::matching::{NameMatch, Rename, match_by_spelling};
use super::moves::MemberMoves;
use super::{ChangeCollector, Walk};
use crate::diff::change::{Change, ChangeKind, ChangeValue, RenameEvidence};
use crate::schema::DATA_MEMBER;
use crate::wire::{
    BranchShape, Branches, CompareSite, Interface, ObjectShape, PathSegment, ShapeId,
};

/// A branch that both unions have.
struct BranchPair<'b, 's> {
    old: &'b BranchShape<'s>,
    new: &'b BranchShape<'s>,
    old_segment: PathSegment<'s>,
    new_segment: PathSegment<'s>,
}

impl<'b, 's> BranchPair<'b, 's> {
    fn new(
        (old, new): (&'b Branches<'s>, &'b Branches<'s>),
        (old_value, new_value): (&'s str, &'s str),
    ) -> Self {
        BranchPair {
            old: &old.by_value[old_value],
            new: &new.by_value[new_value],
            old_segment: old.segment(old_value),
            new_segment: new.segment(new_value),
        }
    }
}

impl<'s> ChangeCollector<'s> {
    /// Compares the branches of two objects.
    ///
    /// With `is_flattened`, an argument of type `any` held the members of the
    /// new branches before.
    pub(super) fn compare_branches(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        (old, new): (&ObjectShape<'s>, &ObjectShape<'s>),
        moves: &MemberMoves<'s>,
        is_flattened: bool,
    ) {
        match (&old.branches, &new.branches) {
            (None, None) => {}
            (Some(left), Some(right)) if have_same_discriminator((old, new), (left, right)) => {
                self.compare_unions(walk, site, (left, right), moves);
            }
            (Some(left), Some(right)) => {
                let ty = |branches: &Branches<'_>| {
                    let discriminator = branches.discriminator;
                    ChangeValue::Type(format!("object discriminated by `{discriminator}`"))
                };
                let change = Change::new(ChangeKind::TypeChanged);
                self.push(site, change.with_old(ty(left)).with_new(ty(right)));
            }
            (None, Some(branches)) => {
                let discriminator = branches.discriminator;
                let change = Change::new(ChangeKind::StructToUnion)
                    .new_at(&[PathSegment::Member(discriminator)])
                    .with_new(ChangeValue::Name(discriminator));
                self.push(site, change);
                if old.members.contains(discriminator) && !is_flattened {
                    self.push_new_branch_members(walk, site, branches, moves);
                }
            }
            (Some(branches), None) => self.push_old_branch_members(walk, site, branches, moves),
        }
    }

    fn compare_unions(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        (old, new): (&Branches<'s>, &Branches<'s>),
        moves: &MemberMoves<'s>,
    ) {
        let removed = old.by_value.missing_in(&new.by_value);
        let matched = match_by_spelling(removed, new.by_value.missing_in(&old.by_value));
        let paths = [old, new].map(|branches| [PathSegment::Member(branches.discriminator)]);
        site.at(&paths[0], &paths[1], |site| {
            self.push_renamed_values(site, &matched.renamed);
        });
        for value in matched.removed {
            let change = Change::new(ChangeKind::UnionBranchRemoved)
                .with_old(ChangeValue::Name(value))
                .old_at(&[old.segment(value)]);
            self.push(site, change);
        }
        for value in matched.added {
            let change = Change::new(ChangeKind::UnionBranchAdded)
                .with_new(ChangeValue::Name(value))
                .new_at(&[new.segment(value)]);
            self.push(site, change);
        }
        let names = old.by_value.names();
        let kept = names.filter(|value| new.by_value.contains(value));
        let kept = kept.map(|value| (value, value));
        let renamed = matched
            .renamed
            .iter()
            .map(|rename| (rename.old, rename.new));
        let pairs = kept.chain(renamed);
        let pairs: Vec<_> = pairs
            .map(|values| BranchPair::new((old, new), values))
            .collect();
        self.compare_branch_pairs(walk, site, &pairs, moves);
    }

    fn compare_branch_pairs(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        pairs: &[BranchPair<'_, 's>],
        moves: &MemberMoves<'s>,
    ) {
        let old_and_new = pairs.iter().map(|pair| (pair.old, pair.new));
        let is_flattened = wraps_members_of(walk.old, walk.new, old_and_new);
        let new_and_old = pairs.iter().map(|pair| (pair.new, pair.old));
        let is_wrapped = wraps_members_of(walk.new, walk.old, new_and_old);
        if is_flattened {
            self.push(site, Change::new(ChangeKind::UnionFlattened));
        }
        if is_wrapped {
            self.push(site, Change::new(ChangeKind::UnionWrapped));
        }
        let data = PathSegment::Member(DATA_MEMBER);
        for pair in pairs {
            self.compare_branch_metadata(walk, site, pair);
            let (old_path, new_path) = ([pair.old_segment, data], [pair.new_segment, data]);
            let wrapped = (
                wrapped_data(walk.old, pair.old),
                wrapped_data(walk.new, pair.new),
            );
            match wrapped {
                (Some(inner), None) if is_flattened => {
                    let shapes = (inner, pair.new.content);
                    self.link_paths(walk, site, (&old_path, &new_path[..1]), shapes);
                }
                (None, Some(inner)) if is_wrapped => {
                    let shapes = (pair.old.content, inner);
                    self.link_paths(walk, site, (&old_path[..1], &new_path), shapes);
                }
                _ => self.compare_contents(walk, site, pair, moves),
            }
        }
    }

    fn compare_branch_metadata(
        &mut self,
        walk: &Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        pair: &BranchPair<'_, 's>,
    ) {
        let name = &pair.new.meta.name;
        site.below(pair.old_segment, |site| {
            self.compare_features(site, name, (pair.old.meta, pair.new.meta));
            let conditions = (&pair.old.conditions[..], &pair.new.conditions[..]);
            self.compare_conditions(walk, site, name, conditions);
        });
    }

    /// Compares the members that two branches add, except those that moved.
    fn compare_contents(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        pair: &BranchPair<'_, 's>,
        moves: &MemberMoves<'s>,
    ) {
        let paths = ([pair.old_segment], [pair.new_segment]);
        let contents = (pair.old.content, pair.new.content);
        if moves.is_empty() {
            return self.link_paths(walk, site, (&paths.0, &paths.1), contents);
        }
        let (old, new) = (walk.old.object(contents.0), walk.new.object(contents.1));
        let (Some(mut old), Some(mut new)) = (old.cloned(), new.cloned()) else {
            return;
        };
        old.members
            .retain(|name| !moves.out_of_branch.contains(name));
        new.members.retain(|name| !moves.into_branch.contains(name));
        site.at(&paths.0, &paths.1, |site| {
            self.compare_object_members(walk, site, &old, &new);
        });
    }

    /// Reports the required members of the branches of a new union.
    fn push_new_branch_members(
        &mut self,
        walk: &Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        branches: &Branches<'s>,
        moves: &MemberMoves<'s>,
    ) {
        for (segment, branch) in branches.iter() {
            let content = walk.new.object(branch.content);
            let members = content
                .into_iter()
                .flat_map(|content| content.members.iter());
            for (name, &member) in members {
                if !member.optional && !moves.into_branch.contains(name) {
                    site.at(&[], &[segment], |site| {
                        self.push_added_member(walk, site, name, member);
                    });
                }
            }
        }
    }

    /// Reports the members of the branches of a union that is now a struct.
    fn push_old_branch_members(
        &mut self,
        walk: &Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        branches: &Branches<'s>,
        moves: &MemberMoves<'s>,
    ) {
        for (segment, branch) in branches.iter() {
            let content = walk.old.object(branch.content);
            let members = content
                .into_iter()
                .flat_map(|content| content.members.iter());
            for (name, &member) in members {
                if !moves.out_of_branch.contains(name) {
                    site.at(&[segment], &[], |site| {
                        self.push_removed_member(walk, site, name, member);
                    });
                }
            }
        }
    }
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
