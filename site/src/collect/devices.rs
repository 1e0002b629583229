//! Devices over all series, as far as the builds show them.

use std::collections::{BTreeMap, BTreeSet};

use qapi_codegen::diff::devices::device_history;
use qapi_codegen::knowledge::builds::is_cpu;
use qapi_codegen::knowledge::{BuildEvidence, DeviceStatus, MigrationRules};
use qapi_codegen::version::Series;

use super::changes::EntityChange;
use crate::presence::Presence;

/// A device or CPU model over all series.
#[derive(Debug, Clone)]
pub struct Device<'e> {
    /// The name.
    pub name: &'e str,
    /// `true` for a CPU model.
    pub is_cpu: bool,
    /// The series of which a build has it, or surrounded by such.
    pub presence: Presence,
    /// The series that are not known to have it or to lack it.
    pub unknown: Presence,
    /// The first series that is known to lack it after it was present.
    pub removed: Option<String>,
    /// The series of which a build of a target has it.
    pub targets: Vec<(&'e str, Presence)>,
    /// The properties; none for a device whose properties no build lists.
    pub properties: Vec<Property<'e>>,
    /// The series of which a build lists the properties.
    pub listed: Presence,
    /// The changes, oldest series first.
    pub changes: Vec<EntityChange>,
}

/// A property of a device over all series.
#[derive(Debug, Clone)]
pub struct Property<'e> {
    /// The name.
    pub name: &'e str,
    /// The types with the index of the first series of each, newest first.
    pub types: Vec<(usize, &'e str)>,
    /// The series of which a build lists it.
    pub presence: Presence,
    /// When it appeared, in words.
    pub since: String,
    /// When it disappeared, in words.
    pub removed: Option<String>,
}

/// Collects all devices, sorted by name.
pub fn devices<'e>(
    builds: &'e BuildEvidence,
    series: &'e [Series],
    migrations: &MigrationRules,
) -> Vec<Device<'e>> {
    let names: BTreeSet<&str> = builds
        .names()
        .filter(|name| builds.is_device(name))
        .collect();
    names
        .into_iter()
        .map(|name| Device {
            changes: device_changes(builds, series, migrations, name),
            ..device(builds, series, name)
        })
        .collect()
}

fn device<'e>(builds: &'e BuildEvidence, series: &'e [Series], name: &'e str) -> Device<'e> {
    let is_known = |index: &usize| {
        let release = builds.release(series[*index], None);
        release.device(name) == DeviceStatus::Known
    };
    let mut targets: BTreeMap<&str, Presence> = BTreeMap::new();
    let mut listed = Presence::default();
    for build in builds.builds_with(name) {
        let Some(index) = series.iter().position(|own| *own == build.series) else {
            continue;
        };
        targets.entry(&build.record.target).or_default().add(index);
        if build.record.lists_device(name) {
            listed.add(index);
        }
    }
    let removal = builds.device_removal(name, None);
    let presence: Presence = (0..series.len()).filter(is_known).collect();
    let is_removed = |index: usize| removal.is_some_and(|removal| removal.since <= series[index]);
    let unknown =
        (0..series.len()).filter(|index| !presence.contains(*index) && !is_removed(*index));
    Device {
        name,
        is_cpu: is_cpu(name),
        unknown: unknown.collect(),
        presence,
        removed: removal.map(|removal| removal.describe()),
        targets: targets.into_iter().collect(),
        properties: properties(builds, series, name, &listed),
        listed,
        changes: Vec::new(),
    }
}

fn properties<'e>(
    builds: &'e BuildEvidence,
    series: &'e [Series],
    device: &'e str,
    listed: &Presence,
) -> Vec<Property<'e>> {
    let mut properties: BTreeMap<&str, Property<'_>> = BTreeMap::new();
    let listing: Vec<_> = builds.builds_listing(device).collect();
    for build in listing.iter().rev() {
        let Some(index) = series.iter().position(|own| *own == build.series) else {
            continue;
        };
        // Interrupt lines, `gsi[0]`, are not for users.
        let own = build.record.properties(device);
        for (name, ty) in own.filter(|(name, _)| !name.contains('[')) {
            let property = properties.entry(name).or_insert_with(|| Property {
                name,
                types: Vec::new(),
                presence: Presence::default(),
                since: String::new(),
                removed: None,
            });
            if property.presence.contains(index) {
                continue;
            }
            property.presence.add(index);
            match property.types.last_mut() {
                Some((first, last)) if *last == ty => *first = index,
                _ => property.types.push((index, ty)),
            }
        }
    }
    for property in properties.values_mut() {
        date_property(builds, series, device, listed, property);
    }
    properties.into_values().collect()
}

fn date_property(
    builds: &BuildEvidence,
    series: &[Series],
    device: &str,
    listed: &Presence,
    property: &mut Property<'_>,
) {
    let first = property.presence.first().unwrap_or(0);
    property.since = match builds.property_addition(device, property.name) {
        Some(addition) if addition.is_exact => addition.since.to_string(),
        Some(addition) => format!("{} (not in {})", addition.since, addition.last_without),
        None if listed.first() == Some(first) => format!("{} or before", series[first]),
        None => series[first].to_string(),
    };
    let removal = builds.property_removal(device, property.name, None);
    property.removed = removal.map(|removal| removal.describe());
}

fn device_changes(
    builds: &BuildEvidence,
    series: &[Series],
    migrations: &MigrationRules,
    name: &str,
) -> Vec<EntityChange> {
    let Some(history) = device_history(builds, series, migrations, name) else {
        return Vec::new();
    };
    let index = |wanted: Series| series.iter().position(|own| *own == wanted).unwrap_or(0);
    let entries = history.entries.into_iter();
    let changes = entries.flat_map(|entry| {
        let changes = entry.changes.into_iter();
        changes.map(move |change| EntityChange {
            series: index(entry.series),
            compatibility: Some(change.compatibility),
            is_deprecation: false,
            is_behaviour: false,
            message: change.message.replace(&format!("<driver={name}>."), ""),
            advice: change.advice,
        })
    });
    changes.collect()
}
