//! The file about one build, `schemas/SERIES/builds/RELEASE-TARGET.json`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::file_text;
use super::property_groups::{GroupedDevices, UndefinedGroup, WrittenDevice};
use super::sorted_map::{SortedMap, TypeName};
use crate::version::Version;

/// Properties by name, each with QEMU's name of its type: `bool`, `uint32`,
/// `str`, `size`, the name of an enum, `link<TYPE>`.
pub type PropertyTypes = SortedMap<TypeName>;

/// One build of QEMU with what it said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildRecord {
    /// The release.
    pub release: Version,
    /// The target architecture, such as `x86_64`.
    pub target: String,
    /// What is special about the build, such as `hvf`; often empty.
    pub variant: String,
    /// The package version; often empty.
    pub package: String,
    /// How the facts were obtained.
    pub source: RecordSource,
    /// The lists that are complete for this build.
    pub lists: BTreeSet<CompleteList>,
    /// QOM types other than those in `devices`; of some it is not known
    /// whether they are devices.
    pub types: BTreeSet<String>,
    /// Devices whose properties are not known.
    pub unlisted: BTreeSet<String>,
    /// Objects for `object-add` and machines, with their properties.
    pub objects: BTreeMap<String, PropertyTypes>,
    devices: GroupedDevices,
}

/// How the facts about a build were obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordSource {
    /// A running QEMU was asked for this project.
    Asked,
    /// Others recorded the answers of a running QEMU.
    Recorded,
}

/// A list that is complete for a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CompleteList {
    /// All CPU models.
    Cpus,
    /// All devices except CPUs, each with all its properties.
    Devices,
    /// All QOM types, devices and CPUs among them.
    Types,
}

/// An invalid file about a build.
#[derive(Debug, thiserror::Error)]
pub enum InvalidRecord {
    /// The text is not JSON of the expected form.
    #[error("{0}")]
    Form(#[from] serde_json::Error),
    /// A device refers to a group that is not defined.
    #[error("at devices.{device}.groups: undefined group `{group}`")]
    UndefinedGroup {
        /// The device.
        device: String,
        /// The group.
        group: String,
    },
}

/// The form of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordFile {
    release: Version,
    target: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    variant: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    package: String,
    source: RecordSource,
    lists: BTreeSet<CompleteList>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    types: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    unlisted: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    objects: BTreeMap<String, PropertyTypes>,
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    groups: SortedMap<PropertyTypes>,
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    devices: SortedMap<WrittenDevice>,
}

impl BuildRecord {
    /// The folder of the files in the folder of a series.
    pub const FOLDER: &str = "builds";

    /// Creates a record without facts.
    pub fn new(release: Version, target: &str, source: RecordSource) -> BuildRecord {
        BuildRecord {
            release,
            target: target.to_owned(),
            variant: String::new(),
            package: String::new(),
            source,
            lists: BTreeSet::new(),
            types: BTreeSet::new(),
            unlisted: BTreeSet::new(),
            objects: BTreeMap::new(),
            devices: GroupedDevices::default(),
        }
    }

    /// Sets the devices with their properties. Components and statistics of a
    /// device, which QEMU lists too, are left out, and a device is not repeated
    /// among the types.
    pub fn set_devices(&mut self, mut devices: BTreeMap<String, PropertyTypes>) {
        for (name, properties) in &mut devices {
            properties.retain(|ty| is_settable(ty.as_str()));
            self.types.remove(name);
        }
        self.devices = GroupedDevices::new(&devices);
    }

    /// Parses the text of a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the text has another form, or a device refers to a
    /// group that is not defined.
    pub fn parse(text: &[u8]) -> Result<BuildRecord, InvalidRecord> {
        let file: RecordFile = serde_json::from_slice(text)?;
        let devices = GroupedDevices::resolve(file.groups, file.devices);
        let devices =
            devices.map_err(
                |UndefinedGroup { device, group }| InvalidRecord::UndefinedGroup { device, group },
            )?;
        Ok(BuildRecord {
            release: file.release,
            target: file.target,
            variant: file.variant,
            package: file.package,
            source: file.source,
            lists: file.lists,
            types: file.types,
            unlisted: file.unlisted,
            objects: file.objects,
            devices,
        })
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let file = RecordFile {
            release: self.release,
            target: self.target.clone(),
            variant: self.variant.clone(),
            package: self.package.clone(),
            source: self.source,
            lists: self.lists.clone(),
            types: self.types.clone(),
            unlisted: self.unlisted.clone(),
            objects: self.objects.clone(),
            groups: self.devices.groups.clone(),
            devices: self.devices.to_written(),
        };
        // Strings, and maps and arrays of strings, always serialize.
        file_text::to_text(&serde_json::to_value(file).unwrap_or_default())
    }

