//! The command lines of all series.

use super::facts::CommandLineFacts;
use super::options::OptionTable;
use super::record::{BuildCommandLine, CommandLineRecord};
use crate::version::Series;

/// The command line of a build, and the series that the build belongs to.
#[derive(Debug)]
pub(super) struct SeriesBuild {
    pub series: Series,
    pub command_line: BuildCommandLine,
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
        options: OptionTable,
    ) -> CommandLineEvidence {
        series.sort();
        let records = records.into_iter();
        let mut builds: Vec<SeriesBuild> = records
            .flat_map(|(series, record)| {
                let builds = record.builds.into_iter();
                builds.map(move |command_line| SeriesBuild {
                    series,
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

    /// The builds of all series, oldest first.
    pub(super) fn builds(&self) -> &[SeriesBuild] {
        &self.builds
    }
}
