//! In which series something happened, told from the series between.

use std::collections::HashSet;

use super::compare::compare;
use super::finding::raw;
use crate::version::Series;
use crate::wire::Interface;

/// What the old release is compared with on the way to the new one.
#[derive(Debug)]
pub struct Way {
    /// The series after the old one, each with what differs by then; the last
    /// is the new one.
    steps: Vec<(Series, HashSet<u64>)>,
    old: Series,
}

impl Way {
    /// Compares the old release with all between it and the new one, which is
    /// not among them; in the order in which they are passed.
    pub fn new(old: &Interface<'_>, between: &[&Interface<'_>], new: Series) -> Way {
        let mut steps: Vec<_> = between
            .iter()
            .map(|via| (via.version.series(), differences(old, via)))
            .collect();
        steps.push((new, HashSet::new()));
        Way {
            steps,
            old: old.version.series(),
        }
    }

    /// The series in which something happened that differs in the end: from it
    /// on, it differs in all.
    ///
    /// On the way back to an older release it is the last series that has what
    /// the older one lacks.
    pub fn since(&self, identities: &[u64]) -> Series {
        let differs =
            |known: &HashSet<u64>| identities.iter().any(|identity| known.contains(identity));
        let between = &self.steps[..self.steps.len() - 1];
        let first = between
            .iter()
            .rposition(|(_, known)| !differs(known))
            .map_or(0, |last| last + 1);
        let (series, _) = self.steps[first];
        match series < self.old {
            true if first == 0 => self.old,
            true => self.steps[first - 1].0,
            false => series,
        }
    }
}

fn differences(old: &Interface<'_>, new: &Interface<'_>) -> HashSet<u64> {
    let comparison = compare(old, new);
    raw(&comparison)
        .iter()
        .flat_map(|raw| raw.identities(&comparison))
        .collect()
}
