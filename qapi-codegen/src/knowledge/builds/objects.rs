//! The properties of objects that are not devices: machines and CPUs.

use super::evidence::Build;
use super::release_devices::ReleaseDevices;
use crate::version::Series;

impl ReleaseDevices<'_> {
    /// Returns whether one of some objects has a property: in a build of the
    /// release, or in builds before and after it if none of the release lists
    /// such objects. The first list of later releases does not prove anything.
    pub fn has_object_property(&self, is_object: impl Fn(&str) -> bool, property: &str) -> bool {
        let lists = |build: &Build| build.record.objects.keys().any(|name| is_object(name));
        let has = |build: &Build| {
            let mut objects = build.record.objects.iter();
            objects.any(|(name, properties)| is_object(name) && properties.contains_key(property))
        };
        let all = self.evidence().builds().iter();
        let listing = all.filter(|build| self.is_of_target(build) && lists(build));
        let is_own = |build: &&Build| build.series == self.series();
        let mut own = listing.clone().filter(is_own).peekable();
        if own.peek().is_some() {
            return own.any(has);
        }
        let with: Vec<Series> = listing
            .filter(|build| has(build))
            .map(|b| b.series)
            .collect();
        let is_earlier = |series: &&Series| **series < self.series();
        with.iter().any(|series| is_earlier(&series))
            && !with.iter().all(|series| is_earlier(&series))
    }
}
