//! Whether a release has something, from the lists of all builds and from notes.

use crate::knowledge::builds::Removal;
use crate::knowledge::builds::removal::{Listing, Required, find_removal};
use crate::version::Series;

/// Whether a release has something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The release has it.
    Present,
    /// The release does not have it any more.
    Removed(Removal),
    /// The release does not have it yet. This series is the first known with it.
    NotYet(Series),
    /// The release has it for other targets only.
    OtherTarget,
    /// QEMU has never had it, as far as all releases are known.
    Never,
    /// What is known does not decide.
    Unknown,
}

impl Presence {
    /// Returns `true` if QEMU rejects the name.
    pub fn is_absent(self) -> bool {
        !matches!(self, Presence::Present | Presence::Unknown)
    }
}

/// A release whose lists are compared with those of the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Release<'e> {
    /// All series, oldest first.
    pub known: &'e [Series],
    /// The series of the release.
    pub series: Series,
    /// The target to which the answer is restricted.
    pub target: Option<&'e str>,
}

impl Release<'_> {
    /// Concludes from the first and the last series with something.
    pub fn presence_between(&self, since: Option<Series>, until: Option<Series>) -> Presence {
        match (since, until) {
            (Some(since), _) if self.series < since => Presence::NotYet(since),
            (_, Some(until)) if self.series > until => Presence::Removed(self.removal_after(until)),
            _ => Presence::Present,
        }
    }

    fn removal_after(&self, last: Series) -> Removal {
        let next = self.known.iter().find(|other| **other > last);
        Removal {
            last,
            since: next.copied().unwrap_or(self.series),
            is_exact: true,
        }
    }

    /// Concludes from the lists of all builds, in the order of their series, if no build
    /// of the release has it.
    pub fn presence_elsewhere<'b>(
        &self,
        listings: impl Iterator<Item = Listing<'b>> + Clone,
        required: Required,
    ) -> Presence {
        if self.is_between(&listings) {
            return Presence::Present;
        }
        let removal = find_removal(listings.clone(), self.known, self.target, required);
        if let Some(removal) = removal.filter(|removal| removal.since <= self.series) {
            return Presence::Removed(removal);
        }
        match self.addition(&listings, required) {
            Some(first) => Presence::NotYet(first),
            None => Presence::Unknown,
        }
    }

    fn is_target(&self, target: &str) -> bool {
        self.target.is_none_or(|own| own == target)
    }

    /// Returns whether a target has it before and after this release, and no list of
    /// this release is known.
    fn is_between<'b>(&self, listings: &(impl Iterator<Item = Listing<'b>> + Clone)) -> bool {
        let mut early = listings
            .clone()
            .filter(|list| list.has && list.series < self.series && self.is_target(list.target));
        early.any(|early| {
            let mut same = listings.clone().filter(|list| list.target == early.target);
            let mut lists = same.clone();
            same.any(|list| list.has && list.series > self.series)
                && !lists.any(|list| list.is_complete && list.series == self.series)
        })
    }

    /// Finds the series that added something, if a complete list of this release lacks
    /// it: one of a target that has it there or, where one target is enough, any.
    fn addition<'b>(
        &self,
        listings: &(impl Iterator<Item = Listing<'b>> + Clone),
        required: Required,
    ) -> Option<Series> {
        let with = listings.clone().filter(|list| list.has);
        let first = with.clone().map(|list| list.series).min()?;
        let is_first_target = |target: &str| {
            let mut first_ones = with.clone().filter(|list| list.series == first);
            required == Required::One || first_ones.any(|list| list.target == target)
        };
        let is_list = |list: &Listing<'_>| list.is_complete && list.series == self.series;
        let mut own = listings.clone().filter(is_list);
        let proves = own.any(|list| self.is_target(list.target) && is_first_target(list.target));
        (first > self.series && proves).then_some(first)
    }
}
