//! Two values: what each may be.

use super::{Comparer, Found, enums, objects};
use crate::analyse::shape::{NodeId, Range, Shape, describe};
use crate::diff::change::{Change, ChangeKind, ChangeValue, PathSegment};
use crate::schema::JsonKind;

/// Compares the shapes of two values that stand in the same place.
pub fn compare<'s>(
    comparer: &mut Comparer<'_, 's>,
    old: NodeId,
    new: NodeId,
    found: &mut Found<'s>,
) {
    let (old_shapes, new_shapes) = (comparer.old, comparer.new);
    match (old_shapes.get(old), new_shapes.get(new)) {
        (Shape::Text, Shape::Text)
        | (Shape::Number, Shape::Number)
        | (Shape::Boolean, Shape::Boolean)
        | (Shape::Null, Shape::Null)
        | (Shape::Any, Shape::Any) => {}
        (Shape::Integer(left), Shape::Integer(right)) => {
            if let Some(kind) = integers(*left, *right) {
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
            let both = left
                .iter()
                .filter_map(|(kind, l)| Some((*l, *right.get(kind)?)));
            let both: Vec<_> = both.collect();
            both.into_iter()
                .for_each(|nodes| found.link(comparer, (&[], &[]), nodes));
            for kind in right.keys().filter(|kind| !left.contains_key(kind)) {
                found.push(
                    Change::new(ChangeKind::AlternateBranchAdded)
                        .with_new(ChangeValue::JsonKind(*kind)),
                );
            }
            for kind in left.keys().filter(|kind| !right.contains_key(kind)) {
                found.push(
                    Change::new(ChangeKind::AlternateBranchRemoved)
                        .with_old(ChangeValue::JsonKind(*kind)),
                );
            }
        }
        _ => other_kinds(comparer, old, new, found),
    }
}

fn integers(old: Range, new: Range) -> Option<ChangeKind> {
    let signed_64 = |range: Range| range.high == i64::MAX.into() && range.low < 0;
    let unsigned_64 = |range: Range| range.high == u64::MAX.into();
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
    old: NodeId,
    new: NodeId,
    found: &mut Found<'s>,
) {
    let (old_shape, new_shape) = (comparer.old.get(old), comparer.new.get(new));
    let kind = match (old_shape, new_shape) {
        (Shape::Any, _) => ChangeKind::TypeSpecialized,
        (_, Shape::Any) => ChangeKind::TypeGeneralized,
        (Shape::Enum(_), Shape::Text) => ChangeKind::EnumToString,
        (Shape::Text, Shape::Enum(_)) => ChangeKind::StringToEnum,
        (Shape::Integer(_), Shape::Number) => ChangeKind::TypeGeneralized,
        (Shape::Number, Shape::Integer(_)) => ChangeKind::TypeSpecialized,
        (_, Shape::Alternate(branches)) => {
            let branch = branch(branches, old_shape.json_kind());
            widened(
                comparer,
                (Some(old), branch),
                ChangeKind::TypeGeneralized,
                found,
            )
        }
        (Shape::Alternate(branches), _) => {
            let branch = branch(branches, new_shape.json_kind());
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
    nodes: (Option<NodeId>, Option<NodeId>),
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

fn branch(
    branches: &std::collections::BTreeMap<JsonKind, NodeId>,
    kind: Option<JsonKind>,
) -> Option<NodeId> {
    branches.get(&kind?).copied()
}

/// Whether two shapes are of one kind of JSON value.
fn alike(old: &Shape<'_>, new: &Shape<'_>) -> bool {
    old.json_kind().is_some() && old.json_kind() == new.json_kind()
}
