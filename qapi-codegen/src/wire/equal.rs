//! Equality of shapes.

use std::collections::HashSet;

use super::interface::{Branches, Interface, ObjectShape, Shape, ShapeId};

/// Whether two shapes allow the same values.
///
/// Shapes that contain themselves are equal unless a difference is found.
pub fn same(old: &Interface<'_>, left: ShapeId, new: &Interface<'_>, right: ShapeId) -> bool {
    let mut search = EqualitySearch {
        old,
        new,
        assumed: HashSet::new(),
    };
    search.shapes(left, right)
}

struct EqualitySearch<'a, 's> {
    old: &'a Interface<'s>,
    new: &'a Interface<'s>,
    assumed: HashSet<(ShapeId, ShapeId)>,
}

impl EqualitySearch<'_, '_> {
    fn shapes(&mut self, left: ShapeId, right: ShapeId) -> bool {
        if !self.assumed.insert((left, right)) {
            return true;
        }
        match (self.old.get(left), self.new.get(right)) {
            (Shape::Builtin(left), Shape::Builtin(right)) => {
                left.json_kind() == right.json_kind()
                    && self.old.integer_range(*left) == self.new.integer_range(*right)
            }
            (Shape::Enum(left), Shape::Enum(right)) => left.names().eq(right.names()),
            (Shape::Array(left), Shape::Array(right)) => self.shapes(*left, *right),
            (Shape::Object(left), Shape::Object(right)) => self.objects(left, right),
            (Shape::Alternate(left), Shape::Alternate(right)) => {
                let mut branches = left.iter().zip(right);
                left.len() == right.len()
                    && branches.all(|(l, r)| l.kind == r.kind && self.shapes(l.shape, r.shape))
            }
            _ => false,
        }
    }

    fn objects(&mut self, left: &ObjectShape<'_>, right: &ObjectShape<'_>) -> bool {
        let branches = match (&left.branches, &right.branches) {
            (None, None) => true,
            (Some(left), Some(right)) => self.branches(left, right),
            _ => false,
        };
        let members = || left.members.values().zip(right.members.values());
        branches
            && left.open == right.open
            && left.members.names().eq(right.members.names())
            && members().all(|(l, r)| l.optional == r.optional)
            && members().all(|(l, r)| self.shapes(l.shape, r.shape))
    }

    fn branches(&mut self, left: &Branches<'_>, right: &Branches<'_>) -> bool {
        let mut contents = left.by_value.values().zip(right.by_value.values());
        left.discriminator == right.discriminator
            && left.by_value.names().eq(right.by_value.names())
            && contents.all(|(l, r)| self.shapes(l.content, r.content))
    }
}
