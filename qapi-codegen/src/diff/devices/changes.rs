//! What the lists of builds say about the devices of two releases.

use std::collections::BTreeSet;

use crate::diff::change::ChangeKind;
use crate::knowledge::builds::{builtin_type, is_cpu};
use crate::knowledge::{
    BuildEvidence, DeviceListings, DeviceStatus, PropertyStatus, ReleaseDevices,
};
use crate::parallel;
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
    let names: Vec<&str> = old.evidence().names().collect();
    let changes = parallel::map(&names, |name| match (old.device(name), new.device(name)) {
        (DeviceStatus::Known, DeviceStatus::Removed(_)) => {
            removal(old, new, name).into_iter().collect()
        }
        (DeviceStatus::Known, DeviceStatus::Known) => property_changes(old, new, name),
        (_, DeviceStatus::Known) => addition(old, new, name).into_iter().collect(),
        _ => Vec::new(),
    });
    changes.into_iter().flatten().collect()
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
    let is_listed = old.lists_device(device) && new.lists_device(device);
    let comparison = PropertyComparison {
        old,
        new,
        listings: (old.listings(device), new.listings(device)),
        device,
        is_listed,
    };
    // The properties of CPUs depend on the accelerator.
    let is_comparable = is_listed || !is_cpu(device);
    if !is_comparable || old.evidence().notes().is_internal(device) {
        return Vec::new();
    }
    let known = known_properties(old, device).into_iter();
    let mut changes: Vec<_> = known
        .filter_map(|property| comparison.change(property))
        .collect();
    if is_listed {
        let before = old.property_names(device);
        let names = new.property_names(device).into_iter();
        // Interrupt lines, `gsi[0]`, are not for users.
        let names = names.filter(|name| !name.contains('[') && !before.contains(name));
        changes.extend(names.filter_map(|property| comparison.addition(property)));
    }
    changes
}

/// The properties of one device in two releases.
struct PropertyComparison<'s> {
    old: ReleaseDevices<'s>,
    new: ReleaseDevices<'s>,
    /// What builds list, as the evidence for each release has it.
    listings: (DeviceListings<'s>, DeviceListings<'s>),
    device: &'s str,
    /// Builds of both releases list the properties.
    is_listed: bool,
}

impl<'s> PropertyComparison<'s> {
    /// The change of a property that the old release may have.
    fn change(&self, property: &'s str) -> Option<DeviceChange<'s>> {
        let (old, new) = (&self.listings.0, &self.listings.1);
        // Without lists of both releases only a removal is shown.
        if !self.is_listed && !self.new.lacks_property(new, property) {
            return None;
        }
        let before = self.old.listed_property(old, self.device, property);
        let PropertyStatus::Known(before) = before else {
            return None;
        };
        let change = DeviceChange {
            property: Some(property),
            old: before,
            ..DeviceChange::new(self.device)
        };
        match self.new.listed_property(new, self.device, property) {
            PropertyStatus::Removed(_) | PropertyStatus::Absent => Some(self.removal(change)),
            PropertyStatus::Known(after) => self.type_change(change, before?, after?),
            PropertyStatus::Unknown(_) => None,
        }
    }

    fn removal(&self, change: DeviceChange<'s>) -> DeviceChange<'s> {
        let property = change.property.unwrap_or_default();
        let evidence = self.old.evidence();
        let removal = evidence.property_removal(self.device, property, self.old.target());
        DeviceChange {
            kind: match property.starts_with("x-") {
                true => ChangeKind::PropertyRemovedUnstable,
                false => ChangeKind::PropertyRemoved,
            },
            since: removal.filter(|own| own.is_exact).map(|own| own.since),
            ..change
        }
    }

    /// The change of a type. One that is inferred from other releases is not exact.
    fn type_change(
        &self,
        change: DeviceChange<'s>,
        before: &'s str,
        after: &'s str,
    ) -> Option<DeviceChange<'s>> {
        let releases = (self.old.series(), self.new.series());
        let property = change.property.unwrap_or_default();
        let is_change = self.is_listed && !accepts_all(after, before);
        is_change.then(|| DeviceChange {
            kind: ChangeKind::PropertyTypeChanged,
            new: Some(after),
            since: type_since(self.old.evidence(), self.device, property, releases),
            ..change
        })
    }

    /// The addition of a property that the new release has.
    fn addition(&self, property: &'s str) -> Option<DeviceChange<'s>> {
        // Both releases list the device, so these are its own listings.
        let addition = self.listings.0.addition(property)?;
        let is_between = self.old.series() < addition.since && addition.since <= self.new.series();
        is_between.then(|| DeviceChange {
            kind: ChangeKind::PropertyAdded,
            property: Some(property),
            new: self.new.property_type(self.device, property),
            since: addition.is_exact.then_some(addition.since),
            ..DeviceChange::new(self.device)
        })
    }
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
