//! Changes of the devices and properties that `device_add` accepts.
//!
//! A property that several devices lost is one change.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::knowledge::{Device, DeviceList};

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

/// Compares two releases.
pub fn compare_devices((old, new): (&DeviceList, &DeviceList)) -> DeviceChanges {
    let names = old.names();
    let both: Vec<(&str, &Device, &Device)> = names
        .filter_map(|name| Some((name, old.device(name)?, new.device(name)?)))
        .collect();
    let mut changes = DeviceChanges {
        compared: both.len(),
        removed: missing_names(old, new),
        added: missing_names(new, old),
        ..DeviceChanges::default()
    };
    let mut by_property: BTreeMap<PropertyKey<'_>, Vec<String>> = BTreeMap::new();
    for (name, old_device, new_device) in both {
        let before: BTreeMap<&str, &str> = old.properties(old_device).collect();
        let after: BTreeMap<&str, &str> = new.properties(new_device).collect();
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
    changes
}

/// The devices of one list that the other does not know. A device that is
/// known but not listed may have been renamed.
fn missing_names(list: &DeviceList, other: &DeviceList) -> Vec<String> {
    let is_known = |name: &str| other.device(name).is_some() || other.unlisted.contains(name);
    let missing: BTreeSet<&str> = list.names().filter(|name| !is_known(name)).collect();
    missing.into_iter().map(str::to_owned).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::Version;

    fn devices(listed: &[(&str, &[(&str, &str)])]) -> DeviceList {
        let own = |text: &&str| (*text).to_owned();
        let properties =
            |list: &[(&str, &str)]| list.iter().map(|(name, ty)| (own(name), own(ty))).collect();
        let listed = listed
            .iter()
            .map(|(name, list)| (own(name), properties(list)))
            .collect();
        DeviceList::new(Version::new(2, 5, 0), &listed)
    }

    #[test]
    fn a_property_that_several_devices_lost_is_one_change() {
        let old = devices(&[
            ("a", &[("scsi", "bool"), ("x", "uint8")]),
            ("b", &[("scsi", "bool")]),
            ("old", &[]),
        ]);
        let new = devices(&[
            ("a", &[("x", "uint16"), ("y", "bool")]),
            ("b", &[]),
            ("new", &[]),
        ]);
        let changes = compare_devices((&old, &new));
        assert_eq!((changes.compared, changes.added_properties), (2, 1));
        assert_eq!(
            (&changes.removed[..], &changes.added[..]),
            (&["old".to_owned()][..], &["new".to_owned()][..])
        );
        assert_eq!(changes.removed_properties.len(), 1);
        assert_eq!(changes.removed_properties[0].devices, ["a", "b"]);
        assert_eq!(changes.changed_properties[0].new.as_deref(), Some("uint16"));
    }
}
