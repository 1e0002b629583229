//! The devices of a running QEMU.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use qapi_codegen::knowledge::BuildRecord;
use qapi_codegen::knowledge::builds::{CompleteList, PropertyTypes, RecordSource};
use qmp_bindings::Error;

use super::saved_list::{Property, property_types};
use crate::failure::Failure;
use crate::monitor::Monitor;
use crate::progress::progress_bar;

#[derive(Deserialize)]
struct TypeName {
    name: String,
}

#[derive(Deserialize)]
struct TargetInfo {
    arch: String,
}

/// Reads all types of a build, and all its devices with their properties. Some
/// devices exist whose properties QEMU does not list.
pub fn read_build(monitor: &mut Monitor) -> Result<BuildRecord, Failure> {
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
    let progress = progress_bar("reading devices", names.len() as u64);
    let mut devices = BTreeMap::new();
    for name in names {
        match device_properties(monitor, &name) {
            Ok(properties) => drop(devices.insert(name, properties)),
            Err(Error::Command(_)) => drop(record.unlisted.insert(name)),
            Err(error) => return Err(monitor.failure(&error)),
        }
        progress.inc(1);
    }
    record.set_devices(devices);
    Ok(record)
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
