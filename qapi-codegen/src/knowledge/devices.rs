//! The devices that `device_add` accepts, with their properties.
//!
//! No schema lists them. A running QEMU is asked for them, and its build may
//! lack devices that another build has. Properties that always occur together,
//! such as those of all PCI devices, form a group, so that they are written
//! once and a difference in them is one difference.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::schema::BuiltinType;
use crate::version::Version;

/// Properties by name, each with QEMU's name of its type: `bool`, `uint32`,
/// `str`, `size`, the name of an enum, `link<TYPE>`.
pub type PropertyTypes = BTreeMap<String, String>;

/// The devices of one build of QEMU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceList {
    /// The release that was asked.
    pub release: Version,
    /// The package version of the build; often empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub package: String,
    /// Devices whose properties are not known; a leading `*` matches any text.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unlisted: BTreeSet<String>,
    /// Properties that always occur together.
    groups: BTreeMap<String, PropertyTypes>,
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
    #[serde(default, skip_serializing_if = "PropertyTypes::is_empty")]
    pub properties: PropertyTypes,
}

/// An invalid list of devices.
#[derive(Debug, thiserror::Error)]
pub enum DeviceListError {
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

impl DeviceList {
    /// The name of the file in the folder of a series.
    pub const FILE_NAME: &str = "devices.json";

    /// Creates a list of devices with these properties.
    pub fn new(release: Version, properties: &BTreeMap<String, PropertyTypes>) -> DeviceList {
        let mut list = DeviceList {
            release,
            package: String::new(),
            unlisted: BTreeSet::new(),
            groups: BTreeMap::new(),
            devices: BTreeMap::new(),
        };
        for name in properties.keys() {
            list.devices.insert(name.clone(), Device::default());
        }
        for (owners, properties) in group_by_owners(properties) {
            list.add_properties(&owners, properties);
        }
        list
    }

    /// Parses the text of a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the text has another form, or a device refers to a
    /// group that is not defined.
    pub fn parse(text: &[u8]) -> Result<DeviceList, DeviceListError> {
        let list: DeviceList = serde_json::from_slice(text)?;
        for (name, device) in &list.devices {
            let mut groups = device.groups.iter();
            if let Some(group) = groups.find(|group| !list.groups.contains_key(*group)) {
                return Err(DeviceListError::UndefinedGroup {
                    device: name.clone(),
                    group: group.clone(),
                });
            }
        }
        Ok(list)
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        // Strings and maps of strings always serialize.
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

    /// Returns whether this is a device whose properties are not known.
    pub fn is_unlisted(&self, name: &str) -> bool {
        let matches = |pattern: &String| {
            let end = pattern.strip_prefix('*');
            end.is_some_and(|end| name.ends_with(end))
        };
        self.unlisted.contains(name) || self.unlisted.iter().any(matches)
    }

    /// The properties of a group.
    pub fn group(&self, name: &str) -> Option<&PropertyTypes> {
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
    pub fn property_type<'d>(&'d self, device: &'d Device, name: &str) -> Option<&'d str> {
        let groups = device.groups.iter().filter_map(|group| self.group(group));
        let mut all = groups.chain([&device.properties]);
        all.find_map(|properties| properties.get(name))
            .map(String::as_str)
    }

    /// Adds properties that exactly these devices have.
    fn add_properties(&mut self, owners: &BTreeSet<&str>, properties: PropertyTypes) {
        let is_group = owners.len() >= MIN_GROUP_OWNERS && properties.len() >= MIN_GROUP_SIZE;
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
        let (name, ty) = properties
            .first_key_value()
            .map_or(("", ""), |(name, ty)| (name, ty));
        match self.groups.contains_key(name) {
            true => format!("{name}:{ty}"),
            false => name.to_owned(),
        }
    }
}

/// The built-in type that reads values as a property of this type does.
pub fn builtin_type(property_type: &str) -> Option<BuiltinType> {
    match property_type {
        "string" => Some(BuiltinType::Str),
        ty if ty.starts_with("link<") => Some(BuiltinType::Str),
        ty => BuiltinType::from_name(ty).filter(|builtin| *builtin != BuiltinType::Any),
    }
}

/// Properties of fewer devices are written with each device.
const MIN_GROUP_OWNERS: usize = 3;

/// A group of fewer properties would not be shorter.
const MIN_GROUP_SIZE: usize = 2;

/// Groups properties by the set of devices that have them.
fn group_by_owners(
    devices: &BTreeMap<String, PropertyTypes>,
) -> BTreeMap<BTreeSet<&str>, PropertyTypes> {
    let mut owners: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (device, properties) in devices {
        for (name, ty) in properties.iter().filter(|(_, ty)| is_settable(ty)) {
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

/// Returns whether `device_add` can set properties of a type. QEMU also lists
/// the components and statistics of a device.
fn is_settable(ty: &str) -> bool {
    !ty.starts_with("child<") && ty != "guest statistics"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed() -> BTreeMap<String, PropertyTypes> {
        let properties = |names: &[&str]| -> PropertyTypes {
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
    fn shared_properties_are_written_once() {
        let devices = DeviceList::new(Version::new(10, 0, 0), &listed());
        let text = devices.to_text();
        assert_eq!(text.matches("rombar").count(), 1, "{text}");
        let nvme = devices.device("nvme").unwrap();
        assert_eq!(devices.property_type(nvme, "rombar"), Some("int32"));
        assert_eq!(devices.property_type(nvme, "serial"), Some("str"));
        assert_eq!(devices.property_type(nvme, "mac"), None);
    }

    #[test]
    fn components_are_not_properties() {
        let devices = DeviceList::new(Version::new(10, 0, 0), &listed());
        let lsi = devices.device("lsi53c895a").unwrap();
        assert_eq!(devices.properties(lsi).count(), 2);
    }

    #[test]
    fn written_lists_parse() {
        let devices = DeviceList::new(Version::new(10, 0, 0), &listed());
        assert_eq!(
            DeviceList::parse(devices.to_text().as_bytes()).unwrap(),
            devices
        );
    }

    #[test]
    fn undefined_groups_are_errors() {
        let text = r#"{"release": "2.5.1", "groups": {}, "devices": {"a": {"groups": ["b"]}}}"#;
        let error = DeviceList::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(
            error.contains("devices.a.groups") && error.contains("`b`"),
            "{error}"
        );
    }
}
