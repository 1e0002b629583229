//! Where an edit shows: the ways from commands and events to it.

use std::collections::{HashMap, VecDeque};

use super::compare::{Comparison, Link, Operation};
use crate::wire::PathSegment;

/// One place of a pair: in which operation, and by which steps.
#[derive(Debug, Clone)]
pub struct Place<'s> {
    /// The place of the operation in [`Comparison::operations`].
    pub operation: usize,
    /// The steps in the old release.
    pub old: Vec<PathSegment<'s>>,
    /// The steps in the new release.
    pub new: Vec<PathSegment<'s>>,
}

/// The places of each pair that has edits, the shortest way first.
///
/// Of the ways that go round in a circle none is followed twice.
pub fn places<'s>(comparison: &Comparison<'s>) -> Vec<Vec<Place<'s>>> {
    let leads = leads_to_edits(comparison);
    let mut places: Vec<Vec<Place<'s>>> = comparison.pairs.iter().map(|_| Vec::new()).collect();
    for (index, operation) in comparison.operations.iter().enumerate() {
        Search::new(comparison, &leads).run(index, operation, &mut places);
    }
    for places in &mut places {
        places.sort_by_key(|place| place.old.len().max(place.new.len()));
    }
    places
}

/// For each pair whether it, or one inside it, has edits.
fn leads_to_edits(comparison: &Comparison<'_>) -> Vec<bool> {
    let mut holders: Vec<Vec<usize>> = vec![Vec::new(); comparison.pairs.len()];
    for (index, pair) in comparison.pairs.iter().enumerate() {
        pair.links
            .iter()
            .for_each(|link| holders[link.to].push(index));
    }
    let edited = |index: &usize| !comparison.pairs[*index].changes.is_empty();
    let mut pending: Vec<usize> = (0..comparison.pairs.len()).filter(edited).collect();
    let mut leads = vec![false; comparison.pairs.len()];
    while let Some(index) = pending.pop() {
        if !std::mem::replace(&mut leads[index], true) {
            pending.extend(&holders[index]);
        }
    }
    leads
}

struct Search<'c, 's> {
    comparison: &'c Comparison<'s>,
    leads: &'c [bool],
    /// The link by which each pair was first reached, and from which pair.
    reached: HashMap<usize, (Option<usize>, &'c Link<'s>)>,
    order: VecDeque<usize>,
    /// Further ways to pairs that were reached before.
    others: Vec<(usize, &'c Link<'s>)>,
}

impl<'c, 's> Search<'c, 's> {
    fn new(comparison: &'c Comparison<'s>, leads: &'c [bool]) -> Self {
        let (reached, order) = (HashMap::new(), VecDeque::new());
        Search {
            comparison,
            leads,
            reached,
            order,
            others: Vec::new(),
        }
    }

    fn run(mut self, index: usize, operation: &'c Operation<'s>, places: &mut [Vec<Place<'s>>]) {
        operation
            .roots
            .iter()
            .for_each(|link| self.reach(None, link));
        while let Some(pair) = self.order.pop_front() {
            let links = &self.comparison.pairs[pair].links;
            links.iter().for_each(|link| self.reach(Some(pair), link));
        }
        let edited = |pair: usize| !self.comparison.pairs[pair].changes.is_empty();
        let mut pairs: Vec<usize> = self.reached.keys().copied().collect();
        pairs.sort_unstable();
        for pair in pairs.into_iter().filter(|&pair| edited(pair)) {
            places[pair].push(self.place(index, &self.way(pair)));
        }
        for (from, link) in self.others.iter().filter(|(_, link)| edited(link.to)) {
            let mut way = self.way(*from);
            if !way.iter().any(|passed| passed.to == link.to) {
                way.push(link);
                places[link.to].push(self.place(index, &way));
            }
        }
    }

    fn reach(&mut self, from: Option<usize>, link: &'c Link<'s>) {
        if !self.leads[link.to] {
            return;
        }
        if self.reached.contains_key(&link.to) {
            self.others.extend(from.map(|from| (from, link)));
            return;
        }
        self.reached.insert(link.to, (from, link));
        self.order.push_back(link.to);
    }

    /// The links from the operation to a pair that was reached.
    fn way(&self, pair: usize) -> Vec<&'c Link<'s>> {
        let first = self.reached.get(&pair);
        let back = |&(from, _): &(Option<usize>, &'c Link<'s>)| self.reached.get(&from?).copied();
        let mut way: Vec<_> = std::iter::successors(first.copied(), back)
            .map(|(_, link)| link)
            .collect();
        way.reverse();
        way
    }

    fn place(&self, operation: usize, way: &[&'c Link<'s>]) -> Place<'s> {
        Place {
            operation,
            old: way
                .iter()
                .flat_map(|link| link.old.iter().copied())
                .collect(),
            new: way
                .iter()
                .flat_map(|link| link.new.iter().copied())
                .collect(),
        }
    }
}
