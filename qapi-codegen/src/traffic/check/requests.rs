//! What requests look like that no schema tells: `schemas/requests.toml`.

use serde::Deserialize;

use super::notes::has;
use crate::json::JsonValue;
use crate::version::Series;

/// What requests look like that no schema tells. People write it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requests {
    /// Members that the schema calls optional and the release does not.
    #[serde(default)]
    require: Vec<Requirement>,
    /// Other names of devices.
    #[serde(default)]
    device_alias: Vec<Alias>,
}

/// Members that a release wants although its schema calls them optional.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The commands.
    pub commands: Vec<String>,
    /// The first series that wants them, unless all do.
    #[serde(default, deserialize_with = "some_series")]
    pub since: Option<Series>,
    /// The last series that wants them, unless all do.
    #[serde(default, deserialize_with = "some_series")]
    pub until: Option<Series>,
    /// Paths into the arguments, with dots; one of them is wanted.
    pub one_of: Vec<String>,
    /// Whether more than one is refused.
    #[serde(default)]
    pub only_one: bool,
    /// Why, in sentences.
    pub reason: String,
}

/// Another name of a device, which `device_add` takes for it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// The other name.
    pub name: String,
    /// The device.
    pub device: String,
    /// The first series that knows it, unless all do.
    #[serde(default, deserialize_with = "some_series")]
    pub since: Option<Series>,
}

impl Requests {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// It is no TOML, a key is unknown or missing, or a release is none. The
    /// error knows the place.
    pub fn read(text: &str) -> Result<Requests, toml::de::Error> {
        toml::from_str(text)
    }

    /// What a series wants of a command.
    pub fn wanted(&self, command: &str, series: Series) -> impl Iterator<Item = &Requirement> {
        self.require.iter().filter(move |wanted| {
            wanted.since.is_none_or(|since| since <= series)
                && wanted.until.is_none_or(|until| until >= series)
                && wanted.commands.iter().any(|name| name == command)
        })
    }

    /// The device that a name means in a series.
    pub fn device<'n>(&'n self, name: &'n str, series: Series) -> &'n str {
        let mut known = self.device_alias.iter();
        let alias = known
            .find(|alias| alias.name == name && alias.since.is_none_or(|since| since <= series));
        alias.map_or(name, |alias| &alias.device)
    }
}

impl Requirement {
    /// Whether the objects are there that the wanted members are in.
    pub(super) fn within(&self, arguments: &JsonValue<'_>) -> bool {
        self.one_of.iter().all(|path| match path.rsplit_once('.') {
            Some((outer, _)) => has(arguments, outer),
            None => true,
        })
    }
}

fn some_series<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Series>, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map(Some).map_err(serde::de::Error::custom)
}
