//! The devices of one release, with the evidence for each answer.

use std::collections::BTreeSet;

use super::common_type;
use super::evidence::{Build, BuildEvidence};
use super::listings::{BuildListing, DeviceListings};
use super::record::CompleteList;
use super::removal::{Removal, is_evidence};
use crate::version::Series;

/// The devices of one release, for one target or all.
#[derive(Debug, Clone, Copy)]
pub struct ReleaseDevices<'e> {
    evidence: &'e BuildEvidence,
    series: Series,
    target: Option<&'e str>,
}

/// What is known about a device in a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceStatus {
    /// A build has it; or earlier and later ones do, and none is known.
    Known,
    /// The release does not have it any more.
    Removed(Removal),
    /// The known builds do not decide.
    Unknown,
}

/// What is known about a property of a device in a release. The type is absent
/// if builds disagree about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyStatus<'e> {
    /// A build lists it; or earlier and later ones do, and none is known.
    Known(Option<&'e str>),
    /// The known builds do not decide. Other releases have it with this type.
    Unknown(Option<&'e str>),
    /// A complete list does not have it.
    Absent,
    /// The release does not have it any more.
    Removed(Removal),
}

impl<'e> ReleaseDevices<'e> {
    /// Creates the answers for a series.
    pub(super) fn new(
        evidence: &'e BuildEvidence,
        series: Series,
        target: Option<&'e str>,
    ) -> ReleaseDevices<'e> {
        ReleaseDevices {
            evidence,
            series,
            target,
        }
    }

    /// The records of all builds.
    pub fn evidence(&self) -> &'e BuildEvidence {
        self.evidence
    }

    /// The series.
    pub fn series(&self) -> Series {
        self.series
    }

    /// The target to which the answers are restricted.
    pub fn target(&self) -> Option<&'e str> {
        self.target
    }

    /// The builds of the release.
    pub fn builds(&self) -> impl Iterator<Item = &'e Build> {
        let all = self.evidence.builds().iter();
        all.filter(|build| self.is_own(build))
    }

    /// Returns whether some build of the release lists all its devices.
    pub fn is_listed(&self) -> bool {
        self.builds().any(|build| build.record.lists_all_like(""))
    }

    /// Returns whether a list of this release is for a target for which another
    /// release has a device.
    pub fn lists_target_of(&self, other: ReleaseDevices<'_>, name: &str) -> bool {
        let mut builds = other.evidence.builds_with(name);
        builds.any(|build| {
            let is_same = |own: &Build| own.record.target == build.record.target;
            let is_list = |own: &Build| is_evidence(own) && own.record.lists_all_like(name);
            other.is_own(build) && self.builds().any(|own| is_same(own) && is_list(own))
        })
    }

    /// Looks up a device.
    pub fn device(&self, name: &str) -> DeviceStatus {
        let mut builds = self.evidence.builds_with(name);
        if builds.any(|build| self.is_own(build)) || self.is_between_lists(name) {
            return DeviceStatus::Known;
        }
        let removal = self.evidence.device_removal(name, self.target);
        match removal.filter(|removal| removal.since <= self.series) {
            Some(removal) => DeviceStatus::Removed(removal),
            None => DeviceStatus::Unknown,
        }
    }

    /// Looks up a property of a device.
    pub fn property(&self, device: &str, property: &str) -> PropertyStatus<'e> {
        self.listed_property(&self.listings(device), device, property)
    }

    /// What builds list about a device, for the look-up of many properties.
    pub fn listings(&self, device: &str) -> DeviceListings<'e> {
        DeviceListings::new(self.evidence, self.evidence.listed_device(device))
    }

    /// Looks up a property of a device with these `listings`.
    pub fn listed_property(
        &self,
        listings: &DeviceListings<'e>,
        device: &str,
        property: &str,
    ) -> PropertyStatus<'e> {
        let all = listings.builds().iter();
        let own = all.filter(|listing| self.is_own(listing.build));
        let mut types = own
            .filter_map(|listing| listing.property_type(property))
            .peekable();
        if types.peek().is_some() {
            return PropertyStatus::Known(common_type(types));
        }
        match self.absence(listings, property) {
            Some(absence) => absence,
            None => self.infer_property(device, listings, property),
        }
    }

    /// Returns whether the release is known to lack a property.
    pub fn lacks_property(&self, listings: &DeviceListings<'e>, property: &str) -> bool {
        let has = |own: &BuildListing<'_>| {
            self.is_own(own.build) && own.property_type(property).is_some()
        };
        !listings.builds().iter().any(has) && self.absence(listings, property).is_some()
    }

    /// What proves that the release lacks a property that no build of it lists.
    fn absence(&self, listings: &DeviceListings<'e>, property: &str) -> Option<PropertyStatus<'e>> {
        let removal = listings.removal(property, self.target);
        if let Some(removal) = removal.filter(|removal| removal.since <= self.series) {
            return Some(PropertyStatus::Removed(removal));
        }
        self.proves_absence(listings, property)
            .then_some(PropertyStatus::Absent)
    }

    /// The type of a property as far as it is known: in this release, or in
    /// others if all agree.
    pub fn property_type(&self, device: &str, property: &str) -> Option<&'e str> {
        match self.property(device, property) {
            PropertyStatus::Known(ty) | PropertyStatus::Unknown(ty) => ty,
            PropertyStatus::Absent | PropertyStatus::Removed(_) => None,
        }
    }

    /// Returns whether the properties of a device are known for a build of the
    /// release.
    pub fn lists_device(&self, device: &str) -> bool {
        self.builds_listing(device).next().is_some()
    }

    /// The names of the devices of all builds of the release.
    pub fn names(&self) -> BTreeSet<&'e str> {
        let names = self.builds().flat_map(|build| build.record.type_names());
        names.filter(|name| self.evidence.is_device(name)).collect()
    }

    /// The names of the properties of a device in all builds of the release.
    pub fn property_names(&self, device: &str) -> BTreeSet<&'e str> {
        let builds = self.builds_listing(device);
        builds
            .flat_map(|build| build.record.properties(device))
            .map(|(name, _)| name)
            .collect()
    }

    /// The build of the nearest series that has a device, of any target.
    pub fn nearest_build(&self, device: &str) -> Option<&'e Build> {
        let builds = self.evidence.builds_with(device);
        let (earlier, later): (Vec<_>, Vec<_>) =
            builds.partition(|build| build.series <= self.series);
        earlier.last().or(later.first()).copied()
    }

    fn is_own(&self, build: &Build) -> bool {
        build.series == self.series && self.is_of_target(build)
    }

    pub(super) fn is_of_target(&self, build: &Build) -> bool {
        self.target
            .is_none_or(|target| target == build.record.target)
    }

    fn builds_listing(&self, device: &str) -> impl Iterator<Item = &'e Build> + use<'e> {
        let release = *self;
        let builds = self.evidence.builds_listing(device);
        builds.filter(move |build| release.is_own(build))
    }

    /// Returns whether some target has a device in an earlier and a later
    /// series, and no complete list in this one.
    fn is_between_lists(&self, name: &str) -> bool {
        let builds = self.evidence.builds_with(name);
        let builds = builds.filter(|build| self.is_of_target(build));
        let mut earlier = builds.clone().filter(|build| build.series < self.series);
        earlier.any(|build| {
            let target = &build.record.target;
            let is_same = |other: &&Build| other.record.target == *target;
            let mut later = builds.clone().filter(|other| other.series > self.series);
            let mut lists = self.builds().filter(is_same);
            later.any(|other| is_same(&other))
                && !lists.any(|own| is_evidence(own) && own.record.lists_all_like(name))
        })
    }

    /// Returns whether a list of all devices of the release has a device without
    /// a property, and no other target is known to differ in it.
    fn proves_absence(&self, listings: &DeviceListings<'_>, property: &str) -> bool {
        let all = || listings.builds().iter();
        let mut lists = all().filter(|listing| {
            let build = listing.build;
            self.is_own(build)
                && is_evidence(build)
                && build.record.lists.contains(&CompleteList::Devices)
        });
        lists.any(|list| {
            let is_same =
                |other: &BuildListing<'_>| other.build.record.target == list.build.record.target;
            let has = |listing: &BuildListing<'_>| listing.property_type(property).is_some();
            !all().any(|other| {
                let is_of_series = |own: &BuildListing<'_>| own.build.series == other.build.series;
                self.is_of_target(other.build)
                    && !is_same(other)
                    && has(other)
                    && all().any(|own| is_of_series(own) && is_same(own) && !has(own))
            })
        })
    }

    /// Concludes from other releases.
    fn infer_property(
        &self,
        device: &str,
        listings: &DeviceListings<'e>,
        property: &str,
    ) -> PropertyStatus<'e> {
        let typed = listings.builds().iter().filter_map(|listing| {
            let ty = listing.property_type(property)?;
            Some((listing.build.series, ty))
        });
        let with: Vec<(Series, &'e str)> = typed.collect();
        let common = common_type(with.iter().map(|(_, ty)| *ty));
        let is_between = with
            .first()
            .is_some_and(|(series, _)| *series < self.series)
            && with.last().is_some_and(|(series, _)| *series > self.series);
        match is_between && !self.lists_device(device) {
            true => PropertyStatus::Known(common),
            false => PropertyStatus::Unknown(common),
        }
    }
}
