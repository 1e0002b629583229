//! What people know about devices beyond the lists: `schemas/devices.toml`.

use serde::Deserialize;

/// What people know about devices beyond the lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceNotes {
    #[serde(default)]
    optional: Vec<OptionalDevices>,
    #[serde(default)]
    replaced: Vec<ReplacedDevice>,
}

/// Devices that builds leave out, so that their absence shows no removal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionalDevices {
    devices: Vec<String>,
    #[serde(rename = "reason")]
    _reason: String,
}

/// A device with what to use in its place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplacedDevice {
    device: String,
    advice: String,
}

impl DeviceNotes {
    /// The name of the file.
    pub const FILE_NAME: &str = "devices.toml";

    /// Returns whether builds leave out a device for another reason than its
    /// removal.
    pub fn is_optional(&self, device: &str) -> bool {
        let mut entries = self.optional.iter();
        entries.any(|entry| entry.devices.iter().any(|own| own == device))
    }

    /// The sentence that says what to use in place of a device.
    pub fn advice(&self, device: &str) -> Option<&str> {
        let mut entries = self.replaced.iter();
        let entry = entries.find(|entry| entry.device == device)?;
        Some(entry.advice.trim())
    }
}
