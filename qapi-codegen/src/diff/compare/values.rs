//! Two values: what each may be.

use super::{Comparer, Found, enums, objects};
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::schema::{BuiltinType, JsonKind};
use crate::wire::{AlternateBranch, IntegerRange, PathSegment, Shape, ShapeId, describe};

/// Compares the shapes of two values that stand in the same place.
pub fn compare<'s>(
    comparer: &mut Comparer<'_, 's>,
    old: ShapeId,
    new: ShapeId,
    found: &mut Found<'s>,
) {
    let (old_shapes, new_shapes) = (comparer.old, comparer.new);
    match (old_shapes.get(old), new_shapes.get(new)) {
        (Shape::Builtin(left), Shape::Builtin(right)) if left.json_kind() == right.json_kind() => {
            let ranges = old_shapes
                .integer_range(*left)
                .zip(new_shapes.integer_range(*right));
            if let Some(kind) = ranges.and_then(|(left, right)| integers(left, right)) {
                let (was, is) = (describe(old_shapes, old), describe(new_shapes, new));
                found.push(
                    Change::new(kind)
                        .with_old(ChangeValue::Type(was))
                        .with_new(ChangeValue::Type(is)),
                );
            }
        }
        (Shape::Enum(left), Shape::Enum(right)) => enums::compare(left, right, found),
        (Shape::Object(left), Shape::Object(right)) => {
            objects::compare(comparer, left, right, found);
        }
        (Shape::Array(left), Shape::Array(right)) => {
            found.link(
                comparer,
                (&[PathSegment::Elements], &[PathSegment::Elements]),
                (*left, *right),
            );
        }
        (Shape::Alternate(left), Shape::Alternate(right)) => {
            for branch in left {
                if let Some(shape) = branch_of_kind(right, branch.kind) {
                    found.link(comparer, (&[], &[]), (branch.shape, shape));
                }
            }
            for kind in missing_kinds(right, left) {
                found.push(
                    Change::new(ChangeKind::AlternateBranchAdded)
                        .with_new(ChangeValue::JsonKind(kind)),
                );
            }
            for kind in missing_kinds(left, right) {
                found.push(
                    Change::new(ChangeKind::AlternateBranchRemoved)
                        .with_old(ChangeValue::JsonKind(kind)),
                );
            }
        }
        _ => other_kinds(comparer, old, new, found),
    }
}

fn integers(old: IntegerRange, new: IntegerRange) -> Option<ChangeKind> {
    let signed_64 = |range: IntegerRange| range.high == i64::MAX.into() && range.low < 0;
    let unsigned_64 = |range: IntegerRange| range.high == u64::MAX.into();
    match () {
        () if old == new => None,
        () if signed_64(old) && unsigned_64(new) => Some(ChangeKind::IntegerToSize),
        () if new.contains(old) => Some(ChangeKind::IntegerRangeWidened),
        () => Some(ChangeKind::IntegerRangeNarrowed),
    }
}

/// Two shapes that are not of one kind.
fn other_kinds<'s>(
    comparer: &mut Comparer<'_, 's>,
    old: ShapeId,
    new: ShapeId,
    found: &mut Found<'s>,
) {
    let (old_shape, new_shape) = (comparer.old.get(old), comparer.new.get(new));
    let kind = match (old_shape, new_shape) {
        (Shape::Builtin(BuiltinType::Any), _) => ChangeKind::TypeSpecialized,
        (_, Shape::Builtin(BuiltinType::Any)) => ChangeKind::TypeGeneralized,
        (Shape::Enum(_), Shape::Builtin(_)) if alike(old_shape, new_shape) => {
            ChangeKind::EnumToString
        }
        (Shape::Builtin(_), Shape::Enum(_)) if alike(old_shape, new_shape) => {
            ChangeKind::StringToEnum
        }
        (Shape::Builtin(old), Shape::Builtin(new)) => match (old.json_kind(), new.json_kind()) {
            (JsonKind::Integer, JsonKind::Number) => ChangeKind::TypeGeneralized,
            (JsonKind::Number, JsonKind::Integer) => ChangeKind::TypeSpecialized,
            _ => ChangeKind::TypeChanged,
        },
        (_, Shape::Alternate(branches)) => {
            let branch = old_shape
                .json_kind()
                .and_then(|kind| branch_of_kind(branches, kind));
            widened(
                comparer,
                (Some(old), branch),
                ChangeKind::TypeGeneralized,
                found,
            )
        }
        (Shape::Alternate(branches), _) => {
            let branch = new_shape
                .json_kind()
                .and_then(|kind| branch_of_kind(branches, kind));
            widened(
                comparer,
                (branch, Some(new)),
                ChangeKind::TypeSpecialized,
                found,
            )
        }
        (Shape::Array(item), _) if alike(comparer.old.get(*item), new_shape) => {
            ChangeKind::ArrayToScalar
        }
        (_, Shape::Array(item)) if alike(old_shape, comparer.new.get(*item)) => {
            ChangeKind::ScalarToArray
        }
        _ => ChangeKind::TypeChanged,
    };
    let (was, is) = (describe(comparer.old, old), describe(comparer.new, new));
    found.push(
        Change::new(kind)
            .with_old(ChangeValue::Type(was))
            .with_new(ChangeValue::Type(is)),
    );
}

/// The kind of an edit between a shape and an alternate, and a link to the
/// branch that the shape is.
fn widened<'s>(
    comparer: &mut Comparer<'_, 's>,
    nodes: (Option<ShapeId>, Option<ShapeId>),
    kind: ChangeKind,
    found: &mut Found<'s>,
) -> ChangeKind {
    match nodes {
        (Some(old), Some(new)) => {
            found.link(comparer, (&[], &[]), (old, new));
            kind
        }
        _ => ChangeKind::TypeChanged,
    }
}

fn branch_of_kind(branches: &[AlternateBranch<'_>], kind: JsonKind) -> Option<ShapeId> {
    let branch = branches.iter().find(|branch| branch.kind == kind);
    branch.map(|branch| branch.shape)
}

/// The JSON types of an alternate that another one lacks.
fn missing_kinds(
    branches: &[AlternateBranch<'_>],
    other: &[AlternateBranch<'_>],
) -> impl Iterator<Item = JsonKind> {
    let kinds = branches.iter().map(|branch| branch.kind);
    kinds.filter(|&kind| branch_of_kind(other, kind).is_none())
}

/// Whether two shapes are of one kind of JSON value.
fn alike(old: &Shape<'_>, new: &Shape<'_>) -> bool {
    old.json_kind().is_some() && old.json_kind() == new.json_kind()
}
