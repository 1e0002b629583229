//! Recursive types, and the fields that are boxed to give them a size.
//!
//! An array breaks a cycle by itself. Of the other references in a cycle, those
//! of alternates are boxed first: one box in `BlockdevRef` breaks all cycles of
//! the block layer, in every release.

use std::collections::HashSet;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

use super::fields::{Field, FieldKind, fields};
use crate::wire::{Interface, ShapeId};

/// A field that is boxed: the type that has it, and the name of the member or
/// branch.
pub type BoxedField<'s> = (ShapeId, &'s str);

/// Finds the fields that are boxed.
pub fn boxed_fields<'s>(interface: &Interface<'s>) -> HashSet<BoxedField<'s>> {
    let named = interface.ids().filter(|id| interface.is_named(*id));
    let mut references: Vec<(ShapeId, Field<'s>)> = named
        .flat_map(|from| {
            fields(interface, from)
                .into_iter()
                .map(move |field| (from, field))
        })
        .filter(|(_, field)| field.kind != FieldKind::Element && interface.is_named(field.shape))
        .collect();
    let mut boxed = HashSet::new();
    loop {
        let components = components(interface.shape_count(), &references);
        let is_in_cycle = |(from, field): &(ShapeId, Field<'_>)| {
            components[from.index()] == components[field.shape.index()]
        };
        let in_cycles = references.iter().filter(|reference| is_in_cycle(reference));
        let Some(first) = in_cycles.map(|(_, field)| field.kind).min() else {
            return boxed;
        };
        let (broken, kept): (Vec<_>, _) = references
            .into_iter()
            .partition(|reference| is_in_cycle(reference) && reference.1.kind == first);
        boxed.extend(broken.into_iter().map(|(from, field)| (from, field.name)));
        references = kept;
    }
}

/// The strongly connected component of each shape.
fn components(count: usize, references: &[(ShapeId, Field<'_>)]) -> Vec<usize> {
    let edges = references
        .iter()
        .map(|(from, field)| (from.index() as u32, field.shape.index() as u32));
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
