//! Two unions, or a union and a struct: what each value of the tag adds.

use super::moves::Moves;
use super::{Comparer, Found, conditions, enums, flags, members};
use crate::diff::change::{Change, ChangeKind, ChangeValue, RenameEvidence};
use crate::diff::matching::{self, Matched, Pairing};
use crate::schema::DATA_MEMBER;
use crate::wire::{BranchShape, Branches, Interface, ObjectShape, PathSegment, ShapeId};

/// Compares what the tags of two objects add.
///
/// With `spilled`, what cases add was given before in a member that held
/// anything.
pub fn compare<'s>(
    comparer: &mut Comparer<'_, 's>,
    (old, new): (&ObjectShape<'s>, &ObjectShape<'s>),
    moves: &Moves<'s>,
    spilled: bool,
    found: &mut Found<'s>,
) {
    match (&old.branches, &new.branches) {
        (None, None) => {}
        (Some(left), Some(right)) if same_tag(old, new, left, right) => {
            choices(comparer, left, right, moves, found);
        }
        (Some(left), Some(right)) => {
            let ty = |choice: &Branches<'_>| {
                ChangeValue::Type(format!(
                    "object discriminated by `{}`",
                    choice.discriminator
                ))
            };
            found.push(
                Change::new(ChangeKind::TypeChanged)
                    .with_old(ty(left))
                    .with_new(ty(right)),
            );
        }
        (None, Some(choice)) => became_union(comparer, old, choice, (moves, spilled), found),
        (Some(choice), None) => became_struct(comparer, choice, moves, found),
    }
}

/// The tag that has another name now, told by its values.
pub fn renamed_tag<'s>(
    old: &ObjectShape<'s>,
    new: &ObjectShape<'s>,
    matched: &Matched<'s>,
) -> Option<Pairing<'s>> {
    let (left, right) = (old.branches.as_ref()?, new.branches.as_ref()?);
    let moved =
        matched.gone.contains(&left.discriminator) && matched.fresh.contains(&right.discriminator);
    let evidence = RenameEvidence::Values;
    let pairing = Pairing {
        old: left.discriminator,
        new: right.discriminator,
        evidence,
    };
    (moved && mostly_same_values(left, right)).then_some(pairing)
}

fn same_tag(
    old: &ObjectShape<'_>,
    new: &ObjectShape<'_>,
    left: &Branches<'_>,
    right: &Branches<'_>,
) -> bool {
    let both_have =
        old.members.contains(right.discriminator) || new.members.contains(left.discriminator);
    left.discriminator == right.discriminator || (!both_have && mostly_same_values(left, right))
}

fn mostly_same_values(left: &Branches<'_>, right: &Branches<'_>) -> bool {
    let common = left
        .by_value
        .names()
        .filter(|value| right.by_value.contains(*value))
        .count();
    common > 0 && 2 * common >= left.by_value.len().min(right.by_value.len())
}

fn choices<'s>(
    comparer: &mut Comparer<'_, 's>,
    left: &Branches<'s>,
    right: &Branches<'s>,
    moves: &Moves<'s>,
    found: &mut Found<'s>,
) {
    let lacks = |choice: &Branches<'s>, value: &str| !choice.by_value.contains(value);
    let gone = left.by_value.names().filter(|value| lacks(right, value));
    let fresh = right.by_value.names().filter(|value| lacks(left, value));
    let matched = matching::by_spelling(gone.collect(), fresh.collect());
    let tag = [PathSegment::Member(left.discriminator)];
    found.inside(&tag, &[PathSegment::Member(right.discriminator)], |found| {
        enums::respelled(&matched.pairs, found);
    });
    for value in matched.gone {
        let step = PathSegment::Branch {
            discriminator: left.discriminator,
            value,
        };
        found.push(
            Change::new(ChangeKind::UnionBranchRemoved)
                .with_old(ChangeValue::Name(value))
                .old_at(&[step]),
        );
    }
    for value in matched.fresh {
        let step = PathSegment::Branch {
            discriminator: right.discriminator,
            value,
        };
        found.push(
            Change::new(ChangeKind::UnionBranchAdded)
                .with_new(ChangeValue::Name(value))
                .new_at(&[step]),
        );
    }
    let kept = left
        .by_value
        .names()
        .filter(|value| right.by_value.contains(*value));
    let kept = kept.map(|value| (value, value));
    let respelled = matched.pairs.iter().map(|pair| (pair.old, pair.new));
    let both: Vec<Both<'_, 's>> = kept
        .chain(respelled)
        .map(|values| Both::new(left, right, values))
        .collect();
    cases(comparer, &both, moves, found);
}

/// A case that both unions have.
struct Both<'c, 's> {
    old: &'c BranchShape<'s>,
    new: &'c BranchShape<'s>,
    old_step: PathSegment<'s>,
    new_step: PathSegment<'s>,
}

impl<'c, 's> Both<'c, 's> {
    fn new(left: &'c Branches<'s>, right: &'c Branches<'s>, values: (&'s str, &'s str)) -> Self {
        Both {
            old: &left.by_value[values.0],
            new: &right.by_value[values.1],
            old_step: PathSegment::Branch {
                discriminator: left.discriminator,
                value: values.0,
            },
            new_step: PathSegment::Branch {
                discriminator: right.discriminator,
                value: values.1,
            },
        }
    }
}

