//! The series that made a change, found by comparing with each one between.

use std::collections::BTreeSet;

use foldhash::HashSet;

use super::compare::compare_knowing;
use super::identity::identities;
use crate::parallel;
use crate::schema::Schema;
use crate::version::Series;
use crate::wire::Interface;

/// The releases from the old one to the new one.
#[derive(Debug)]
pub struct ReleaseChain<'s> {
    old: Series,
    /// The series after the old one and its changes up to each; the last is
    /// the new series.
    links: Vec<(Series, ChainLink<'s>)>,
}

/// The changes from the old release to one after it.
#[derive(Debug, Default)]
struct ChainLink<'s> {
    identities: HashSet<u64>,
    /// Old and new names of members that were compared as one member.
    possible_renames: BTreeSet<(&'s str, &'s str)>,
}

impl<'s> ChainLink<'s> {
    fn new(
        old: &Interface<'s>,
        via: &Interface<'s>,
        disproved_renames: BTreeSet<(&'s str, &'s str)>,
    ) -> ChainLink<'s> {
        let graph = compare_knowing(old, via, disproved_renames);
        ChainLink {
            identities: identities(&graph),
            possible_renames: graph.possible_renames,
        }
    }

    /// Returns whether one of some identities is that of a change.
    fn has(&self, identities: &[u64]) -> bool {
        identities.iter().any(|own| self.identities.contains(own))
    }
}

impl<'s> ReleaseChain<'s> {
    /// Compares the old release with each release before the new one, given in
    /// the order of the upgrade.
    pub fn new(old: &Interface<'s>, between: &[&'s Schema], new: Series) -> ReleaseChain<'s> {
        let mut links = parallel::map(between, |schema| {
            let via = Interface::from_schema(schema);
            let link = ChainLink::new(old, &via, BTreeSet::new());
            (via.version.series(), link)
        });
        links.push((new, ChainLink::default()));
        ReleaseChain {
            old: old.version.series(),
            links,
        }
    }

    /// Compares the releases again in which renames of members were recognized that
    /// are known to be none.
    pub fn disprove(
        &mut self,
        old: &Interface<'s>,
        between: &[&'s Schema],
        disproved_renames: &BTreeSet<(&'s str, &'s str)>,
    ) {
        let is_affected =
            |own: &(Series, ChainLink<'_>)| !own.1.possible_renames.is_disjoint(disproved_renames);
        let affected: Vec<usize> = (0..between.len())
            .filter(|&index| is_affected(&self.links[index]))
            .collect();
        let links = parallel::map(&affected, |&index| {
            let via = Interface::from_schema(between[index]);
            ChainLink::new(old, &via, disproved_renames.clone())
        });
        for (index, link) in affected.into_iter().zip(links) {
            self.links[index].1 = link;
        }
    }

    /// The first series with a change that has one of some identities and none
    /// of others.
    pub fn first_with(&self, identities: &[u64], others: &[u64]) -> Option<Series> {
        let mut links = self.links.iter();
        let found = links.find(|(_, link)| link.has(identities) && !link.has(others));
        found.map(|(series, _)| *series)
    }

    /// The series from which on all releases have a change.
    ///
    /// In a downgrade, the last series that has what the older ones lack.
    pub fn since(&self, identities: &[u64]) -> Series {
        let between = &self.links[..self.links.len() - 1];
        let last = between.iter().rposition(|(_, link)| !link.has(identities));
        let first = last.map_or(0, |last| last + 1);
        let (series, _) = self.links[first];
        match series < self.old {
            true if first == 0 => self.old,
            true => self.links[first - 1].0,
            false => series,
        }
    }
}
