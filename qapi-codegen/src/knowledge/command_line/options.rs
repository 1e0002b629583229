//! The options that people write down: `schemas/command-line.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::constraints::{OptionConflict, OptionConstraint};
use super::objects::ObjectEntry;
use crate::version::Series;

/// All options of all series.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionTable {
    /// The options by name, without the dash.
    #[serde(default, rename = "option")]
    pub options: BTreeMap<String, OptionEntry>,
    /// Parameters and values that QEMU does not list.
    #[serde(default, rename = "parameter")]
    pub parameters: Vec<ParameterEntry>,
    /// What QEMU requires of values and combinations of parameters.
    #[serde(default, rename = "constraint")]
    pub constraints: Vec<OptionConstraint>,
    /// Objects of releases whose schema does not describe them.
    #[serde(default, rename = "object")]
    pub objects: Vec<ObjectEntry>,
    /// Options that exclude each other.
    #[serde(default, rename = "conflict")]
    pub conflicts: Vec<OptionConflict>,
}

/// An option of the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OptionEntry {
    /// The option as it is written, `-realtime`. It follows from the name.
    #[serde(skip)]
    pub spelling: String,
    /// The first series with the option; absent if it is older than all.
    pub since: Option<Series>,
    /// The last series with the option; absent if the newest has it.
    pub until: Option<Series>,
    /// The first series that documents its deprecation.
    pub deprecated: Option<Series>,
    /// The last series that deprecates it, if a later one took that back.
    pub deprecated_until: Option<Series>,
    /// The command line that replaces it.
    pub replacement: Option<String>,
    /// Why it went or will go, in a sentence.
    pub reason: Option<String>,
    /// What follows the option.
    #[serde(default)]
    pub form: OptionForm,
    /// The parameter to which a first value without a name belongs.
    pub first_key: Option<String>,
    /// The name of QEMU's list of its parameters, if it is not the option's.
    pub group: Option<String>,
    /// The first series that reads its group in files for `-readconfig`, if QEMU
    /// does not list the group.
    pub config_since: Option<Series>,
    /// The option whose parameters follow a value in its own form, separated by
    /// commas: `unix:path,server=on`.
    pub shorthand_of: Option<String>,
    /// The option of which this is another name.
    pub same_as: Option<String>,
    /// The targets that have it; empty if all have.
    #[serde(default)]
    pub targets: Vec<String>,
    /// The command whose arguments it takes.
    pub command: Option<String>,
    /// The schema's type that it takes.
    #[serde(rename = "type")]
    pub ty: Option<String>,
    /// The first series that reads the value as JSON if it begins with a brace.
    pub json_since: Option<Series>,
    /// How complete QEMU's list of its parameters is.
    #[serde(default)]
    pub parameters: ParameterList,
    /// Several occurrences are merged to one, which has no `id`.
    #[serde(default)]
    pub merges: bool,
}

/// How complete QEMU's list of the parameters of an option is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterList {
    /// If QEMU lists any parameter, it lists all.
    #[default]
    Complete,
    /// The option takes more, but what left the list was removed.
    Partial,
    /// The list proves presence only.
    Unlisted,
}

/// What follows an option.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptionForm {
    /// Nothing.
    Flag,
    /// One value that is read as a whole.
    #[default]
    Value,
    /// Parameters with values, separated by commas.
    Keys,
}

/// A parameter, or values of it, that QEMU does not list or that changed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ParameterEntry {
    /// The option.
    pub option: String,
    /// The name of the parameter.
    pub name: String,
    /// The values concerned; all if it is empty.
    #[serde(default)]
    pub values: Vec<String>,
    /// QEMU's name of the type of the parameter, if QEMU does not list it.
    #[serde(rename = "type")]
    pub ty: Option<String>,
    /// The first series with the parameter or value.
    pub since: Option<Series>,
    /// The last series with the parameter or value.
    pub until: Option<Series>,
    /// The first series that documents its deprecation.
    pub deprecated: Option<Series>,
    /// The last series that deprecates it, if a later one took that back.
    pub deprecated_until: Option<Series>,
    /// What replaces it.
    pub replacement: Option<String>,
    /// The first series in which the machine type decides whether it is accepted.
    pub depends_on_machine: Option<Series>,
    /// Why it went or will go, in a sentence.
    pub reason: Option<String>,
}

impl OptionTable {
    /// The name of the file.
    pub const FILE_NAME: &str = "command-line.toml";

    /// The entry of an option; of another name, that of the option itself.
    pub fn resolve(&self, name: &str) -> Option<&OptionEntry> {
        let entry = self.options.get(name)?;
        let target = entry.same_as.as_deref();
        target.map_or(Some(entry), |target| self.options.get(target))
    }
}
