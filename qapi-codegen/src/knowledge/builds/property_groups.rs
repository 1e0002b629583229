//! Properties that always occur together, such as those of all PCI devices.
//!
//! They are written once in a file.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::record::PropertyTypes;

/// The properties of one device, as written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupedDevice {
    /// The names of its groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Its other properties.
    #[serde(default, skip_serializing_if = "PropertyTypes::is_empty")]
    pub properties: PropertyTypes,
}

/// The properties of all devices of a build, as written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupedDevices {
    /// Properties that always occur together.
    pub groups: BTreeMap<String, PropertyTypes>,
    /// The devices.
    pub devices: BTreeMap<String, GroupedDevice>,
}

/// Properties of fewer devices are written with each device.
const MIN_OWNERS: usize = 3;

/// A group of fewer properties would not be shorter.
const MIN_PROPERTIES: usize = 2;

impl GroupedDevices {
    /// Groups the properties of devices.
    pub fn new(devices: &BTreeMap<String, PropertyTypes>) -> GroupedDevices {
        let mut grouped = GroupedDevices::default();
        for name in devices.keys() {
            grouped
                .devices
                .insert(name.clone(), GroupedDevice::default());
        }
        for (owners, properties) in group_by_owners(devices) {
            grouped.add(&owners, properties);
        }
        grouped
    }

    /// Adds properties that exactly these devices have.
    fn add(&mut self, owners: &BTreeSet<&str>, properties: PropertyTypes) {
        let is_group = owners.len() >= MIN_OWNERS && properties.len() >= MIN_PROPERTIES;
        let group = is_group.then(|| self.group_name(&properties));
        for &owner in owners {
            let device = self.devices.entry(owner.to_owned()).or_default();
            match &group {
                Some(name) => device.groups.push(name.clone()),
                None => device.properties.extend(properties.clone()),
            }
        }
        if let Some(name) = group {
            self.groups.insert(name, properties);
        }
    }

    /// Names a group after its first property, which is in one group only
    /// unless it has several types.
    fn group_name(&self, properties: &PropertyTypes) -> String {
        let first = properties.first_key_value();
        let (name, ty) = first.map_or(("", ""), |(name, ty)| (name, ty));
        match self.groups.contains_key(name) {
            true => format!("{name}:{ty}"),
            false => name.to_owned(),
        }
    }
}

/// Groups properties by the set of devices that have them.
fn group_by_owners(
    devices: &BTreeMap<String, PropertyTypes>,
) -> BTreeMap<BTreeSet<&str>, PropertyTypes> {
    let mut owners: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (device, properties) in devices {
        for (name, ty) in properties {
            owners.entry((name, ty)).or_default().insert(device);
        }
    }
    let mut groups: BTreeMap<BTreeSet<&str>, PropertyTypes> = BTreeMap::new();
    for ((name, ty), owners) in owners {
        let group = groups.entry(owners).or_default();
        group.insert(name.to_owned(), ty.to_owned());
    }
    groups
}
