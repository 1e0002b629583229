//! Rules for requests that no schema states: `schemas/requests.toml`.

use serde::Deserialize;

use super::when::{self, ArgumentCondition};
use crate::json::JsonValue;
use crate::version::Series;

/// Rules for requests that no schema states. People write them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestRules {
    #[serde(default)]
    require: Vec<MemberRequirement>,
    #[serde(default)]
    reject: Vec<RequestRejection>,
    #[serde(default)]
    device_alias: Vec<DeviceAlias>,
    #[serde(default)]
    vendor: Vec<VendorCommands>,
}

/// Members of which a release requires one although its schema calls all of
/// them optional.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberRequirement {
    /// The commands.
    pub commands: Vec<String>,
    /// The first series that requires them; by default the oldest.
    #[serde(default)]
    pub since: Option<Series>,
    /// The last series that requires them; by default the newest.
    #[serde(default)]
    pub until: Option<Series>,
    /// The paths of the members.
    pub members: Vec<String>,
    /// `true` if QEMU rejects more than one of them.
    #[serde(default)]
    pub exactly_one: bool,
    /// The reason, in sentences.
    pub reason: String,
}

/// Requests that a release rejects although its schema allows them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestRejection {
    /// The commands.
    pub commands: Vec<String>,
    /// The first series that rejects them; by default the oldest.
    #[serde(default)]
    pub since: Option<Series>,
    /// The last series that rejects them; by default the newest.
    #[serde(default)]
    pub until: Option<Series>,
    /// The path of the argument that is rejected.
    pub path: String,
    /// Conditions, one of which has to hold.
    pub when: Vec<ArgumentCondition>,
    /// The reason, in sentences.
    pub reason: String,
    /// What to do, in sentences.
    pub advice: String,
}

/// An alternative name of a device in `device_add`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceAlias {
    /// The alternative name.
    pub name: String,
    /// The name in the list of devices.
    pub device: String,
    /// The first series that accepts it; by default the oldest.
    #[serde(default)]
    pub since: Option<Series>,
}

/// Commands that a downstream of QEMU adds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VendorCommands {
    /// The downstream.
    pub name: String,
    /// The commands.
    pub commands: Vec<String>,
    /// Their purpose and where they are published, in sentences.
    pub reason: String,
}

impl RequestRules {
    /// Parses the text of the file.
    ///
    /// # Errors
    ///
    /// Returns an error with its position if the text is not TOML, a key is
    /// unknown or missing, or a series is invalid.
    pub fn parse(text: &str) -> Result<RequestRules, toml::de::Error> {
        toml::from_str(text)
    }

    /// The requirements of a command in a series.
    pub fn requirements(
        &self,
        command: &str,
        series: Series,
    ) -> impl Iterator<Item = &MemberRequirement> {
        self.require.iter().filter(move |requirement| {
            is_in(series, requirement.since, requirement.until)
                && requirement.commands.iter().any(|name| name == command)
        })
    }

    /// The rejections of requests of a command in a series.
    pub fn rejections(
        &self,
        command: &str,
        series: Series,
    ) -> impl Iterator<Item = &RequestRejection> {
        self.reject.iter().filter(move |rejection| {
            is_in(series, rejection.since, rejection.until)
                && rejection.commands.iter().any(|name| name == command)
        })
    }

    /// The downstream that is known to have a command.
    pub fn vendor(&self, command: &str) -> Option<&VendorCommands> {
        let mut vendors = self.vendor.iter();
        vendors.find(|vendor| vendor.commands.iter().any(|own| own == command))
    }

    /// The name in the list of devices for a name in `device_add`.
    pub fn resolve_alias<'n>(&'n self, name: &'n str, series: Series) -> &'n str {
        let mut aliases = self.device_alias.iter();
        let alias = aliases
            .find(|alias| alias.name == name && alias.since.is_none_or(|since| since <= series));
        alias.map_or(name, |alias| &alias.device)
    }
}

/// Returns whether a series is in a range whose ends may be open.
fn is_in(series: Series, since: Option<Series>, until: Option<Series>) -> bool {
    since.is_none_or(|since| since <= series) && until.is_none_or(|until| series <= until)
}

impl MemberRequirement {
    /// Returns whether the objects that contain the members are all present.
    pub fn applies_to(&self, arguments: &JsonValue<'_>) -> bool {
        self.members.iter().all(|path| match path.rsplit_once('.') {
            Some((outer, _)) => when::is_present(arguments, outer),
            None => true,
        })
    }

    /// The number of the members that are present.
    pub fn count_present(&self, arguments: &JsonValue<'_>) -> usize {
        let members = self.members.iter();
        members
            .filter(|path| when::is_present(arguments, path))
            .count()
    }
}
