//! What people know about devices beyond the lists: `schemas/devices.toml`.

use serde::Deserialize;

/// What people know about devices beyond the lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceNotes {
    #[serde(default)]
    optional: Vec<DeviceGroup>,
    #[serde(default)]
    internal: Vec<DeviceGroup>,
}

/// Devices with something in common, for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceGroup {
    devices: Vec<String>,
    #[serde(rename = "reason")]
    _reason: String,
}

impl DeviceNotes {
    /// The name of the file.
    pub const FILE_NAME: &str = "devices.toml";

    /// Returns whether builds leave out a device for another reason than its
    /// removal.
    pub fn is_optional(&self, device: &str) -> bool {
        contains(&self.optional, device)
    }

    /// Returns whether only QEMU itself creates a device.
    pub fn is_internal(&self, device: &str) -> bool {
        contains(&self.internal, device)
    }
}

fn contains(groups: &[DeviceGroup], device: &str) -> bool {
    let mut devices = groups.iter().flat_map(|group| &group.devices);
    devices.any(|own| own == device)
}
