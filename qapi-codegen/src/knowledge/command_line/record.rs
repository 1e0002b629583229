//! The file about one series, `schemas/SERIES/command-line.json`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::grouping::{SharedFacts, group, ungroup};
use crate::knowledge::builds::{BuildRecord, RecordSource, file_text};
use crate::version::Version;

/// The parameters of an option by name, each with QEMU's name of its type:
/// `string`, `boolean`, `number` or `size`.
pub type OptionParameters = BTreeMap<String, String>;

/// The answers of all builds of one series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandLineRecord {
    /// The builds, in the order of their names.
    pub builds: Vec<BuildCommandLine>,
}

/// The command line of one build of QEMU, as far as QEMU lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildCommandLine {
    /// The build.
    pub build: BuildName,
    /// Options with their parameters, by the name of QEMU's list of them, which is
    /// nearly always the name of the option.
    pub options: BTreeMap<String, OptionParameters>,
    /// Machine types, other names for them included.
    pub machines: BTreeMap<String, MachineType>,
    /// CPU models.
    pub cpus: BTreeMap<String, CpuModel>,
}

/// A build of QEMU and the lists that are complete for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildName {
    /// The release.
    pub release: Version,
    /// The target architecture, such as `x86_64`.
    pub target: String,
    /// What is special about the build, such as `hvf`; often empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub variant: String,
    /// The package version; often empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub package: String,
    /// How the facts were obtained.
    pub source: RecordSource,
    /// The lists that are complete for this build.
    pub lists: BTreeSet<CommandLineList>,
}

/// A list that is complete for a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandLineList {
    /// All CPU models.
    Cpus,
    /// All machine types.
    Machines,
    /// The options that QEMU lists, each with all parameters that it lists.
    Options,
}

/// A machine type of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MachineType {
    /// The machine type of which this is another name, if that is known.
    pub alias_of: Option<String>,
    /// QEMU says that it is deprecated.
    pub is_deprecated: bool,
}

/// A CPU model of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CpuModel {
    /// QEMU says that it is deprecated.
    pub is_deprecated: bool,
}

/// An invalid file about the command line of a series.
#[derive(Debug, thiserror::Error)]
pub enum InvalidCommandLine {
    /// The text is not JSON of the expected form.
    #[error("{0}")]
    Form(#[from] serde_json::Error),
    /// Facts are said of a build that the file does not describe.
    #[error("at facts[{index}].builds: unknown build `{build}`")]
    UnknownBuild {
        /// The index of the facts.
        index: usize,
        /// The name of the build.
        build: String,
    },
}

/// The form of the file: facts, each in the entry of exactly the builds that share it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordFile {
    builds: Vec<BuildName>,
    facts: Vec<SharedFacts>,
}

impl From<&BuildRecord> for BuildName {
    fn from(record: &BuildRecord) -> BuildName {
        BuildName {
            release: record.release,
            target: record.target.clone(),
            variant: record.variant.clone(),
            package: record.package.clone(),
            source: record.source,
            lists: BTreeSet::new(),
        }
    }
}

impl BuildName {
    /// The name in the file: `10.0.0-x86_64+amdsev`.
    pub fn id(&self) -> String {
        let variant = match self.variant.as_str() {
            "" => String::new(),
            variant => format!("+{variant}"),
        };
        format!("{}-{}{variant}", self.release, self.target)
    }

    /// Returns whether a list of the build can prove an absence. Development
    /// versions are not finished, and variants are built for special purposes.
    pub fn proves_absence(&self, list: CommandLineList) -> bool {
        self.lists.contains(&list) && !self.release.is_prerelease() && self.variant.is_empty()
    }
}

impl BuildCommandLine {
    /// Creates a record without facts.
    pub fn new(build: BuildName) -> BuildCommandLine {
        BuildCommandLine {
            build,
            options: BTreeMap::new(),
            machines: BTreeMap::new(),
            cpus: BTreeMap::new(),
        }
    }
}

impl CommandLineRecord {
    /// The name of the file in the folder of a series.
    pub const FILE_NAME: &str = "command-line.json";

    /// Adds a build, or replaces what is known about it.
    pub fn set(&mut self, build: BuildCommandLine) {
        let id = build.build.id();
        self.builds.retain(|other| other.build.id() != id);
        self.builds.push(build);
        self.builds.sort_by_cached_key(|build| build.build.id());
    }

    /// Parses the text of a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the text has another form, or names a build that it does
    /// not describe.
    pub fn parse(text: &[u8]) -> Result<CommandLineRecord, InvalidCommandLine> {
        let file: RecordFile = serde_json::from_slice(text)?;
        let mut builds: Vec<_> = file.builds.into_iter().map(BuildCommandLine::new).collect();
        let ids: Vec<String> = builds.iter().map(|build| build.build.id()).collect();
        for (index, facts) in file.facts.into_iter().enumerate() {
            let unknown = ungroup(facts, &mut builds, &ids);
            unknown.map_err(|build| InvalidCommandLine::UnknownBuild { index, build })?;
        }
        Ok(CommandLineRecord { builds })
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let builds = self.builds.iter().map(|build| build.build.clone());
        let file = RecordFile {
            builds: builds.collect(),
            facts: group(&self.builds),
        };
        // Strings, and maps and arrays of strings, always serialize.
        file_text::to_text(&serde_json::to_value(file).unwrap_or_default())
    }
}
