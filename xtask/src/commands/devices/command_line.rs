//! The options, machine types and CPU models of a build.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::json;

use qapi_codegen::knowledge::command_line::{
    BuildCommandLine, BuildName, CommandLineList, CommandLineRecord, CpuModel, MachineType,
    OptionParameters,
};
use qmp_bindings::Error;

use crate::failure::Failure;
use crate::files::{read_text, write_file};
use crate::monitor::Monitor;
use crate::workspace;

#[derive(Deserialize)]
struct OptionInfo {
    option: String,
    parameters: Vec<ParameterInfo>,
}

#[derive(Deserialize)]
struct ParameterInfo {
    name: String,
    #[serde(rename = "type")]
    ty: String,
}

#[derive(Deserialize)]
struct MachineInfo {
    name: String,
    alias: Option<String>,
    #[serde(default)]
    deprecated: bool,
}

#[derive(Deserialize)]
struct CpuInfo {
    name: String,
    #[serde(default)]
    deprecated: bool,
}

/// Asks a running QEMU. A list that this QEMU cannot give is left out.
pub fn read_command_line(
    monitor: &mut Monitor,
    build: BuildName,
) -> Result<BuildCommandLine, Error> {
    let mut found = BuildCommandLine::new(build);
    if let Some(options) = ask(monitor, "query-command-line-options")? {
        found.build.lists.insert(CommandLineList::Options);
        found.options = options.into_iter().map(option_parameters).collect();
    }
    if let Some(machines) = ask(monitor, "query-machines")? {
        found.build.lists.insert(CommandLineList::Machines);
        found.machines = machines.into_iter().flat_map(machine_types).collect();
    }
    if let Some(cpus) = ask(monitor, "query-cpu-definitions")? {
        found.build.lists.insert(CommandLineList::Cpus);
        found.cpus = cpus.into_iter().map(cpu_model).collect();
    }
    Ok(found)
}

/// Adds what is known about a build to the file of its series.
pub fn write_command_line(folder: &Path, build: BuildCommandLine) -> Result<(), Failure> {
    let path = folder.join(CommandLineRecord::FILE_NAME);
    let mut record = match path.exists() {
        true => {
            let record = CommandLineRecord::parse(read_text(&path)?.as_bytes());
            let shown = workspace::shown(&path);
            record.map_err(|error| Failure::new(format!("`{shown}`: {error}")))?
        }
        false => CommandLineRecord::default(),
    };
    record.set(build);
    write_file(&path, &record.to_text())
}

/// The reply of a command, or nothing if QEMU rejects it.
fn ask<T: serde::de::DeserializeOwned>(
    monitor: &mut Monitor,
    command: &str,
) -> Result<Option<Vec<T>>, Error> {
    match monitor.query(command, &json!({})) {
        Ok(reply) => Ok(Some(reply)),
        Err(Error::Command(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn option_parameters(info: OptionInfo) -> (String, OptionParameters) {
    let parameters = info.parameters.into_iter();
    let parameters = parameters.map(|parameter| (parameter.name, parameter.ty));
    (info.option, parameters.collect())
}

/// A machine type, and its other name.
fn machine_types(info: MachineInfo) -> impl Iterator<Item = (String, MachineType)> {
    let is_deprecated = info.deprecated;
    let alias = info.alias.map(|alias| {
        let alias_of = Some(info.name.clone());
        let machine = MachineType {
            alias_of,
            is_deprecated,
        };
        (alias, machine)
    });
    let machine = MachineType {
        alias_of: None,
        is_deprecated,
    };
    [(info.name, machine)].into_iter().chain(alias)
}

fn cpu_model(info: CpuInfo) -> (String, CpuModel) {
    let is_deprecated = info.deprecated;
    (info.name, CpuModel { is_deprecated })
}

/// Options, machine types and CPU models as they are saved.
#[derive(Deserialize)]
pub struct SavedCommandLine {
    #[serde(default)]
    options: BTreeMap<String, OptionParameters>,
    #[serde(default)]
    machines: BTreeSet<String>,
    #[serde(default)]
    deprecated_machines: BTreeSet<String>,
    #[serde(default)]
    cpus: BTreeSet<String>,
}

impl SavedCommandLine {
    /// Converts the lists. An empty one was not asked for, or QEMU did not have it.
    pub fn into_command_line(self, mut build: BuildName) -> BuildCommandLine {
        let lists = [
            (CommandLineList::Cpus, self.cpus.is_empty()),
            (CommandLineList::Machines, self.machines.is_empty()),
            (CommandLineList::Options, self.options.is_empty()),
        ];
        let complete = lists.into_iter().filter(|(_, is_empty)| !is_empty);
        build.lists = complete.map(|(list, _)| list).collect();
        let machine = |name: String| {
            let machine = MachineType {
                alias_of: None,
                is_deprecated: self.deprecated_machines.contains(&name),
            };
            (name, machine)
        };
        BuildCommandLine {
            build,
            options: self.options,
            machines: self.machines.into_iter().map(machine).collect(),
            cpus: self
                .cpus
                .into_iter()
                .map(|name| (name, CpuModel::default()))
                .collect(),
        }
    }
}
