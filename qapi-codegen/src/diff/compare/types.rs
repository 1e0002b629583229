//! Changes of the type of a value.

use super::ComparedSite;
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::schema::{BuiltinType, JsonKind};
use crate::wire::{
    AlternateBranch, IntegerRange, Interface, InterfaceComparer, Shape, ShapeId, branch_of_kind,
    describe,
};

impl<'s> ComparedSite<'_, '_, 's> {
    /// Compares two shapes of different kinds.
    pub(super) fn compare_types(&mut self, old: ShapeId, new: ShapeId) {
        let (left, right) = (self.walk.old.get(old), self.walk.new.get(new));
        let kind = match (left, right) {
            (Shape::Builtin(BuiltinType::Any), _) => ChangeKind::TypeSpecialized,
            (_, Shape::Builtin(BuiltinType::Any)) => ChangeKind::TypeGeneralized,
            (_, Shape::Alternate(branches)) => match branch_for(branches, left) {
                Some(branch) => {
                    self.link(old, branch.shape);
                    ChangeKind::TypeGeneralized
                }
                None => ChangeKind::TypeChanged,
            },
            (Shape::Alternate(branches), _) => match branch_for(branches, right) {
                Some(branch) => {
                    self.link(branch.shape, new);
                    ChangeKind::TypeSpecialized
                }
                None => ChangeKind::TypeChanged,
            },
            _ => kind_change(self.walk, left, right),
        };
        self.push(type_change(self.walk, kind, old, new));
    }
}

/// The change between two integers of different ranges.
pub(super) fn integer_change<'s>(
    walk: &InterfaceComparer<'_, 's>,
    old: ShapeId,
    new: ShapeId,
) -> Change<'s> {
    let range = |interface: &Interface<'s>, id| match interface.get(id) {
        Shape::Builtin(builtin) => interface.integer_range(*builtin),
        _ => None,
    };
    let ranges = range(walk.old, old).zip(range(walk.new, new));
    let kind = ranges.map_or(ChangeKind::TypeChanged, |(old, new)| range_change(old, new));
    type_change(walk, kind, old, new)
}

fn type_change<'s>(
    walk: &InterfaceComparer<'_, 's>,
    kind: ChangeKind,
    old: ShapeId,
    new: ShapeId,
) -> Change<'s> {
    let (old, new) = (describe(walk.old, old), describe(walk.new, new));
    Change::replaced(kind, ChangeValue::Type(old), ChangeValue::Type(new))
}

/// The branch of an alternate that accepts the values of a shape.
fn branch_for<'s>(
    branches: &[AlternateBranch<'s>],
    shape: &Shape<'_>,
) -> Option<AlternateBranch<'s>> {
    branch_of_kind(branches, shape.json_kind()?)
}

fn range_change(old: IntegerRange, new: IntegerRange) -> ChangeKind {
    let is_signed_64 = |range: IntegerRange| range.high == i64::MAX.into() && range.low < 0;
    let is_unsigned_64 = |range: IntegerRange| range.high == u64::MAX.into();
    match () {
        () if is_signed_64(old) && is_unsigned_64(new) => ChangeKind::IntegerToSize,
        () if new.contains(old) => ChangeKind::IntegerRangeWidened,
        () => ChangeKind::IntegerRangeNarrowed,
    }
}

fn kind_change(walk: &InterfaceComparer<'_, '_>, old: &Shape<'_>, new: &Shape<'_>) -> ChangeKind {
    let have_one_kind = |left: &Shape<'_>, right: &Shape<'_>| {
        left.json_kind().is_some() && left.json_kind() == right.json_kind()
    };
    match (old, new) {
        (Shape::Enum(_), Shape::Builtin(_)) if have_one_kind(old, new) => ChangeKind::EnumToString,
        (Shape::Builtin(_), Shape::Enum(_)) if have_one_kind(old, new) => ChangeKind::StringToEnum,
        (Shape::Builtin(old), Shape::Builtin(new)) => match (old.json_kind(), new.json_kind()) {
            (JsonKind::Integer, JsonKind::Number) => ChangeKind::TypeGeneralized,
            (JsonKind::Number, JsonKind::Integer) => ChangeKind::TypeSpecialized,
            _ => ChangeKind::TypeChanged,
        },
        (Shape::Array(element), _) if have_one_kind(walk.old.get(*element), new) => {
            ChangeKind::ArrayToScalar
        }
        (_, Shape::Array(element)) if have_one_kind(old, walk.new.get(*element)) => {
            ChangeKind::ScalarToArray
        }
        _ => ChangeKind::TypeChanged,
    }
}
