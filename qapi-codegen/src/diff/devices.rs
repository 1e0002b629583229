//! Changes of the devices, CPU models and properties that `device_add` accepts.
//!
//! They are findings like any other: a device is a branch of `device_add`, which
//! `driver` selects. What follows from the lists of builds is decided in
//! `knowledge::builds`.

mod changes;
mod history;
mod judgement;

use serde::Serialize;

use super::finding::Finding;
use crate::knowledge::{DeviceStatus, ReleaseDevices};
use crate::version::Series;

pub use history::device_history;

/// The extent of the comparison of devices.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DeviceCoverage<'s> {
    /// The number of devices of both releases.
    pub compared: usize,
    /// The devices of the old release that no known build of the new one has,
    /// although nothing shows their removal.
    pub undecided: Vec<&'s str>,
    /// The releases of which no build lists all its devices. With any, the
    /// devices are not compared.
    pub unlisted: Vec<Series>,
}

/// Determines the extent of the comparison of two releases.
pub fn device_coverage<'s>(old: ReleaseDevices<'s>, new: ReleaseDevices<'s>) -> DeviceCoverage<'s> {
    let unlisted = [old, new].into_iter().filter(|side| !side.is_listed());
    let mut coverage = DeviceCoverage {
        unlisted: unlisted.map(|side| side.series()).collect(),
        ..DeviceCoverage::default()
    };
    let names = old.names().into_iter();
    for name in names
        .filter(|_| coverage.unlisted.is_empty())
        .collect::<Vec<_>>()
    {
        match new.device(name) {
            DeviceStatus::Known => coverage.compared += 1,
            DeviceStatus::Unknown if new.lists_target_of(old, name) => {
                coverage.undecided.push(name);
            }
            DeviceStatus::Unknown => {}
            DeviceStatus::Removed(_) => {}
        }
    }
    coverage
}

/// The findings about devices between two releases.
pub fn device_findings<'s>(old: ReleaseDevices<'s>, new: ReleaseDevices<'s>) -> Vec<Finding<'s>> {
    let found = match old.series() <= new.series() {
        true => changes::upgrade_changes(old, new),
        false => {
            let changes = changes::upgrade_changes(new, old).into_iter();
            changes.map(changes::reverse).collect()
        }
    };
    judgement::judge_changes(&found)
}
