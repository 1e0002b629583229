//! The series that made a change, found by comparing with each one between.

use std::collections::{BTreeSet, HashSet};

use super::compare::compare_knowing;
use super::finding::identities;
use crate::parallel;
use crate::schema::Schema;
use crate::version::Series;
use crate::wire::Interface;

/// The releases from the old one to the new one.
#[derive(Debug)]
pub struct ReleaseChain {
    old: Series,
    /// The series after the old one and its changes up to each; the last is
    /// the new series.
    links: Vec<(Series, HashSet<u64>)>,
}

impl ReleaseChain {
    /// Compares the old release with each release before the new one, given in
    /// the order of the upgrade.
    ///
    /// Some renames of members are known to be none.
    pub fn new<'s>(
        old: &Interface<'s>,
        between: &[&'s Schema],
        new: Series,
        disproved_renames: &BTreeSet<(&'s str, &'s str)>,
    ) -> ReleaseChain {
        let mut links = parallel::map(between, |schema| {
            let via = Interface::from_schema(schema);
            (
                via.version.series(),
                identities(&compare_knowing(old, &via, disproved_renames.clone())),
            )
        });
        links.push((new, HashSet::new()));
        ReleaseChain {
            old: old.version.series(),
            links,
        }
    }

    /// The first series with a change that has one of some identities and none
    /// of others.
    pub fn first_with(&self, identities: &[u64], others: &[u64]) -> Option<Series> {
        let has =
            |known: &HashSet<u64>, wanted: &[u64]| wanted.iter().any(|own| known.contains(own));
        let mut links = self.links.iter();
        let found = links.find(|(_, known)| has(known, identities) && !has(known, others));
        found.map(|(series, _)| *series)
    }

    /// The series from which on all releases have a change.
    ///
    /// In a downgrade, the last series that has what the older ones lack.
    pub fn since(&self, identities: &[u64]) -> Series {
        let lacks = |known: &HashSet<u64>| !identities.iter().any(|own| known.contains(own));
        let between = &self.links[..self.links.len() - 1];
        let last = between.iter().rposition(|(_, known)| lacks(known));
        let first = last.map_or(0, |last| last + 1);
        let (series, _) = self.links[first];
        match series < self.old {
            true if first == 0 => self.old,
            true => self.links[first - 1].0,
            false => series,
        }
    }
}
