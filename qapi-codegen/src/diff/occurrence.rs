//! The occurrences of a change: the operations and paths that lead to it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};

use super::compare::{ChangeGraph, ComparedOperation, OperationName, PairLink};
use crate::wire::PathSegment;

/// One occurrence: an operation, and a path in each release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence<'s> {
    /// The operation.
    pub operation: OperationName<'s>,
    /// The path in the old release.
    pub old: Vec<PathSegment<'s>>,
    /// The path in the new release.
    pub new: Vec<PathSegment<'s>>,
}

/// Finds the occurrences of each pair that has changes, the shortest first.
///
/// A path never passes a pair twice.
pub fn pair_occurrences<'s>(graph: &ChangeGraph<'s>) -> Vec<Vec<Occurrence<'s>>> {
    let leads = lead_to_changes(graph);
    let mut occurrences = vec![Vec::new(); graph.pairs.len()];
    for operation in &graph.operations {
        for links in paths_to_changes(graph, &leads, operation) {
            let Some(last) = links.last() else { continue };
            occurrences[last.to].push(Occurrence {
                operation: operation.name,
                old: links.iter().flat_map(|link| &link.old).copied().collect(),
                new: links.iter().flat_map(|link| &link.new).copied().collect(),
            });
        }
    }
    for occurrences in &mut occurrences {
        occurrences.sort_by_key(|occurrence| occurrence.old.len().max(occurrence.new.len()));
    }
    occurrences
}

/// The links from an operation to pairs with changes: the shortest path to each
/// pair, then the further paths that differ in their last link.
fn paths_to_changes<'c, 's>(
    graph: &'c ChangeGraph<'s>,
    leads: &[bool],
    operation: &'c ComparedOperation<'s>,
) -> Vec<Vec<&'c PairLink<'s>>> {
    let mut shortest: BTreeMap<usize, Vec<&PairLink<'_>>> = BTreeMap::new();
    let mut others = Vec::new();
    let mut pending: VecDeque<_> = operation
        .roots
        .iter()
        .map(|link| (link, vec![link]))
        .collect();
    while let Some((last, links)) = pending.pop_front() {
        match shortest.entry(last.to) {
            _ if !leads[last.to] => {}
            Entry::Occupied(_) => others.push(links),
            Entry::Vacant(entry) => {
                let is_passed = |link: &PairLink<'_>| links.iter().any(|own| own.to == link.to);
                let further = graph.pairs[last.to]
                    .links
                    .iter()
                    .filter(|link| !is_passed(link));
                pending.extend(further.map(|link| (link, [&links[..], &[link]].concat())));
                entry.insert(links);
            }
        }
    }
    let is_changed = |pair: usize| !graph.pairs[pair].changes.is_empty();
    shortest.retain(|pair, _| is_changed(*pair));
    others.retain(|links| links.last().is_some_and(|last| is_changed(last.to)));
    shortest.into_values().chain(others).collect()
}

/// For each pair, whether it or a pair inside it has changes.
fn lead_to_changes(graph: &ChangeGraph<'_>) -> Vec<bool> {
    let mut parents: Vec<Vec<usize>> = vec![Vec::new(); graph.pairs.len()];
    for (index, pair) in graph.pairs.iter().enumerate() {
        for link in &pair.links {
            parents[link.to].push(index);
        }
    }
    let changed = |index: &usize| !graph.pairs[*index].changes.is_empty();
    let mut pending: Vec<usize> = (0..graph.pairs.len()).filter(changed).collect();
    let mut leads = vec![false; graph.pairs.len()];
    while let Some(index) = pending.pop() {
        if !std::mem::replace(&mut leads[index], true) {
            pending.extend(&parents[index]);
        }
    }
    leads
}
