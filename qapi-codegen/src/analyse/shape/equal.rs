//! Whether two shapes are the same, as far as they reach.

use std::collections::HashSet;

use super::{Choice, NodeId, Object, Shape, Shapes};

/// Whether the same values can stand in both places.
///
/// Shapes that contain themselves are the same unless a difference is found.
pub fn same(old: &Shapes<'_>, left: NodeId, new: &Shapes<'_>, right: NodeId) -> bool {
    let mut search = Search {
        old,
        new,
        assumed: HashSet::new(),
    };
    search.nodes(left, right)
}

struct Search<'a, 's> {
    old: &'a Shapes<'s>,
    new: &'a Shapes<'s>,
    assumed: HashSet<(NodeId, NodeId)>,
}

impl Search<'_, '_> {
    fn nodes(&mut self, left: NodeId, right: NodeId) -> bool {
        if !self.assumed.insert((left, right)) {
            return true;
        }
        match (self.old.get(left), self.new.get(right)) {
            (Shape::Text, Shape::Text)
            | (Shape::Number, Shape::Number)
            | (Shape::Boolean, Shape::Boolean)
            | (Shape::Null, Shape::Null)
            | (Shape::Any, Shape::Any) => true,
            (Shape::Integer(left), Shape::Integer(right)) => left == right,
            (Shape::Enum(left), Shape::Enum(right)) => left.keys().eq(right.keys()),
            (Shape::Array(left), Shape::Array(right)) => self.nodes(*left, *right),
            (Shape::Object(left), Shape::Object(right)) => self.objects(left, right),
            (Shape::Alternate(left), Shape::Alternate(right)) => {
                left.keys().eq(right.keys())
                    && left
                        .values()
                        .zip(right.values())
                        .all(|(&l, &r)| self.nodes(l, r))
            }
            _ => false,
        }
    }

    fn objects(&mut self, left: &Object<'_>, right: &Object<'_>) -> bool {
        let choices = match (&left.choice, &right.choice) {
            (None, None) => true,
            (Some(left), Some(right)) => self.choices(left, right),
            _ => false,
        };
        let members = || left.members.values().zip(right.members.values());
        choices
            && left.open == right.open
            && left.members.keys().eq(right.members.keys())
            && members().all(|(l, r)| l.optional == r.optional)
            && members().all(|(l, r)| self.nodes(l.shape, r.shape))
    }

    fn choices(&mut self, left: &Choice<'_>, right: &Choice<'_>) -> bool {
        let mut contents = left.cases.values().zip(right.cases.values());
        left.tag == right.tag
            && left.cases.keys().eq(right.cases.keys())
            && contents.all(|(l, r)| self.nodes(l.content, r.content))
    }
}
