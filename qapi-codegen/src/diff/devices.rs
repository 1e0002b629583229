//! Changes of the devices and properties that `device_add` accepts.
//!
//! A property that several devices lost is one change.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::knowledge::builds::CompleteList;
use crate::knowledge::{BuildRecord, ReleaseDevices};

/// The changes of what `device_add` accepts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DeviceChanges {
    /// The number of devices of both releases.
    pub compared: usize,
    /// The devices that only the old release has.
    pub removed: Vec<String>,
    /// The devices that only the new release has.
    pub added: Vec<String>,
    /// The properties that devices no longer have.
    pub removed_properties: Vec<PropertyChange>,
    /// The properties that have another type.
    pub changed_properties: Vec<PropertyChange>,
    /// The number of new properties of devices of both releases.
    pub added_properties: usize,
}

/// A change of a property in some devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PropertyChange {
    /// The property.
    pub property: String,
    /// Its type in the old release.
    pub old: String,
    /// Its type in the new release, or nothing if it was removed.
    pub new: Option<String>,
    /// The devices.
    pub devices: Vec<String>,
}

impl DeviceChanges {
    /// The removed and the changed properties.
    pub fn lost_properties(&self) -> impl Iterator<Item = &PropertyChange> {
        let removed = self.removed_properties.iter();
        removed.chain(&self.changed_properties)
    }
}

/// Compares two releases of which all devices of a build are known.
pub fn compare_devices(
    (old, new): (ReleaseDevices<'_>, ReleaseDevices<'_>),
) -> Option<DeviceChanges> {
    let (old_list, new_list) = (full_list(old)?, full_list(new)?);
    let both = old_list
        .devices()
        .filter(|name| new_list.lists_device(name));
    let both: Vec<&str> = both.collect();
    let missing = |list: &BuildRecord, other: ReleaseDevices<'_>| -> Vec<String> {
        let names = list
            .devices()
            .filter(|name| other.nearest_build(name).is_none());
        names.map(str::to_owned).collect()
    };
    let mut changes = DeviceChanges {
        compared: both.len(),
        removed: missing(old_list, new),
        added: missing(new_list, old),
        ..DeviceChanges::default()
    };
    let mut by_property: BTreeMap<PropertyKey<'_>, Vec<String>> = BTreeMap::new();
    for name in both {
        let before: BTreeMap<&str, &str> = old_list.properties(name).collect();
        let after: BTreeMap<&str, &str> = new_list.properties(name).collect();
        for key in changed_properties(&before, &after) {
            by_property.entry(key).or_default().push(name.to_owned());
        }
        let is_new = |property: &&&str| !before.contains_key(**property);
        changes.added_properties += after.keys().filter(is_new).count();
    }
    let all = by_property.into_iter();
    let all = all.map(|((property, old, new), devices)| PropertyChange {
        property: property.to_owned(),
        old: old.to_owned(),
        new: new.map(str::to_owned),
        devices,
    });
    (changes.removed_properties, changes.changed_properties) =
        all.partition(|change| change.new.is_none());
    Some(changes)
}

fn full_list(side: ReleaseDevices<'_>) -> Option<&BuildRecord> {
    let mut records = side.builds().map(|build| &build.record);
    records.find(|record| record.lists.contains(&CompleteList::Devices))
}

/// A property with its old type and its new one, if it has one.
type PropertyKey<'d> = (&'d str, &'d str, Option<&'d str>);

/// The properties that were removed or have another type.
fn changed_properties<'d>(
    before: &BTreeMap<&'d str, &'d str>,
    after: &BTreeMap<&'d str, &'d str>,
) -> Vec<PropertyKey<'d>> {
    let keys = before.iter();
    let keys = keys.map(|(&property, &old)| (property, old, after.get(property).copied()));
    let is_changed = |(_, old, new): &PropertyKey<'_>| {
        new.is_none_or(|new| canonical_type(new) != canonical_type(old))
    };
    keys.filter(is_changed).collect()
}

/// The values of a type. QEMU has several names for some types.
fn canonical_type(ty: &str) -> &str {
    match ty {
        "bool" | "boolean" => "bool",
        "str" | "string" => "str",
        other => other,
    }
}
