//! Changes of the type of a value.

use super::{ChangeCollector, Walk};
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::schema::{BuiltinType, JsonKind};
use crate::wire::{CompareSite, IntegerRange, Interface, Shape, ShapeId, branch_of_kind, describe};

impl<'s> ChangeCollector<'s> {
    /// Compares two integers of different ranges.
    pub(super) fn compare_integers(
        &mut self,
        walk: &Walk<'_, 's>,
        site: &CompareSite<'s>,
        (old, new): (ShapeId, ShapeId),
    ) {
        let range = |interface: &Interface<'s>, id| match interface.get(id) {
            Shape::Builtin(builtin) => interface.integer_range(*builtin),
            _ => None,
        };
        if let Some((left, right)) = range(walk.old, old).zip(range(walk.new, new)) {
            self.push_type(walk, site, range_change(left, right), (old, new));
        }
    }

    /// Compares two shapes of different kinds.
    pub(super) fn compare_types(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        old: ShapeId,
        new: ShapeId,
    ) {
        let kind = match (walk.old.get(old), walk.new.get(new)) {
            (Shape::Builtin(BuiltinType::Any), _) => ChangeKind::TypeSpecialized,
            (_, Shape::Builtin(BuiltinType::Any)) => ChangeKind::TypeGeneralized,
            (left, Shape::Alternate(branches)) => {
                let branch = left
                    .json_kind()
                    .and_then(|kind| branch_of_kind(branches, kind));
                branch.map_or(ChangeKind::TypeChanged, |branch| {
                    walk.link(self, site, old, branch.shape);
                    ChangeKind::TypeGeneralized
                })
            }
            (Shape::Alternate(branches), right) => {
                let branch = right
                    .json_kind()
                    .and_then(|kind| branch_of_kind(branches, kind));
                branch.map_or(ChangeKind::TypeChanged, |branch| {
                    walk.link(self, site, branch.shape, new);
                    ChangeKind::TypeSpecialized
                })
            }
            (left, right) => kind_change(walk, left, right),
        };
        self.push_type(walk, site, kind, (old, new));
    }

    fn push_type(
        &mut self,
        walk: &Walk<'_, 's>,
        site: &CompareSite<'s>,
        kind: ChangeKind,
        (old, new): (ShapeId, ShapeId),
    ) {
        let change = Change::new(kind)
            .with_old(ChangeValue::Type(describe(walk.old, old)))
            .with_new(ChangeValue::Type(describe(walk.new, new)));
        self.push(site, change);
    }
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

fn kind_change(walk: &Walk<'_, '_>, old: &Shape<'_>, new: &Shape<'_>) -> ChangeKind {
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
