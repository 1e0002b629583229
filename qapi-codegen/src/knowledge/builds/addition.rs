//! When a device or property appeared, as far as the lists prove it.

use super::evidence::{Build, BuildEvidence};
use super::listings::DeviceListings;
use super::removal::is_evidence;
use crate::version::Series;

/// The addition of a device or property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addition {
    /// The last series of which a complete list lacks it.
    pub last_without: Series,
    /// The first series of which a build has it.
    pub since: Series,
    /// `true` if `since` directly follows `last_without`.
    pub is_exact: bool,
}

impl BuildEvidence {
    /// The addition of a device; nothing if no list before it is complete, or if builds
    /// leave the device out for another reason than its age.
    pub fn device_addition(&self, device: &str) -> Option<Addition> {
        if !self.is_device(device) || self.notes().is_optional(device) {
            return None;
        }
        let lists = self.builds_by_presence(device);
        self.addition(lists.filter(|(build, has)| *has || build.record.lists_all_like(device)))
    }

    /// The addition of a property to a device that is older.
    pub fn property_addition(&self, device: &str, property: &str) -> Option<Addition> {
        DeviceListings::new(self, device).addition(property)
    }

    /// Finds the first build with something, and the last list before it of the
    /// same target.
    pub(super) fn addition<'b>(
        &self,
        lists: impl Iterator<Item = (&'b Build, bool)>,
    ) -> Option<Addition> {
        // Looking something up in a list is what takes time, so it happens once.
        let (with, without): (Vec<_>, Vec<_>) = lists.partition(|(_, has)| *has);
        let since = with.iter().map(|(build, _)| build.series).min()?;
        let is_first_target = |build: &Build| {
            let mut first = with.iter().filter(|(build, _)| build.series == since);
            first.any(|(own, _)| own.record.target == build.record.target)
        };
        let without = without.iter().filter(|(build, _)| {
            build.series < since && is_evidence(build) && is_first_target(build)
        });
        let last_without = without.map(|(build, _)| build.series).max()?;
        Some(Addition {
            last_without,
            since,
            is_exact: self.is_next(last_without, since),
        })
    }
}
