//! What the lists of builds say about the devices of two releases.

use std::collections::BTreeSet;

use crate::diff::change::ChangeKind;
use crate::knowledge::builds::{builtin_type, is_cpu};
use crate::knowledge::{BuildEvidence, DeviceStatus, PropertyStatus, ReleaseDevices};
use crate::schema::JsonKind;
use crate::version::Series;
use crate::wire::IntegerRange;

/// A change of one device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeviceChange<'s> {
    /// The kind.
    pub kind: ChangeKind,
    /// The property, unless the change is of the device.
    pub property: Option<&'s str>,
    /// The name or the type in the old release.
    pub old: Option<&'s str>,
    /// The name or the type in the new release.
    pub new: Option<&'s str>,
    /// The series that made the change, if the one before is known.
    pub since: Option<Series>,
    /// The device.
    pub device: &'s str,
}

impl<'s> DeviceChange<'s> {
    /// A change of a device as a whole.
    pub fn new(device: &'s str) -> Self {
        DeviceChange {
            kind: ChangeKind::DeviceRemoved,
            property: None,
            old: None,
            new: None,
            since: None,
            device,
        }
    }
}

/// The changes from a release to a later one.
pub fn upgrade_changes<'s>(
    old: ReleaseDevices<'s>,
    new: ReleaseDevices<'s>,
) -> Vec<DeviceChange<'s>> {
    let mut changes = Vec::new();
    for name in old.evidence().names() {
        let before = old.device(name);
        let after = new.device(name);
        match (before, after) {
            (DeviceStatus::Known, DeviceStatus::Removed(_)) => {
                changes.extend(removal(old, new, name));
            }
            (DeviceStatus::Known, DeviceStatus::Known) => {
                changes.extend(property_changes(old, new, name));
            }
            (_, DeviceStatus::Known) => changes.extend(addition(old, new, name)),
            _ => {}
        }
    }
    changes
}

/// The removal of a device between two releases.
pub fn removal<'s>(
    old: ReleaseDevices<'s>,
    new: ReleaseDevices<'s>,
    device: &'s str,
) -> Option<DeviceChange<'s>> {
    let removal = old.evidence().device_removal(device, old.target())?;
    let is_between = old.series() < removal.since && removal.since <= new.series();
    is_between.then(|| DeviceChange {
        kind: match is_cpu(device) {
            true => ChangeKind::CpuModelRemoved,
            false => ChangeKind::DeviceRemoved,
        },
        old: Some(device),
        since: removal.is_exact.then_some(removal.since),
        ..DeviceChange::new(device)
    })
}

/// The addition of a device between two releases.
pub fn addition<'s>(
    old: ReleaseDevices<'s>,
    new: ReleaseDevices<'s>,
    device: &'s str,
) -> Option<DeviceChange<'s>> {
    let addition = old.evidence().device_addition(device)?;
    let is_between = old.series() <= addition.last_without && addition.since <= new.series();
    is_between.then(|| DeviceChange {
        kind: match is_cpu(device) {
            true => ChangeKind::CpuModelAdded,
            false => ChangeKind::DeviceAdded,
        },
        new: Some(device),
        since: addition.is_exact.then_some(addition.since),
        ..DeviceChange::new(device)
    })
}