fn cases<'s>(
    comparer: &mut Comparer<'_, 's>,
    both: &[Both<'_, 's>],
    moves: &Moves<'s>,
    found: &mut Found<'s>,
) {
    let flattened = unwraps(comparer.old, comparer.new, both, |both| {
        (both.old, both.new)
    });
    let wrapped = unwraps(comparer.new, comparer.old, both, |both| {
        (both.new, both.old)
    });
    if flattened {
        found.push(Change::new(ChangeKind::UnionFlattened));
    }
    if wrapped {
        found.push(Change::new(ChangeKind::UnionWrapped));
    }
    let data = PathSegment::Member(DATA_MEMBER);
    for case in both {
        case_flags(case, found);
        let (old_step, new_step) = (case.old_step, case.new_step);
        let (old_data, new_data) = (
            data_of(comparer.old, case.old),
            data_of(comparer.new, case.new),
        );
        match (old_data, new_data) {
            (Some(inner), None) if flattened => {
                let steps = (&[old_step, data][..], &[new_step][..]);
                found.link(comparer, steps, (inner, case.new.content));
            }
            (None, Some(inner)) if wrapped => {
                let steps = (&[old_step][..], &[new_step, data][..]);
                found.link(comparer, steps, (case.old.content, inner));
            }
            _ => contents(comparer, case, moves, found),
        }
    }
}

fn case_flags<'s>(case: &Both<'_, 's>, found: &mut Found<'s>) {
    let steps = [case.old_step];
    flags::features(
        case.old.meta,
        case.new.meta,
        &case.new.meta.name,
        &steps,
        found,
    );
    let name = &case.new.meta.name;
    conditions::compare(
        &case.old.conditions,
        &case.new.conditions,
        name,
        &steps,
        found,
    );
}

/// Whether the cases of the one release stand in `data` and those of the other
/// do not, and what is in them is alike.
fn unwraps<'s, 'c>(
    wrapping: &Interface<'s>,
    plain: &Interface<'s>,
    both: &[Both<'c, 's>],
    sides: impl Fn(&Both<'c, 's>) -> (&'c BranchShape<'s>, &'c BranchShape<'s>),
) -> bool {
    let (mut alike, mut compared) = (0, 0);
    for case in both {
        let (wrapper, content) = sides(case);
        let Some(inner) = data_of(wrapping, wrapper).and_then(|inner| wrapping.object(inner))
        else {
            continue;
        };
        let Some(content) = plain.object(content.content) else {
            continue;
        };
        if content.members.contains(DATA_MEMBER) {
            return false;
        }
        compared += 1;
        let shared = inner
            .members
            .names()
            .filter(|name| content.members.contains(*name));
        alike += usize::from(2 * shared.count() >= inner.members.len());
    }
    compared > 0 && 2 * alike >= compared
}

/// What stands in `data`, where that is all there is in a case.
fn data_of(shapes: &Interface<'_>, case: &BranchShape<'_>) -> Option<ShapeId> {
    let content = shapes.object(case.content)?;
    let only = content.members.len() == 1 && content.branches.is_none();
    content
        .members
        .get(DATA_MEMBER)
        .filter(|_| only)
        .map(|member| member.shape)
}

/// Compares what two cases add; what moved is left to the moves.
fn contents<'s>(
    comparer: &mut Comparer<'_, 's>,
    case: &Both<'_, 's>,
    moves: &Moves<'s>,
    found: &mut Found<'s>,
) {
    let steps = ([case.old_step], [case.new_step]);
    let (old_shapes, new_shapes) = (comparer.old, comparer.new);
    let objects = old_shapes
        .object(case.old.content)
        .zip(new_shapes.object(case.new.content));
    let Some((old, new)) = objects else { return };
    if moves.is_empty() {
        found.link(
            comparer,
            (&steps.0, &steps.1),
            (case.old.content, case.new.content),
        );
        return;
    }
    let (mut old, mut new) = (old.clone(), new.clone());
    old.members
        .retain(|name| !moves.out_of_branch.contains(name));
    new.members.retain(|name| !moves.into_branch.contains(name));
    found.inside(&steps.0, &steps.1, |found| {
        super::objects::compare(comparer, &old, &new, found);
    });
}

fn became_union<'s>(
    comparer: &mut Comparer<'_, 's>,
    old: &ObjectShape<'s>,
    choice: &Branches<'s>,
    (moves, spilled): (&Moves<'s>, bool),
    found: &mut Found<'s>,
) {
    let at_tag = [PathSegment::Member(choice.discriminator)];
    found.push(
        Change::new(ChangeKind::StructToUnion)
            .new_at(&at_tag)
            .with_new(ChangeValue::Name(choice.discriminator)),
    );
    let had_tag = old.members.contains(choice.discriminator);
    if !had_tag || spilled {
        return;
    }
    let new_shapes = comparer.new;
    for (value, case) in choice.by_value.iter() {
        let Some(content) = new_shapes.object(case.content) else {
            continue;
        };
        let step = [PathSegment::Branch {
            discriminator: choice.discriminator,
            value,
        }];
        let required = content
            .members
            .iter()
            .filter(|(name, member)| !member.optional && !moves.into_branch.contains(*name));
        for (name, &member) in required {
            found.inside(&[], &step, |found| {
                members::added(comparer, name, member, found)
            });
        }
    }
}

fn became_struct<'s>(
    comparer: &mut Comparer<'_, 's>,
    choice: &Branches<'s>,
    moves: &Moves<'s>,
    found: &mut Found<'s>,
) {
    let old_shapes = comparer.old;
    for (value, case) in choice.by_value.iter() {
        let Some(content) = old_shapes.object(case.content) else {
            continue;
        };
        let step = [PathSegment::Branch {
            discriminator: choice.discriminator,
            value,
        }];
        let stayed = |name: &&str| moves.out_of_branch.contains(*name);
        for (name, &member) in content.members.iter().filter(|(name, _)| !stayed(name)) {
            found.inside(&step, &[], |found| {
                members::removed(comparer, name, member, found)
            });
        }
    }
}
