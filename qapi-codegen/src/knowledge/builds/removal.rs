//! The one rule for absences: what is missing from a list was removed only if
//! nothing else explains it.

use std::collections::BTreeSet;

use super::evidence::{Build, BuildEvidence};
use super::listings::DeviceListings;
use crate::version::Series;

/// The removal of a device or property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal {
    /// The last series of which a build has it.
    pub last: Series,
    /// The first series of which a complete list lacks it.
    pub since: Series,
    /// `true` if `since` directly follows `last`.
    pub is_exact: bool,
}

impl Removal {
    /// The removal in words: `removed in QEMU 6.0`.
    pub fn describe(&self) -> String {
        let (last, since) = (self.last, self.since);
        match self.is_exact {
            true => format!("removed in QEMU {since}"),
            false => format!("removed after QEMU {last}, at the latest in {since}"),
        }
    }
}

/// A build of QEMU as evidence about one name.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'b> {
    /// The series of the build.
    pub series: Series,
    /// The target of the build.
    pub target: &'b str,
    /// The build has the name.
    pub has: bool,
    /// A complete list of the build would have it, and can prove its absence.
    pub is_complete: bool,
}

/// How many of the targets that had a name have to show its removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// More than those whose newest list still has it, since configurations
    /// differ between targets.
    Most,
    /// One.
    One,
}

/// The removal of a name, as far as the lists of builds prove it; with a target, as
/// far as those of this target do. `series` are all series, and listings are in
/// their order.
///
/// Every complete list of a target had the name, from its first one to the last
/// series of which any build has it, and no later list has it.
pub fn find_removal<'b>(
    listings: impl Iterator<Item = Listing<'b>> + Clone,
    series: &[Series],
    target: Option<&str>,
    required: Required,
) -> Option<Removal> {
    let with = listings.clone().filter(|listing| listing.has);
    let last = with.clone().map(|listing| listing.series).max()?;
    let newest = listings.clone().last()?.series;
    if last >= newest {
        return None;
    }
    let targets: BTreeSet<&str> = with.map(|listing| listing.target).collect();
    let (mut shown, mut doubtful) = (Vec::new(), 0);
    for own in targets {
        let lists = listings.clone();
        let lists = lists.filter(|listing| listing.target == own && listing.is_complete);
        match first_without(lists, last) {
            Lists::Without(series) => shown.push((own, series)),
            Lists::End => doubtful += 1,
            Lists::Gaps => {}
        }
    }
    let is_shown = required == Required::One || shown.len() > doubtful;
    let shown = shown.into_iter();
    let shown = shown.filter(|(own, _)| target.is_none_or(|target| target == *own));
    let since = shown.map(|(_, series)| series).min();
    let since = since.filter(|_| is_shown)?;
    Some(Removal {
        last,
        since,
        is_exact: is_next(series, last, since),
    })
}

/// Returns whether one of all series follows another.
pub fn is_next(all: &[Series], series: Series, next: Series) -> bool {
    let mut later = all.iter().filter(|other| **other > series);
    later.next() == Some(&next)
}

impl BuildEvidence {
    /// The removal of a device. Most targets with the device have to show it.
    pub fn device_removal(&self, device: &str, target: Option<&str>) -> Option<Removal> {
        if !self.is_device(device) || self.notes().is_optional(device) {
            return None;
        }
        let last = self.builds_with(device).last()?;
        if last.series >= self.builds().last()?.series {
            return None;
        }
        let builds = self.builds_by_presence(device);
        let listings = builds.map(|(build, has)| Listing {
            series: build.series,
            target: &build.record.target,
            has,
            is_complete: is_evidence(build) && build.record.lists_all_like(device),
        });
        let listings: Vec<Listing<'_>> = listings.collect();
        find_removal(
            listings.iter().copied(),
            self.series(),
            target,
            Required::Most,
        )
    }

    /// The removal of a property of a device.
    pub fn property_removal(
        &self,
        device: &str,
        property: &str,
        target: Option<&str>,
    ) -> Option<Removal> {
        DeviceListings::new(self, device).removal(property, target)
    }
}

/// The lists of one target, by what they say about a removal.
enum Lists {
    /// They have no gap, and the first one after the last presence is this.
    Without(Series),
    /// Some list lacks the name although a later build has it.
    Gaps,
    /// None is later than the last presence, and the newest has the name.
    End,
}

/// The series of the first list without a name after all those with it.
fn first_without<'b>(lists: impl Iterator<Item = Listing<'b>>, last: Series) -> Lists {
    let (until, after): (Vec<_>, Vec<_>) = lists.partition(|list| list.series <= last);
    let mut from_first = until.iter().map(|list| list.has).skip_while(|has| !has);
    let is_present = from_first.next().is_some();
    let is_steady = from_first.all(|has| has);
    match after.first() {
        Some(list) if is_present && is_steady => Lists::Without(list.series),
        None if until.last().is_none_or(|list| list.has) => Lists::End,
        _ => Lists::Gaps,
    }
}

/// Returns whether a build can prove an absence. Development versions are not
/// finished, and variants are built for special purposes.
pub fn is_evidence(build: &Build) -> bool {
    !build.record.is_prerelease() && build.record.variant.is_empty()
}
