//! The occurrences of a change: the operations and paths that lead to it.

use std::collections::{HashMap, VecDeque};

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

impl<'s> Occurrence<'s> {
    /// The occurrence of an operation itself.
    pub fn of_operation(operation: &ComparedOperation<'s>) -> Self {
        Occurrence {
            operation: operation.name,
            old: Vec::new(),
            new: Vec::new(),
        }
    }
}

/// Finds the occurrences of each pair that has changes, the shortest first.
///
/// A path never passes a pair twice.
pub fn pair_occurrences<'s>(comparison: &ChangeGraph<'s>) -> Vec<Vec<Occurrence<'s>>> {
    let leads = lead_to_changes(comparison);
    let mut occurrences: Vec<Vec<_>> = comparison.pairs.iter().map(|_| Vec::new()).collect();
    for operation in &comparison.operations {
        OccurrenceSearch::new(comparison, &leads, operation).run(&mut occurrences);
    }
    for occurrences in &mut occurrences {
        occurrences.sort_by_key(|occurrence| occurrence.old.len().max(occurrence.new.len()));
    }
    occurrences
}

/// For each pair, whether it or a pair inside it has changes.
fn lead_to_changes(comparison: &ChangeGraph<'_>) -> Vec<bool> {
    let mut parents: Vec<Vec<usize>> = vec![Vec::new(); comparison.pairs.len()];
    for (index, pair) in comparison.pairs.iter().enumerate() {
        pair.links
            .iter()
            .for_each(|link| parents[link.to].push(index));
    }
    let changed = |index: &usize| !comparison.pairs[*index].changes.is_empty();
    let mut pending: Vec<usize> = (0..comparison.pairs.len()).filter(changed).collect();
    let mut leads = vec![false; comparison.pairs.len()];
    while let Some(index) = pending.pop() {
        if !std::mem::replace(&mut leads[index], true) {
            pending.extend(&parents[index]);
        }
    }
    leads
}

struct OccurrenceSearch<'c, 's> {
    comparison: &'c ChangeGraph<'s>,
    leads: &'c [bool],
    operation: &'c ComparedOperation<'s>,
    /// The link by which each pair was first reached, and from which pair.
    reached: HashMap<usize, (Option<usize>, &'c PairLink<'s>)>,
    pending: VecDeque<usize>,
    /// Further links to pairs that were reached before.
    others: Vec<(usize, &'c PairLink<'s>)>,
}

impl<'c, 's> OccurrenceSearch<'c, 's> {
    fn new(
        comparison: &'c ChangeGraph<'s>,
        leads: &'c [bool],
        operation: &'c ComparedOperation<'s>,
    ) -> Self {
        OccurrenceSearch {
            comparison,
            leads,
            operation,
            reached: HashMap::new(),
            pending: VecDeque::new(),
            others: Vec::new(),
        }
    }

    fn run(mut self, occurrences: &mut [Vec<Occurrence<'s>>]) {
        let roots = &self.operation.roots;
        roots.iter().for_each(|link| self.reach(None, link));
        while let Some(pair) = self.pending.pop_front() {
            let links = &self.comparison.pairs[pair].links;
            links.iter().for_each(|link| self.reach(Some(pair), link));
        }
        let changed = |pair: usize| !self.comparison.pairs[pair].changes.is_empty();
        let mut pairs: Vec<usize> = self.reached.keys().copied().collect();
        pairs.sort_unstable();
        for pair in pairs.into_iter().filter(|&pair| changed(pair)) {
            occurrences[pair].push(self.occurrence(&self.links_to(pair)));
        }
        for (from, link) in self.others.iter().filter(|(_, link)| changed(link.to)) {
            let mut links = self.links_to(*from);
            if !links.iter().any(|passed| passed.to == link.to) {
                links.push(link);
                occurrences[link.to].push(self.occurrence(&links));
            }
        }
    }

    fn reach(&mut self, from: Option<usize>, link: &'c PairLink<'s>) {
        if !self.leads[link.to] {
            return;
        }
        if self.reached.contains_key(&link.to) {
            self.others.extend(from.map(|from| (from, link)));
            return;
        }
        self.reached.insert(link.to, (from, link));
        self.pending.push_back(link.to);
    }

    /// The links from the operation to a pair that was reached.
    fn links_to(&self, pair: usize) -> Vec<&'c PairLink<'s>> {
        let last = self.reached.get(&pair).copied();
        let previous =
            |&(from, _): &(Option<usize>, &'c PairLink<'s>)| self.reached.get(&from?).copied();
        let mut links: Vec<_> = std::iter::successors(last, previous)
            .map(|(_, link)| link)
            .collect();
        links.reverse();
        links
    }

    fn occurrence(&self, links: &[&'c PairLink<'s>]) -> Occurrence<'s> {
        Occurrence {
            operation: self.operation.name,
            old: links.iter().flat_map(|link| &link.old).copied().collect(),
            new: links.iter().flat_map(|link| &link.new).copied().collect(),
        }
    }
}
