//! Properties that always occur together, such as those of all PCI devices.
//!
//! They are written once in a file.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::record::PropertyTypes;
use super::sorted_map::SortedMap;

/// The properties of one device, as written.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenDevice {
    /// The names of its groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Its other properties.
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    pub properties: PropertyTypes,
}

/// The properties of one device.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupedDevice {
    /// The indices of its groups.
    groups: Vec<usize>,
    /// Its other properties.
    properties: PropertyTypes,
}

/// The properties of all devices of a build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupedDevices {
    /// Properties that always occur together.
    pub groups: SortedMap<PropertyTypes>,
    /// The devices.
    pub devices: SortedMap<GroupedDevice>,
}

/// A group that is not defined.
#[derive(Debug)]
pub struct UndefinedGroup {
    /// The device.
    pub device: String,
    /// The group.
    pub group: String,
}

/// Properties of fewer devices are written with each device.
const MIN_OWNERS: usize = 3;

/// A group of fewer properties would not be shorter.
const MIN_PROPERTIES: usize = 2;

impl GroupedDevices {
    /// Groups the properties of devices.
    pub fn new(devices: &BTreeMap<String, PropertyTypes>) -> GroupedDevices {
        let mut grouping = Grouping::default();
        for name in devices.keys() {
            grouping.devices.entry(name).or_default();
        }
        for (owners, properties) in group_by_owners(devices) {
            grouping.add(&owners, properties);
        }
        // All groups are defined.
        grouping.resolve().unwrap_or_default()
    }

    /// Finds the groups of devices.
    ///
    /// # Errors
    ///
    /// A group is not defined.
    pub fn resolve(
        groups: SortedMap<PropertyTypes>,
        devices: SortedMap<WrittenDevice>,
    ) -> Result<GroupedDevices, UndefinedGroup> {
        let devices = devices.try_map(|device, written| {
            let index = |group: &String| {
                groups.position(group).ok_or_else(|| UndefinedGroup {
                    device: device.to_owned(),
                    group: group.clone(),
                })
            };
            Ok(GroupedDevice {
                groups: written.groups.iter().map(index).collect::<Result<_, _>>()?,
                properties: written.properties,
            })
        })?;
        Ok(GroupedDevices { groups, devices })
    }

    /// The devices as they are written.
    pub fn to_written(&self) -> SortedMap<WrittenDevice> {
        let written = |(name, device): (&str, &GroupedDevice)| {
            let groups = device
                .groups
                .iter()
                .map(|&group| self.groups.at(group).0.to_owned());
            let device = WrittenDevice {
                groups: groups.collect(),
                properties: device.properties.clone(),
            };
            (name.to_owned(), device)
        };
        self.devices.iter().map(written).collect()
    }

    /// The parts of the properties of a device.
    pub fn parts<'r>(
        &'r self,
        device: &'r GroupedDevice,
    ) -> impl Iterator<Item = &'r PropertyTypes> {
        let groups = device.groups.iter().map(|&group| self.groups.at(group).1);
        groups.chain([&device.properties])
    }
}

/// Devices whose groups are being found.
#[derive(Default)]
struct Grouping<'d> {
    groups: BTreeMap<String, Properties<'d>>,
    devices: BTreeMap<&'d str, (Vec<String>, Properties<'d>)>,
}

/// Properties with their types.
type Properties<'d> = BTreeMap<&'d str, &'d str>;

impl<'d> Grouping<'d> {
    /// Adds properties that exactly these devices have.
    fn add(&mut self, owners: &BTreeSet<&'d str>, properties: Properties<'d>) {
        let is_group = owners.len() >= MIN_OWNERS && properties.len() >= MIN_PROPERTIES;
        let group = is_group.then(|| self.group_name(&properties));
        for owner in owners {
            let (groups, own) = self.devices.entry(owner).or_default();
            match &group {
                Some(name) => groups.push(name.clone()),
                None => own.extend(&properties),
            }
        }
        if let Some(name) = group {
            self.groups.insert(name, properties);
        }
    }

    /// Names a group after its first property, which is in one group only
    /// unless it has several types.
    fn group_name(&self, properties: &Properties<'d>) -> String {
        let first = properties.first_key_value();
        let (name, ty) = first.map_or(("", ""), |(name, ty)| (name, ty));
        match self.groups.contains_key(name) {
            true => format!("{name}:{ty}"),
            false => name.to_owned(),
        }
    }

    fn resolve(self) -> Result<GroupedDevices, UndefinedGroup> {
        let types = |properties: Properties<'d>| -> PropertyTypes {
            let properties = properties.into_iter();
            properties.map(|(name, ty)| (name.to_owned(), ty)).collect()
        };
        let groups = self.groups.into_iter();
        let groups = groups.map(|(name, properties)| (name, types(properties)));
        let devices = self
            .devices
            .into_iter()
            .map(|(name, (groups, properties))| {
                let properties = types(properties);
                (name.to_owned(), WrittenDevice { groups, properties })
            });
        GroupedDevices::resolve(groups.collect(), devices.collect())
    }
}

/// Groups properties by the set of devices that have them.
fn group_by_owners(
    devices: &BTreeMap<String, PropertyTypes>,
) -> BTreeMap<BTreeSet<&str>, Properties<'_>> {
    let mut owners: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (device, properties) in devices {
        for (name, ty) in properties.iter() {
            owners
                .entry((name, ty.as_str()))
                .or_default()
                .insert(device);
        }
    }
    let mut groups: BTreeMap<BTreeSet<&str>, Properties<'_>> = BTreeMap::new();
    for ((name, ty), owners) in owners {
        groups.entry(owners).or_default().insert(name, ty);
    }
    groups
}
