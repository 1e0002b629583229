//! Recursive types, and the fields that are boxed to give them a size.
//!
//! An array breaks a cycle by itself. Of the other references in a cycle, those
//! of alternates are boxed first: one box in `BlockdevRef` breaks all cycles of
//! the block layer, in every release.

use std::collections::HashSet;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

use crate::wire::{BranchContentShape, Interface, ObjectShape, Shape, ShapeId};

/// A field: the type that has it, and the name of the member or branch.
pub type Field<'s> = (ShapeId, &'s str);

/// Finds the fields that are boxed.
pub fn boxed_fields<'s>(interface: &Interface<'s>) -> HashSet<Field<'s>> {
    let mut references: Vec<ValueReference<'s>> = interface
        .ids()
        .filter(|id| interface.is_named(*id))
        .flat_map(|id| value_references(interface, id))
        .collect();
    let mut boxed = HashSet::new();
    loop {
        let components = components(interface.shape_count(), &references);
        let is_in_cycle = |reference: &ValueReference<'_>| {
            components[reference.from.index()] == components[reference.to.index()]
        };
        let in_cycles = references.iter().filter(|one| is_in_cycle(one));
        let Some(first) = in_cycles.map(|one| one.rank).min() else {
            return boxed;
        };
        let (broken, kept): (Vec<_>, _) = references
            .into_iter()
            .partition(|one| is_in_cycle(one) && one.rank == first);
        boxed.extend(broken.into_iter().map(|one| (one.from, one.name)));
        references = kept;
    }
}

/// A field that holds a value of another type.
struct ValueReference<'s> {
    from: ShapeId,
    to: ShapeId,
    name: &'s str,
    rank: FieldRank,
}

/// The kind of a field, in the order in which they are boxed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum FieldRank {
    Alternate,
    Member,
    Branch,
}

fn value_references<'s>(interface: &Interface<'s>, from: ShapeId) -> Vec<ValueReference<'s>> {
    let fields = match interface.get(from) {
        Shape::Builtin(_) | Shape::Enum(_) | Shape::Array(_) => Vec::new(),
        Shape::Alternate(branches) => branches
            .iter()
            .map(|branch| {
                (
                    branch.meta.name.as_str(),
                    branch.shape,
                    FieldRank::Alternate,
                )
            })
            .collect(),
        Shape::Object(object) => object_fields(interface, object),
    };
    let fields = fields.into_iter();
    fields
        .filter(|(_, to, _)| interface.is_named(*to))
        .map(|(name, to, rank)| ValueReference {
            from,
            to,
            name,
            rank,
        })
        .collect()
}

fn object_fields<'s>(
    interface: &Interface<'s>,
    object: &ObjectShape<'s>,
) -> Vec<(&'s str, ShapeId, FieldRank)> {
    let members = object.members.iter();
    let members = members.map(|(name, member)| (name, member.shape, FieldRank::Member));
    let branches = object.branches.iter();
    let branches = branches.flat_map(|branches| branches.by_value.iter());
    let branches = branches.filter_map(|(value, branch)| match interface.branch_content(branch) {
        BranchContentShape::Nothing => None,
        BranchContentShape::Members(id) | BranchContentShape::Data(id) => {
            Some((value, id, FieldRank::Branch))
        }
    });
    members.chain(branches).collect()
}

/// The strongly connected component of each shape.
fn components(count: usize, references: &[ValueReference<'_>]) -> Vec<usize> {
    let edges = references
        .iter()
        .map(|one| (one.from.index() as u32, one.to.index() as u32));
    let graph = DiGraph::<(), ()>::from_edges(edges);
    // A shape without references is a component of its own.
    let mut components: Vec<usize> = (count..2 * count).collect();
    for (component, nodes) in kosaraju_scc(&graph).into_iter().enumerate() {
        for node in nodes {
            components[node.index()] = component;
        }
    }
    components
}