    /// The name of the file.
    pub fn file_name(&self) -> String {
        let variant = match self.variant.as_str() {
            "" => String::new(),
            variant => format!("+{variant}"),
        };
        format!("{}-{}{variant}.json", self.release, self.target)
    }

    /// The build in words: `10.0.13 (x86_64)`.
    pub fn name(&self) -> String {
        format!("{} ({})", self.release, self.target)
    }

    /// Returns whether the build is of a development version, whose interface
    /// is not complete.
    pub fn is_prerelease(&self) -> bool {
        self.release.is_prerelease()
    }

    /// Returns whether a list includes all types of the kind of this one.
    pub fn lists_all_like(&self, name: &str) -> bool {
        let list = match super::is_cpu(name) {
            true => CompleteList::Cpus,
            false => CompleteList::Devices,
        };
        self.lists.contains(&CompleteList::Types) || self.lists.contains(&list)
    }

    /// The devices whose properties are known.
    pub fn devices(&self) -> impl Iterator<Item = &str> {
        self.devices.devices.iter().map(|(name, _)| name)
    }

    /// All known types of the build, devices among them.
    pub fn type_names(&self) -> impl Iterator<Item = &str> {
        let others = self.types.iter().chain(&self.unlisted);
        self.devices().chain(others.map(String::as_str))
    }

    /// Returns whether the properties of a device are known.
    pub fn lists_device(&self, device: &str) -> bool {
        self.devices.devices.contains_key(device)
    }

    /// The properties of a device with their types; none if they are not known.
    pub fn properties<'r>(&'r self, device: &str) -> impl Iterator<Item = (&'r str, &'r str)> {
        let properties = self.property_parts(device).flat_map(SortedMap::iter);
        properties.map(|(name, ty)| (name, ty.as_str()))
    }

    /// The type of one property of a device.
    pub fn property_type<'r>(&'r self, device: &str, property: &str) -> Option<&'r str> {
        let mut parts = self.property_parts(device);
        let ty = parts.find_map(|part| part.get(property));
        ty.map(TypeName::as_str)
    }

    /// The parts of the properties of a device; none if they are not known.
    pub(super) fn property_parts<'r>(
        &'r self,
        device: &str,
    ) -> impl Iterator<Item = &'r PropertyTypes> + use<'r> {
        let device = self.devices.devices.get(device).into_iter();
        device.flat_map(|device| self.devices.parts(device))
    }
}

/// Returns whether `device_add` can set properties of a type. QEMU also lists
/// the components and statistics of a device.
fn is_settable(ty: &str) -> bool {
    !ty.starts_with("child<") && ty != "guest statistics"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> BuildRecord {
        let properties = |names: &[&str]| -> PropertyTypes {
            let typed = names.iter().filter_map(|name| name.split_once(' '));
            typed
                .map(|(name, ty)| (name.to_owned(), ty.to_owned()))
                .collect()
        };
        let pci = ["addr str", "rombar int32"];
        let with = |more: &[&str]| properties(&[&pci, more].concat());
        let mut record = BuildRecord::new(Version::new(10, 0, 0), "x86_64", RecordSource::Recorded);
        record.lists = BTreeSet::from([CompleteList::Types]);
        record.types = ["PCI", "nvme"].map(str::to_owned).into();
        record.set_devices(BTreeMap::from([
            ("e1000".to_owned(), with(&["mac str"])),
            ("lsi53c895a".to_owned(), with(&["ram child<memory-region>"])),
            ("nvme".to_owned(), with(&["serial str"])),
            ("sga".to_owned(), properties(&[])),
        ]));
        record
    }

    #[test]
    fn shared_properties_are_written_once() {
        let record = record();
        let text = record.to_text();
        assert_eq!(text.matches("rombar").count(), 1, "{text}");
        assert_eq!(text.matches("\"nvme\"").count(), 1, "{text}");
        assert_eq!(record.property_type("nvme", "rombar"), Some("int32"));
        assert_eq!(record.property_type("nvme", "serial"), Some("str"));
        assert_eq!(record.property_type("nvme", "mac"), None);
    }

    #[test]
    fn components_are_not_properties() {
        assert_eq!(record().properties("lsi53c895a").count(), 2);
    }

    #[test]
    fn written_records_parse() {
        let record = record();
        let parsed = BuildRecord::parse(record.to_text().as_bytes()).unwrap();
        assert_eq!(parsed, record);
        assert_eq!(parsed.file_name(), "10.0.0-x86_64.json");
    }

    #[test]
    fn undefined_groups_are_errors() {
        let text = r#"{"release": "2.5.1", "target": "x86_64", "source": "asked",
            "lists": [], "devices": {"a": {"groups": ["b"]}}}"#;
        let error = BuildRecord::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(
            error.contains("devices.a.groups") && error.contains("`b`"),
            "{error}"
        );
    }
}
