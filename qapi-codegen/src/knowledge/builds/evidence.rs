//! The records of all builds, with an index by name.

use std::collections::BTreeSet;

use foldhash::HashMap;

use super::notes::DeviceNotes;
use super::record::BuildRecord;
use super::release_devices::ReleaseDevices;
use super::removal::is_next;
use crate::version::Series;

/// A build and the series that it belongs to.
#[derive(Debug)]
pub struct Build {
    /// The series. A development version belongs to the next one.
    pub series: Series,
    /// What is known about the build.
    pub record: BuildRecord,
}

/// The records of all builds.
#[derive(Debug, Default)]
pub struct BuildEvidence {
    /// All series, oldest first, with or without builds.
    series: Vec<Series>,
    builds: Vec<Build>,
    notes: DeviceNotes,
    /// The builds that have a type, by its name.
    presence: HashMap<String, Vec<usize>>,
    /// The builds of which the properties of a device are known, by its name.
    listings: HashMap<String, Vec<usize>>,
    /// A device with known properties for each target, by the end of the names
    /// of its CPUs, `-x86_64-cpu`.
    listed_cpus: HashMap<String, String>,
}

impl BuildEvidence {
    /// Collects builds. `series` are all known series.
    pub fn new(
        mut series: Vec<Series>,
        mut builds: Vec<Build>,
        notes: DeviceNotes,
    ) -> BuildEvidence {
        series.sort();
        builds.sort_by_cached_key(|build| (build.series, build.record.file_name()));
        let mut evidence = BuildEvidence {
            series,
            builds,
            notes,
            ..BuildEvidence::default()
        };
        for (index, build) in evidence.builds.iter().enumerate() {
            for name in build.record.type_names() {
                add_build(&mut evidence.presence, name, index);
            }
            for device in build.record.devices() {
                add_build(&mut evidence.listings, device, index);
                if let Some(end) = cpu_name_end(device) {
                    let listed = evidence.listed_cpus.entry(end.to_owned());
                    listed.or_insert_with(|| device.to_owned());
                }
            }
        }
        evidence
    }

    /// The answers for one series, and for one target or all of them.
    pub fn release<'e>(&'e self, series: Series, target: Option<&'e str>) -> ReleaseDevices<'e> {
        ReleaseDevices::new(self, series, target)
    }

    /// All builds, those of the oldest series first.
    pub fn builds(&self) -> &[Build] {
        &self.builds
    }

    /// What people know beyond the lists.
    pub fn notes(&self) -> &DeviceNotes {
        &self.notes
    }

    /// The targets of which a build is known.
    pub fn targets(&self) -> BTreeSet<&str> {
        let builds = self.builds.iter();
        builds.map(|build| build.record.target.as_str()).collect()
    }

    /// The names of all types that a build has.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.presence.keys().map(String::as_str)
    }

    /// The builds that have a type, those of the oldest series first.
    pub fn builds_with<'e>(
        &'e self,
        name: &str,
    ) -> impl Iterator<Item = &'e Build> + Clone + use<'e> {
        let indices = self.presence.get(name).into_iter().flatten();
        indices.map(|&index| &self.builds[index])
    }

    /// All builds, each with whether it has a type.
    pub(super) fn builds_by_presence(
        &self,
        name: &str,
    ) -> impl Iterator<Item = (&Build, bool)> + Clone {
        let indices = self.presence.get(name).map_or(&[][..], Vec::as_slice);
        let builds = self.builds.iter().enumerate();
        builds.map(|(index, build)| (build, indices.binary_search(&index).is_ok()))
    }

    /// The builds of which the properties of a device are known.
    pub fn builds_listing(
        &self,
        device: &str,
    ) -> impl DoubleEndedIterator<Item = &Build> + Clone + use<'_> {
        let indices = self.listings.get(device).map_or(&[][..], Vec::as_slice);
        indices.iter().map(|&index| &self.builds[index])
    }

    /// Returns whether a type is a device: a list of devices has it, or it is a
    /// CPU. Of other types this is not known.
    pub fn is_device(&self, name: &str) -> bool {
        let is_listed = |build: &Build| build.record.unlisted.contains(name);
        super::is_cpu(name)
            || self.listings.contains_key(name)
            || self.builds_with(name).any(is_listed)
    }

    /// The device whose properties stand for those of another: the device
    /// itself, or for a CPU without a list another CPU of the same target.
    pub fn listed_device<'n>(&'n self, device: &'n str) -> &'n str {
        if self.listings.contains_key(device) {
            return device;
        }
        let end = cpu_name_end(device);
        end.and_then(|end| self.listed_cpus.get(end))
            .map_or(device, String::as_str)
    }

    /// Returns whether one series follows another.
    pub fn is_next(&self, series: Series, next: Series) -> bool {
        is_next(&self.series, series, next)
    }

    /// All series, oldest first, with or without builds.
    pub(super) fn series(&self) -> &[Series] {
        &self.series
    }
}

fn add_build(builds: &mut HashMap<String, Vec<usize>>, name: &str, index: usize) {
    match builds.get_mut(name) {
        Some(indices) => indices.push(index),
        None => drop(builds.insert(name.to_owned(), vec![index])),
    }
}

/// The end of the name of a CPU that all CPUs of its target share:
/// `-x86_64-cpu`.
fn cpu_name_end(device: &str) -> Option<&str> {
    let start = device.strip_suffix("-cpu")?.rfind('-')?;
    super::is_cpu(device).then(|| &device[start..])
}
