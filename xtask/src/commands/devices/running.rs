//! The devices of a running QEMU.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use qapi_codegen::knowledge::BuildRecord;
use qapi_codegen::knowledge::builds::{CompleteList, PropertyTypes, RecordSource};
use qapi_codegen::knowledge::command_line::{BuildCommandLine, BuildName};
use qmp_bindings::Error;

use super::command_line::read_command_line;
use super::saved_list::{Property, property_types};
use crate::failure::Failure;
use crate::monitor::Monitor;
use crate::progress::progress_bar;
use crate::render::count;

#[derive(Deserialize)]
struct TypeName {
    name: String,
}

#[derive(Deserialize)]
struct TargetInfo {
    arch: String,
}

/// The facts that were read about a build.
#[derive(Debug)]
pub struct BuildReading {
    pub record: BuildRecord,
    /// The options, machine types and CPU models, if they are known.
    pub command_line: Option<BuildCommandLine>,
    /// QEMU ended before all devices were read.
    pub interruption: Option<Failure>,
}

/// Reads all types of a build, and all its devices with their properties. Some
/// devices exist whose properties QEMU does not list, and some QEMUs end when they
/// are asked for those of a certain device. Then the names of all devices are kept.
pub fn read_build(monitor: &mut Monitor) -> Result<BuildReading, Failure> {
    let query = |monitor: &mut Monitor| -> Result<_, Error> {
        let target: TargetInfo = monitor.query("query-target", &json!({}))?;
        let types = type_names(monitor, &json!({ "abstract": false }))?;
        let devices = json!({ "implements": "device", "abstract": false });
        Ok((target.arch, types, type_names(monitor, &devices)?))
    };
    let (target, types, names) = query(monitor).map_err(|error| monitor.failure(&error))?;
    let mut record = BuildRecord::new(monitor.version(), &target, RecordSource::Asked);
    record.package = monitor.package();
    record.lists = BTreeSet::from([CompleteList::Devices, CompleteList::Types]);
    record.types = types.difference(&names).cloned().collect();
    let command_line = read_command_line(monitor, BuildName::from(&record))
        .map_err(|error| monitor.failure(&error))?;
    let progress = progress_bar("reading devices", names.len() as u64);
    let mut devices = BTreeMap::new();
    let mut interruption = None;
    let mut names = names.into_iter();
    while let Some(name) = names.next() {
        match device_properties(monitor, &name) {
            Ok(properties) => drop(devices.insert(name, properties)),
            Err(Error::Command(_)) => drop(record.unlisted.insert(name)),
            Err(Error::Closed(_)) => {
                interruption = Some(ended(&name, names.len()));
                record.unlisted.insert(name);
                record.unlisted.extend(names.by_ref());
            }
            Err(error) => return Err(monitor.failure(&error)),
        }
        progress.inc(1);
    }
    record.set_devices(devices);
    Ok(BuildReading {
        record,
        command_line: Some(command_line),
        interruption,
    })
}

fn ended(device: &str, remaining: usize) -> Failure {
    let message = format!("QEMU ended when it was asked for the properties of `{device}`");
    Failure::new(message).with_help(format!(
        "a new record has {device} and the {} after it without properties; use a build without \
         this device, or one that survives the question",
        count(remaining, "device")
    ))
}

fn type_names(
    monitor: &mut Monitor,
    arguments: &serde_json::Value,
) -> Result<BTreeSet<String>, Error> {
    let types: Vec<TypeName> = monitor.query("qom-list-types", arguments)?;
    Ok(types.into_iter().map(|found| found.name).collect())
}

fn device_properties(monitor: &mut Monitor, name: &str) -> Result<PropertyTypes, Error> {
    let arguments = json!({ "typename": name });
    let properties: Vec<Property> = monitor.query("device-list-properties", &arguments)?;
    Ok(property_types(properties))
}

#[cfg(all(test, unix))]
mod tests {
    use qapi_codegen::knowledge::command_line::CommandLineList;

    use super::*;
    use crate::monitor::tests::{GREETING, READY, serve};

    #[test]
    fn devices_are_kept_when_qemu_ends() {
        let devices = r#"{"return": [{"name": "a"}, {"name": "b"}, {"name": "c"}], "id": ID}"#;
        let messages = [
            GREETING,
            READY,
            r#"{"return": {"arch": "x86_64"}, "id": ID}"#,
            devices,
            devices,
            r#"{"return": [{"option": "m", "parameters": [{"name": "size", "type": "size"}]}], "id": ID}"#,
            r#"{"return": [{"name": "pc-2.11", "alias": "pc", "cpu-max": 1}], "id": ID}"#,
            r#"{"error": {"class": "CommandNotFound", "desc": ""}, "id": ID}"#,
            r#"{"return": [{"name": "p", "type": "bool"}], "id": ID}"#,
        ];
        let folder = tempfile::tempdir().unwrap();
        let mut monitor = Monitor::connect(&serve(&folder, &messages)).unwrap();
        let build = read_build(&mut monitor).unwrap();
        let interruption = build.interruption.expect("QEMU ended").to_string();
        assert!(interruption.contains("properties of `b`"), "{interruption}");
        assert_eq!(build.record.unlisted, ["b", "c"].map(str::to_owned).into());
        assert_eq!(build.record.devices().collect::<Vec<_>>(), ["a"]);
        let command_line = build.command_line.expect("QEMU was asked");
        assert_eq!(command_line.options["m"]["size"], "size");
        assert_eq!(
            command_line.machines["pc"].alias_of.as_deref(),
            Some("pc-2.11")
        );
        let lists = [CommandLineList::Machines, CommandLineList::Options];
        assert_eq!(command_line.build.lists, lists.into());
    }
}
