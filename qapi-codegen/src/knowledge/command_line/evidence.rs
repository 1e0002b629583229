//! The command lines of all series.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::CommandLineFacts;
use super::options::OptionTable;
use super::record::{BuildCommandLine, CommandLineRecord};
use crate::version::Series;

/// The command line of a build, and the series that the build belongs to.
#[derive(Debug)]
pub(super) struct SeriesBuild {
    pub series: Series,
    pub command_line: BuildCommandLine,
    /// The build is of a development version, and one of a release of the series is
    /// known. What the former has may have gone before the release.
    pub is_superseded: bool,
}

/// The command lines of all series.
#[derive(Debug, Default)]
pub struct CommandLineEvidence {
    series: Vec<Series>,
    builds: Vec<SeriesBuild>,
    options: OptionTable,
}

impl CommandLineEvidence {
    /// Collects what is known. `series` are all known series.
    pub fn new(
        mut series: Vec<Series>,
        records: Vec<(Series, CommandLineRecord)>,
        mut options: OptionTable,
    ) -> CommandLineEvidence {
        series.sort();
        for (name, entry) in &mut options.options {
            entry.spelling = format!("-{name}");
        }
        let records = records.into_iter();
        let mut builds: Vec<SeriesBuild> = records
            .flat_map(|(series, record)| {
                let mut releases = record.builds.iter().map(|build| build.build.release);
                let has_release = releases.any(|release| !release.is_prerelease());
                record
                    .builds
                    .into_iter()
                    .map(move |command_line| SeriesBuild {
                        series,
                        is_superseded: has_release && command_line.build.release.is_prerelease(),
                        command_line,
                    })
            })
            .collect();
        builds.sort_by_key(|build| build.series);
        CommandLineEvidence {
            series,
            builds,
            options,
        }
    }

    /// The answers for one series, and for one target or all of them.
    pub fn release<'e>(&'e self, series: Series, target: Option<&'e str>) -> CommandLineFacts<'e> {
        CommandLineFacts::new(self, series, target)
    }

    /// All series, oldest first.
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// The options that people write down.
    pub fn options(&self) -> &OptionTable {
        &self.options
    }

    /// Returns whether a build lists the parameters of a group.
    pub(super) fn has_group(&self, group: &str) -> bool {
        let mut builds = self.builds.iter();
        builds.any(|build| build.command_line.options.contains_key(group))
    }

    /// The series of which a build has a machine type, by target.
    pub fn machine_targets(&self, name: &str) -> BTreeMap<&str, BTreeSet<Series>> {
        self.targets(|build| build.machines.contains_key(name))
    }

    /// The series of which a build has a CPU model, by target.
    pub fn cpu_targets(&self, name: &str) -> BTreeMap<&str, BTreeSet<Series>> {
        self.targets(|build| build.cpus.contains_key(name))
    }

    /// The machine types and CPU models of all builds.
    pub fn machine_and_cpu_names(&self) -> impl Iterator<Item = &str> {
        let builds = self.builds.iter().map(|build| &build.command_line);
        let names = builds.flat_map(|build| build.machines.keys().chain(build.cpus.keys()));
        names.map(String::as_str)
    }

    fn targets(&self, has: impl Fn(&BuildCommandLine) -> bool) -> BTreeMap<&str, BTreeSet<Series>> {
        let mut targets: BTreeMap<&str, BTreeSet<Series>> = BTreeMap::new();
        for build in self.builds.iter().filter(|build| has(&build.command_line)) {
            let series = targets.entry(&build.command_line.build.target).or_default();
            series.insert(build.series);
        }
        targets
    }

    /// The builds of all series, oldest first.
    pub(super) fn builds(&self) -> &[SeriesBuild] {
        &self.builds
    }
}
