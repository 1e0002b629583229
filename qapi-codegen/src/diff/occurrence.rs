//! The occurrences of a change: the operations and paths that lead to it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

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

/// The paths from one operation to the pairs with changes.
///
/// A path never passes a pair twice.
pub struct ChangePaths<'c, 's> {
    /// All steps of the search, each after the one before it.
    pub steps: Vec<PathStep<'c, 's>>,
    /// The last steps of the paths, as indices: the shortest path to each pair, then
    /// the further paths that differ in their last link.
    pub ends: Vec<usize>,
}

/// A link of a path.
pub struct PathStep<'c, 's> {
    /// The link.
    pub link: &'c PairLink<'s>,
    /// The index of the step before it.
    pub before: Option<usize>,
}

impl<'c, 's> ChangePaths<'c, 's> {
    /// Finds the paths of each operation.
    pub fn of_operations(
        graph: &'c ChangeGraph<'s>,
    ) -> impl Iterator<Item = (&'c ComparedOperation<'s>, ChangePaths<'c, 's>)> {
        let leads = lead_to_changes(graph);
        let operations = graph.operations.iter();
        operations.map(move |own| (own, ChangePaths::find(graph, &leads, own)))
    }

    fn find(
        graph: &'c ChangeGraph<'s>,
        leads: &[bool],
        operation: &'c ComparedOperation<'s>,
    ) -> ChangePaths<'c, 's> {
        let leading = |links: &'c [PairLink<'s>]| links.iter().filter(|link| leads[link.to]);
        let first = |link| PathStep { link, before: None };
        let steps = leading(&operation.roots).map(first).collect();
        let ends = Vec::new();
        let mut paths = ChangePaths { steps, ends };
        let (mut shortest, mut others) = (BTreeMap::new(), Vec::new());
        let mut index = 0;
        while let Some(step) = paths.steps.get(index) {
            let to = step.link.to;
            match shortest.entry(to) {
                Entry::Occupied(_) => others.push(index),
                Entry::Vacant(entry) => {
                    entry.insert(index);
                    let further = leading(&graph.pairs[to].links);
                    let further = further.filter(|link| !paths.passes(index, link.to));
                    let before = Some(index);
                    let further: Vec<_> = further.map(|link| PathStep { link, before }).collect();
                    paths.steps.extend(further);
                }
            }
            index += 1;
        }
        let is_changed = |end: &usize| !graph.pairs[paths.steps[*end].link.to].changes.is_empty();
        let ends = shortest.into_values().chain(others);
        paths.ends = ends.filter(is_changed).collect();
        paths
    }

    /// Returns whether the path that ends with a step passes a pair.
    fn passes(&self, end: usize, pair: usize) -> bool {
        self.backwards(end).any(|link| link.to == pair)
    }

    /// The links of the path that ends with a step, the last one first.
    fn backwards(&self, end: usize) -> impl Iterator<Item = &'c PairLink<'s>> {
        let steps = std::iter::successors(Some(end), |index| self.steps[*index].before);
        steps.map(|index| self.steps[index].link)
    }
}

/// Finds the occurrences of each pair that has changes, the shortest first.
pub fn pair_occurrences<'s>(graph: &ChangeGraph<'s>) -> Vec<Vec<Occurrence<'s>>> {
    let mut occurrences = vec![Vec::new(); graph.pairs.len()];
    for (operation, paths) in ChangePaths::of_operations(graph) {
        for &end in &paths.ends {
            let mut links: Vec<_> = paths.backwards(end).collect();
            links.reverse();
            occurrences[paths.steps[end].link.to].push(Occurrence {
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
