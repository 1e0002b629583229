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
        let last = self.last_series(self.builds_with(device))?;
        if !self.is_device(device) || self.notes().is_optional(device) {
            return None;
        }
        let own: BTreeSet<&str> = self.builds_with(device).map(target_of).collect();
        let (mut shown, mut doubtful) = (Vec::new(), 0);
        for own in own {
            let lists = self.builds_by_presence(device);
            let lists = lists.filter(|(build, _)| {
                target_of(build) == own && is_evidence(build) && build.record.lists_all_like(device)
            });
            match first_without(lists, last) {
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
        let last = self.last_series(lists.clone().filter(|build| has(build)))?;
        let targets: BTreeSet<&str> = lists.clone().map(target_of).collect();
        let targets = targets.into_iter();
        let targets = targets.filter(|own| target.is_none_or(|target| target == *own));
        let since = targets.filter_map(|own| {
            let lists = lists.clone();
            let lists = lists.filter(|build| target_of(build) == own && is_evidence(build));
            match first_without(lists.map(|build| (build, has(build))), last) {
                Lists::Without(series) => Some(series),
                _ => None,
            }
        });
        Some(self.removal(last, since.min()?))
    }

    /// The last series of builds, unless nothing is known of a later one.
    fn last_series<'b>(&self, builds: impl Iterator<Item = &'b Build>) -> Option<Series> {
        let last = builds.map(|build| build.series).max()?;
        let newest = self.builds().last()?.series;
        (last < newest).then_some(last)
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

/// The series of the first list without a type after all those with it. Each
/// list says whether it has the type.
fn first_without<'b>(lists: impl Iterator<Item = (&'b Build, bool)>, last: Series) -> Lists {
    let (until, after): (Vec<_>, Vec<_>) = lists.partition(|(build, _)| build.series <= last);
    let mut from_first = until.iter().map(|(_, has)| *has).skip_while(|has| !has);
    let is_present = from_first.next().is_some();
    let is_steady = from_first.all(|has| has);
    match after.first() {
        Some((build, _)) if is_present && is_steady => Lists::Without(build.series),
        None if until.last().is_none_or(|(_, has)| *has) => Lists::End,
        _ => Lists::Gaps,
    }
}

fn target_of(build: &Build) -> &str {
    &build.record.target
}

/// Returns whether a build can prove an absence. Development versions are not
/// finished, and variants are built for special purposes.
pub fn is_evidence(build: &Build) -> bool {
    !build.record.is_prerelease() && build.record.variant.is_empty()
}
