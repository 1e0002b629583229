//! The one rule for absences: what is missing from a list was removed only if
//! nothing else explains it.

use std::collections::BTreeSet;

use super::evidence::{Build, BuildEvidence};
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

impl BuildEvidence {
    /// The removal of a device, as far as the lists prove it; with a target, as
    /// far as those of this target do.
    ///
    /// Every complete list of a target had the device, from its first one to the
    /// last series of which any build has it, and no later list has it. Targets
    /// whose newest list still has it, without a later one, are a reason for
    /// doubt, because configurations differ between targets: most targets with
    /// the device have to show the removal.
    pub fn device_removal(&self, device: &str, target: Option<&str>) -> Option<Removal> {
        if !self.is_device(device) || self.notes().is_optional(device) {
            return None;
        }
        let builds: Vec<&Build> = self.builds_with(device).collect();
        let last = builds.iter().map(|build| build.series).max()?;
        let targets: BTreeSet<&str> = builds.iter().map(|b| b.record.target.as_str()).collect();
        let is_list = |build: &&Build| is_evidence(build) && build.record.lists_all_like(device);
        let has = |build: &Build| builds.iter().any(|own| std::ptr::eq(*own, build));
        let (mut shown, mut doubtful) = (Vec::new(), 0);
        for own in targets {
            let lists = self.builds().iter().filter(|b| b.record.target == own);
            let lists: Vec<&Build> = lists.filter(is_list).collect();
            match first_without(&lists, last, has) {
                Lists::Without(series) => shown.push((own, series)),
                Lists::End => doubtful += 1,
                Lists::Gaps => {}
            }
        }
        let is_shown = shown.len() > doubtful;
        let shown = shown
            .iter()
            .filter(|(own, _)| target.is_none_or(|target| target == *own));
        let since = shown.map(|(_, series)| *series).min();
        Some(self.removal(last, since.filter(|_| is_shown)?))
    }

    /// The removal of a property of a device, by the same rule. Properties
    /// depend on the target and on configuration less than devices do, so that
    /// one target is enough.
    pub fn property_removal(
        &self,
        device: &str,
        property: &str,
        target: Option<&str>,
    ) -> Option<Removal> {
        let has = |build: &Build| build.record.property_type(device, property).is_some();
        let lists = self.builds_listing(device);
        let last = lists
            .clone()
            .filter(|build| has(build))
            .map(|b| b.series)
            .max()?;
        let targets: BTreeSet<&str> = lists.clone().map(|b| b.record.target.as_str()).collect();
        let targets = targets
            .into_iter()
            .filter(|own| target.is_none_or(|t| t == *own));
        let since = targets.filter_map(|own| {
            let lists = lists
                .clone()
                .filter(|b| b.record.target == own && is_evidence(b));
            match first_without(&lists.collect::<Vec<_>>(), last, has) {
                Lists::Without(series) => Some(series),
                _ => None,
            }
        });
        Some(self.removal(last, since.min()?))
    }

    fn removal(&self, last: Series, since: Series) -> Removal {
        Removal {
            last,
            since,
            is_exact: self.is_next(last, since),
        }
    }
}

/// The lists of one target, by what they say about a removal.
enum Lists {
    /// They have no gap, and the first one after the last presence is this.
    Without(Series),
    /// Some list lacks the type although a later build has it.
    Gaps,
    /// None is later than the last presence, and the newest has the type.
    End,
}

/// The series of the first list without a type after all those with it.
fn first_without(lists: &[&Build], last: Series, has: impl Fn(&Build) -> bool) -> Lists {
    let mut until_last = lists.iter().take_while(|build| build.series <= last);
    let after = lists.iter().find(|build| build.series > last);
    let mut from_first = until_last
        .by_ref()
        .skip_while(|build| !has(build))
        .peekable();
    let is_present = from_first.peek().is_some();
    let is_steady = from_first.all(|build| has(build));
    match after {
        Some(build) if is_present && is_steady => Lists::Without(build.series),
        None if lists.last().is_none_or(|build| has(build)) => Lists::End,
        _ => Lists::Gaps,
    }
}

/// Returns whether a build can prove an absence. Development versions are not
/// finished, and variants are built for special purposes.
pub fn is_evidence(build: &Build) -> bool {
    !build.record.is_prerelease() && build.record.variant.is_empty()
}