/// The changes of the properties of a device that both releases have.
pub fn property_changes<'s>(
    old: ReleaseDevices<'s>,
    new: ReleaseDevices<'s>,
    device: &'s str,
) -> Vec<DeviceChange<'s>> {
    let evidence = old.evidence();
    let mut changes = Vec::new();
    let mut add = |kind, property, old, new, since| {
        changes.push(DeviceChange {
            kind,
            property: Some(property),
            old,
            new,
            since,
            device,
        });
    };
    let is_listed = old.lists_device(device) && new.lists_device(device);
    // The properties of CPUs depend on the accelerator.
    let is_comparable = is_listed || !is_cpu(device);
    if !is_comparable || evidence.notes().is_internal(device) {
        return changes;
    }
    for property in known_properties(old, device) {
        let PropertyStatus::Known(before) = old.property(device, property) else {
            continue;
        };
        let removal = evidence.property_removal(device, property, old.target());
        let removal = removal.filter(|own| own.is_exact).map(|own| own.since);
        match new.property(device, property) {
            PropertyStatus::Removed(_) | PropertyStatus::Absent => {
                let kind = match property.starts_with("x-") {
                    true => ChangeKind::PropertyRemovedUnstable,
                    false => ChangeKind::PropertyRemoved,
                };
                add(kind, property, before, None, removal);
            }
            PropertyStatus::Known(after) => {
                // A type that is inferred from other releases is not exact.
                if is_listed
                    && let (Some(old_type), Some(new_type)) = (before, after)
                    && !accepts_all(new_type, old_type)
                {
                    let since =
                        type_since(evidence, device, property, (old.series(), new.series()));
                    add(
                        ChangeKind::PropertyTypeChanged,
                        property,
                        before,
                        after,
                        since,
                    );
                }
            }
            PropertyStatus::Unknown(_) => {}
        }
    }
    if is_listed {
        let names = new.property_names(device).into_iter();
        // Interrupt lines, `gsi[0]`, are not for users.
        for property in names.filter(|name| !name.contains('[')) {
            let addition = evidence.property_addition(device, property);
            let is_between = |since: Series| old.series() < since && since <= new.series();
            if let Some(addition) = addition.filter(|own| is_between(own.since)) {
                let since = addition.is_exact.then_some(addition.since);
                let ty = new.property_type(device, property);
                add(ChangeKind::PropertyAdded, property, None, ty, since);
            }
        }
    }
    changes
}

/// The properties that builds of a release list; without such a build, those
/// that any build lists.
fn known_properties<'s>(release: ReleaseDevices<'s>, device: &'s str) -> BTreeSet<&'s str> {
    if release.lists_device(device) {
        return release.property_names(device);
    }
    let builds = release.evidence().builds_listing(device);
    let properties = builds.flat_map(|build| build.record.properties(device));
    properties.map(|(name, _)| name).collect()
}

/// The series that changed the type of a property, if the one before it is
/// known too.
fn type_since(
    evidence: &BuildEvidence,
    device: &str,
    property: &str,
    (old, new): (Series, Series),
) -> Option<Series> {
    let builds = evidence.builds_listing(device);
    let typed = builds.filter(|build| old <= build.series && build.series <= new);
    let typed = typed.filter_map(|build| {
        let ty = build.record.property_type(device, property)?;
        Some((build.series, ty))
    });
    let typed: Vec<(Series, &str)> = typed.collect();
    let mut changes = typed
        .windows(2)
        .filter(|pair| !accepts_all(pair[1].1, pair[0].1));
    let change = changes.next_back()?;
    evidence
        .is_next(change[0].0, change[1].0)
        .then_some(change[1].0)
}

/// Returns whether a type accepts all values of another. QEMU has several names
/// for some types.
fn accepts_all(new: &str, old: &str) -> bool {
    let (Some(old_type), Some(new_type)) = (builtin_type(old), builtin_type(new)) else {
        return old == new;
    };
    // The name of properties of all integer types.
    if new == "int" && old_type.json_kind() == JsonKind::Integer {
        return true;
    }
    let ranges = IntegerRange::from_builtin(old_type).zip(IntegerRange::from_builtin(new_type));
    match ranges {
        Some((old, new)) => new.low <= old.low && old.high <= new.high,
        None => old_type.json_kind() == new_type.json_kind(),
    }
}

/// The change in the other direction.
pub fn reverse(change: DeviceChange<'_>) -> DeviceChange<'_> {
    DeviceChange {
        kind: match change.kind {
            ChangeKind::DeviceRemoved => ChangeKind::DeviceAdded,
            ChangeKind::DeviceAdded => ChangeKind::DeviceRemoved,
            ChangeKind::CpuModelRemoved => ChangeKind::CpuModelAdded,
            ChangeKind::CpuModelAdded => ChangeKind::CpuModelRemoved,
            ChangeKind::PropertyRemoved | ChangeKind::PropertyRemovedUnstable => {
                ChangeKind::PropertyAdded
            }
            ChangeKind::PropertyAdded => ChangeKind::PropertyRemoved,
            kind => kind,
        },
        old: change.new,
        new: change.old,
        since: None,
        ..change
    }
}
