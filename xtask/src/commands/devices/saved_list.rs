//! Saved lists of what a build has, in the two forms that are in use.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use qapi_codegen::knowledge::BuildRecord;
use qapi_codegen::knowledge::builds::{CompleteList, PropertyTypes, RecordSource, is_cpu};
use qapi_codegen::knowledge::command_line::{BuildCommandLine, BuildName};
use qapi_codegen::version::Version;

use super::command_line::SavedCommandLine;
use super::running::BuildReading;

/// A saved list.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum SavedList {
    /// All types, and the properties of some devices and objects.
    Types(TypeList),
    /// All devices with their properties.
    Devices(FullDeviceList),
}

/// All QOM types of a build, and the properties of some devices and objects.
#[derive(Deserialize)]
pub struct TypeList {
    release: Version,
    target: String,
    types: BTreeSet<String>,
    devices: BTreeMap<String, PropertyTypes>,
    #[serde(default)]
    objects: BTreeMap<String, PropertyTypes>,
    #[serde(flatten)]
    command_line: SavedCommandLine,
}

/// All devices of a build, as the replies to `device-list-properties`.
#[derive(Deserialize)]
pub struct FullDeviceList {
    version: BuildVersion,
    devices: BTreeMap<String, Vec<Property>>,
    /// Devices whose properties QEMU does not list.
    #[serde(default)]
    refused: BTreeMap<String, serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct BuildVersion {
    qemu: ReleaseNumbers,
    #[serde(default)]
    package: String,
}

#[derive(Deserialize)]
struct ReleaseNumbers {
    major: u32,
    minor: u32,
    micro: u32,
}

/// A property in a reply to `device-list-properties`.
#[derive(Deserialize)]
pub struct Property {
    name: String,
    #[serde(rename = "type")]
    ty: String,
}

impl SavedList {
    /// Converts the list. `target` is that of a list which does not state it.
    pub fn into_reading(self, target: Option<&str>) -> Option<BuildReading> {
        let (record, command_line) = match self {
            SavedList::Types(list) => {
                let (record, command_line) = list.into_records();
                (record, Some(command_line))
            }
            SavedList::Devices(list) => (list.into_record(target?), None),
        };
        Some(BuildReading {
            record,
            command_line,
            interruption: None,
        })
    }
}

impl TypeList {
    fn into_records(self) -> (BuildRecord, BuildCommandLine) {
        let (target, variant) = self.target.split_once('+').unwrap_or((&self.target, ""));
        let mut record =
            BuildRecord::new(self.release, target_name(target), RecordSource::Recorded);
        record.variant = variant.to_owned();
        record.lists = BTreeSet::from([CompleteList::Types]);
        record.types = self.types;
        record.objects = self.objects;
        record.set_devices(self.devices);
        let build = BuildName::from(&record);
        (record, self.command_line.into_command_line(build))
    }
}

impl FullDeviceList {
    fn into_record(self, target: &str) -> BuildRecord {
        let ReleaseNumbers {
            major,
            minor,
            micro,
        } = self.version.qemu;
        let release = Version::new(major, minor, micro);
        let mut record = BuildRecord::new(release, target, RecordSource::Asked);
        record.package = self.version.package;
        record.lists.insert(CompleteList::Devices);
        record.unlisted = self.refused.into_keys().collect();
        let devices = self.devices.into_iter();
        record.set_devices(
            devices
                .map(|(name, list)| (name, property_types(list)))
                .collect(),
        );
        if record.type_names().any(is_cpu) {
            record.lists.insert(CompleteList::Cpus);
        }
        record
    }
}

/// The properties of a device by name.
pub fn property_types(properties: Vec<Property>) -> PropertyTypes {
    let properties = properties.into_iter();
    properties
        .map(|property| (property.name, property.ty))
        .collect()
}

/// QEMU's name of a target, which `uname` calls differently.
fn target_name(machine: &str) -> &str {
    match machine {
        "armv7l" => "arm",
        machine => machine,
    }
}
