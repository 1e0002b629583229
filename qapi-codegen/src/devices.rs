//! What `device_add` accepts: the devices of a release and their properties.
//!
//! No schema says it. It is asked of a running QEMU, whose build may lack
//! devices that another build has. Properties that come in the same company
//! wherever they come, such as those of all PCI devices, are one group, so that
//! they are written once and a difference in them is one difference.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::{Deserialize, Serialize};

use crate::load::Files;
use crate::version::Version;

/// The file in the folder of a series.
pub const DEVICES: &str = "devices.json";

/// Properties by name, each with its type as QEMU calls it: `bool`, `uint32`,
/// `str`, `size`, the name of an enum, `link<TYPE>`.
pub type Properties = BTreeMap<String, String>;

/// The devices of one build of QEMU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Devices {
    /// The release that was asked.
    pub release: Version,
    /// How whoever built it calls the package, which may be nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub package: String,
    /// Devices that there are, and whose properties QEMU did not list.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unlisted: BTreeSet<String>,
    /// Properties that always come together.
    groups: BTreeMap<String, Properties>,
    devices: BTreeMap<String, Device>,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// The names of its groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Its other properties.
    #[serde(default, skip_serializing_if = "Properties::is_empty")]
    pub properties: Properties,
}

/// Reads the devices of a series, where they are known.
///
/// # Errors
///
/// The file cannot be read, or does not say what it should.
pub fn load(files: &dyn Files, folder: &str) -> io::Result<Option<Devices>> {
    match files.read(&format!("{folder}/{DEVICES}")) {
        Ok(bytes) => Devices::read(&bytes).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Devices {
    /// The devices with these properties.
    pub fn new(release: Version, listed: &BTreeMap<String, Properties>) -> Devices {
        let mut devices = Devices {
            release,
            package: String::new(),
            unlisted: BTreeSet::new(),
            groups: BTreeMap::new(),
            devices: BTreeMap::new(),
        };
        for name in listed.keys() {
            devices.devices.insert(name.clone(), Device::default());
        }
        for (owners, properties) in companies(listed) {
            devices.add(&owners, properties);
        }
        devices
    }

    /// Reads the file of a series.
    ///
    /// # Errors
    ///
    /// It is not of this form, or a device is in a group that is not there.
    pub fn read(bytes: &[u8]) -> io::Result<Devices> {
        let invalid = |error: String| io::Error::new(io::ErrorKind::InvalidData, error);
        let read: Devices =
            serde_json::from_slice(bytes).map_err(|error| invalid(error.to_string()))?;
        for (name, device) in &read.devices {
            if let Some(group) = device
                .groups
                .iter()
                .find(|group| !read.groups.contains_key(*group))
            {
                return Err(invalid(format!(
                    "at devices.{name}.groups: there is no group `{group}`"
                )));
            }
        }
        Ok(read)
    }

    /// The text of the file of a series.
    pub fn to_text(&self) -> String {
        // Strings and maps of strings always have a text.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The devices whose properties are known, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.devices.keys().map(String::as_str)
    }

    /// The device with this name, if its properties are known.
    pub fn device(&self, name: &str) -> Option<&Device> {
        self.devices.get(name)
    }

    /// The properties of the group with this name.
    pub fn group(&self, name: &str) -> Option<&Properties> {
        self.groups.get(name)
    }

    /// All properties of a device with their types, those of its groups first.
    pub fn properties<'d>(
        &'d self,
        device: &'d Device,
    ) -> impl Iterator<Item = (&'d str, &'d str)> {
        let groups = device.groups.iter().filter_map(|name| self.group(name));
        let all = groups.chain([&device.properties]).flatten();
        all.map(|(name, ty)| (name.as_str(), ty.as_str()))
    }

    /// The type of one property of a device.
    pub fn property<'d>(&'d self, device: &'d Device, name: &str) -> Option<&'d str> {
        self.properties(device)
            .find(|(own, _)| *own == name)
            .map(|(_, ty)| ty)
    }

    /// Gives devices properties that all of them have and no other has.
    fn add(&mut self, owners: &BTreeSet<&str>, properties: Properties) {
        let owners = owners
            .iter()
            .map(|&owner| owner.to_owned())
            .collect::<Vec<_>>();
        if owners.len() < FEWEST_DEVICES || properties.len() < FEWEST_PROPERTIES {
            for owner in owners {
                let device = self.devices.entry(owner).or_default();
                device.properties.extend(properties.clone());
            }
            return;
        }
        let name = self.group_name(&properties);
        for owner in owners {
            self.devices
                .entry(owner)
                .or_default()
                .groups
                .push(name.clone());
        }
        self.groups.insert(name, properties);
    }

    /// A group is called by its first property, which is in one group only
    /// unless it has several types.
    fn group_name(&self, properties: &Properties) -> String {
        let (name, ty) = properties
            .first_key_value()
            .map_or(("", ""), |(name, ty)| (name, ty));
        match self.groups.contains_key(name) {
            true => format!("{name}:{ty}"),
            false => name.to_owned(),
        }
    }
}

/// What fewer devices share is written with each of them.
const FEWEST_DEVICES: usize = 3;

/// A group of fewer properties would be no shorter.
const FEWEST_PROPERTIES: usize = 2;

/// The properties by the devices that have them.
fn companies(listed: &BTreeMap<String, Properties>) -> BTreeMap<BTreeSet<&str>, Properties> {
    let mut owners: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (device, properties) in listed {
        for (name, ty) in properties.iter().filter(|(_, ty)| is_settable(ty)) {
            owners.entry((name, ty)).or_default().insert(device);
        }
    }
    let mut companies: BTreeMap<BTreeSet<&str>, Properties> = BTreeMap::new();
    for ((name, ty), owners) in owners {
        companies
            .entry(owners)
            .or_default()
            .insert(name.to_owned(), ty.to_owned());
    }
    companies
}

/// Whether a property of this type can be set by whoever makes a device; its
/// parts and what it counts are listed too.
fn is_settable(ty: &str) -> bool {
    !ty.starts_with("child<") && ty != "guest statistics"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed() -> BTreeMap<String, Properties> {
        let properties = |names: &[&str]| -> Properties {
            let typed = names.iter().filter_map(|name| name.split_once(' '));
            typed
                .map(|(name, ty)| (name.to_owned(), ty.to_owned()))
                .collect()
        };
        let pci = ["addr str", "rombar int32"];
        let with = |more: &[&str]| properties(&[&pci, more].concat());
        BTreeMap::from([
            ("e1000".to_owned(), with(&["mac str"])),
            ("lsi53c895a".to_owned(), with(&["ram child<memory-region>"])),
            ("nvme".to_owned(), with(&["serial str"])),
            ("sga".to_owned(), properties(&[])),
        ])
    }

    #[test]
    fn what_comes_together_is_written_once() {
        let devices = Devices::new(Version::new(10, 0, 0), &listed());
        let text = devices.to_text();
        assert_eq!(text.matches("rombar").count(), 1, "{text}");
        let nvme = devices.device("nvme").unwrap();
        assert_eq!(devices.property(nvme, "rombar"), Some("int32"));
        assert_eq!(devices.property(nvme, "serial"), Some("str"));
        assert_eq!(devices.property(nvme, "mac"), None);
    }

    #[test]
    fn parts_of_a_device_are_no_properties() {
        let devices = Devices::new(Version::new(10, 0, 0), &listed());
        let lsi = devices.device("lsi53c895a").unwrap();
        assert_eq!(devices.properties(lsi).count(), 2);
    }

    #[test]
    fn what_is_written_is_read() {
        let devices = Devices::new(Version::new(10, 0, 0), &listed());
        assert_eq!(
            Devices::read(devices.to_text().as_bytes()).unwrap(),
            devices
        );
    }

    #[test]
    fn a_group_that_is_not_there_is_named() {
        let text = r#"{"release": "2.5.1", "groups": {}, "devices": {"a": {"groups": ["b"]}}}"#;
        let error = Devices::read(text.as_bytes()).unwrap_err().to_string();
        assert!(
            error.contains("devices.a.groups") && error.contains("`b`"),
            "{error}"
        );
    }
}
