//! What all builds list about one device.

use super::addition::Addition;
use super::evidence::{Build, BuildEvidence};
use super::record::PropertyTypes;
use super::removal::{Listing, Removal, Required, find_removal, is_evidence};
use super::sorted_map::TypeName;

/// The builds of which the properties of a device are known, those of the oldest series
/// first: looked up once for all of the properties.
#[derive(Debug)]
pub struct DeviceListings<'e> {
    evidence: &'e BuildEvidence,
    builds: Vec<BuildListing<'e>>,
}

/// The properties of a device in one build.
#[derive(Debug)]
pub(super) struct BuildListing<'e> {
    pub build: &'e Build,
    parts: Vec<&'e PropertyTypes>,
}

impl<'e> BuildListing<'e> {
    /// The type of a property.
    pub fn property_type(&self, property: &str) -> Option<&'e str> {
        let mut parts = self.parts.iter();
        let ty = parts.find_map(|part| part.get(property));
        ty.map(TypeName::as_str)
    }
}

impl<'e> DeviceListings<'e> {
    /// Looks up a device.
    pub(super) fn new(evidence: &'e BuildEvidence, device: &str) -> Self {
        let builds = evidence.builds_listing(device).map(|build| BuildListing {
            build,
            parts: build.record.property_parts(device).collect(),
        });
        DeviceListings {
            evidence,
            builds: builds.collect(),
        }
    }

    pub(super) fn builds(&self) -> &[BuildListing<'e>] {
        &self.builds
    }

    /// The addition of a property to a device that is older.
    pub fn addition(&self, property: &str) -> Option<Addition> {
        let lists = self.builds.iter();
        let has = |own: &BuildListing<'_>| own.property_type(property).is_some();
        self.evidence
            .addition(lists.map(|own| (own.build, has(own))))
    }

    /// The removal of a property. Properties depend on the target and on configuration
    /// less than devices do, so that one target is enough.
    pub(super) fn removal(&self, property: &str, target: Option<&str>) -> Option<Removal> {
        // Most properties are still there.
        let newest = self.builds.last()?.build.series;
        let of_newest = self.builds.iter().rev();
        let mut of_newest = of_newest.take_while(|listing| listing.build.series == newest);
        if of_newest.any(|listing| listing.property_type(property).is_some()) {
            return None;
        }
        let listings = self.builds.iter().map(|listing| Listing {
            series: listing.build.series,
            target: &listing.build.record.target,
            has: listing.property_type(property).is_some(),
            is_complete: is_evidence(listing.build),
        });
        let listings: Vec<Listing<'_>> = listings.collect();
        find_removal(
            listings.iter().copied(),
            self.evidence.series(),
            target,
            Required::One,
        )
    }
}
