//! The shapes at the same places of two interfaces.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::wire::{
    self, CompareSink, CompareSite, Direction, Entity, Interface, InterfaceComparer, Shape,
    ShapeId, WireDifference,
};

/// The shapes of a schema for the shapes of a reply: arguments of the same
/// command, members with the same name of these, and so on.
///
/// Each shape has at most one counterpart.
#[derive(Debug, Default)]
pub(super) struct Counterparts {
    by_reply: HashMap<ShapeId, ShapeId>,
    by_schema: HashMap<ShapeId, ShapeId>,
}

impl Counterparts {
    /// Finds the counterparts. Preferred pairs come first, then shapes with the
    /// same members or values, then those that have some in common.
    pub(super) fn find<'s>(
        schema: &Interface<'s>,
        reply: &Interface<'s>,
        is_preferred: impl Fn(ShapeId, ShapeId) -> bool,
    ) -> Counterparts {
        let mut collector = PairCollector::default();
        wire::compare(schema, reply, &mut collector);
        let mut counterparts = Counterparts::default();
        let passes: [&dyn Fn(ShapeId, ShapeId) -> bool; 3] = [
            &is_preferred,
            &|old, new| names(schema, old) == names(reply, new),
            &|_, _| true,
        ];
        for accepts in passes {
            for &(old, new) in &collector.pairs {
                if is_similar(schema, reply, (old, new)) && accepts(old, new) {
                    counterparts.add(old, new);
                }
            }
        }
        counterparts
    }

    fn add(&mut self, schema: ShapeId, reply: ShapeId) {
        if !self.by_schema.contains_key(&schema) && !self.by_reply.contains_key(&reply) {
            self.by_schema.insert(schema, reply);
            self.by_reply.insert(reply, schema);
        }
    }

    /// The shape of the schema for a shape of the reply.
    pub(super) fn in_schema(&self, reply: ShapeId) -> Option<ShapeId> {
        self.by_reply.get(&reply).copied()
    }

    /// The shape of the reply for a shape of the schema.
    pub(super) fn in_reply(&self, schema: ShapeId) -> Option<ShapeId> {
        self.by_schema.get(&schema).copied()
    }
}

/// Collects the pairs of a comparison, in the order in which they are met.
#[derive(Default)]
struct PairCollector {
    pairs: Vec<(ShapeId, ShapeId)>,
    known: HashSet<(ShapeId, ShapeId)>,
}

impl<'a, 's> CompareSink<'a, 's> for PairCollector {
    fn differ(
        &mut self,
        _: &InterfaceComparer<'a, 's>,
        _: &CompareSite<'s>,
        _: WireDifference<'a, 's>,
    ) {
    }

    fn match_entities(
        &mut self,
        _: &InterfaceComparer<'a, 's>,
        _: &CompareSite<'s>,
        old: Entity<'a, 's>,
        new: Entity<'a, 's>,
    ) {
        if let (Entity::Shape(old), Entity::Shape(new)) = (old, new)
            && self.known.insert((old, new))
        {
            self.pairs.push((old, new));
        }
    }

    fn pair_direction(&self, _: Direction) -> Direction {
        Direction::Request
    }
}

/// Returns `true` if two shapes have a member, value or branch in common, or
/// nothing at all.
fn is_similar(
    schema: &Interface<'_>,
    reply: &Interface<'_>,
    (old, new): (ShapeId, ShapeId),
) -> bool {
    let (Some(old), Some(new)) = (names(schema, old), names(reply, new)) else {
        return false;
    };
    old == new || !old.is_disjoint(&new)
}

/// The names of members, branches and values; `None` for shapes without any.
pub(super) fn names<'s>(interface: &Interface<'s>, id: ShapeId) -> Option<BTreeSet<&'s str>> {
    match interface.get(id) {
        Shape::Builtin(_) | Shape::Array(_) => None,
        Shape::Enum(values) => Some(values.names().collect()),
        Shape::Alternate(branches) => {
            Some(branches.iter().map(|branch| branch.kind.as_str()).collect())
        }
        Shape::Object(object) => {
            let branches = object.branches.iter();
            let branches = branches.flat_map(|branches| branches.by_value.names());
            Some(object.members.names().chain(branches).collect())
        }
    }
}
