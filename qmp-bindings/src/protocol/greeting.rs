//! The greeting of a server.

use super::options::Releases;
use crate::error::WrongReleaseError;
use crate::version::{Series, Version};

/// The first message of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Greeting {
    /// The version of QEMU.
    pub version: Version,
    /// The package version that a distribution adds; often empty.
    pub package: String,
    /// The capabilities that the server offers, such as `oob`.
    pub capabilities: Vec<String>,
}

impl Greeting {
    /// Returns `true` if the server offers out-of-band commands.
    pub fn offers_oob(&self) -> bool {
        self.capabilities.iter().any(|name| name == "oob")
    }
}

/// Chooses from `types`, the oldest first, the series that `releases` names, or the one
/// that fits a server best: its own, else the next older one, else the oldest.
///
/// # Errors
///
/// `types` has no type for the series of the server, and `releases` does not allow
/// those of a different one.
pub(crate) fn choose_types(
    greeting: &Greeting,
    types: &[Series],
    releases: &Releases,
) -> Result<Series, Box<WrongReleaseError>> {
    let found = greeting.version.series();
    let not_newer = types.iter().rfind(|&&series| series <= found);
    let nearest = match releases {
        Releases::Types(series) => types.iter().find(|&known| known == series),
        _ => not_newer.or(types.first()),
    };
    nearest
        .copied()
        .filter(|&series| series == found || releases.contains(found))
        .ok_or_else(|| {
            Box::new(WrongReleaseError {
                found: greeting.version,
                package: greeting.package.clone(),
                types: types.to_vec(),
            })
        })
}

super::plain_object! {
    Version = "the numbers of a version" {
        major: u32 = "major",
        minor: u32 = "minor",
        micro: u32 = "micro",
    }
}

/// The member `version` of the greeting.
#[derive(Debug, Default)]
struct VersionInfo {
    qemu: Version,
    package: String,
}

super::plain_object! {
    VersionInfo = "the version of a server" {
        qemu: Version = "qemu",
        package: String = "package",
    }
}

/// The greeting with the nesting that it has on the wire.
#[derive(Debug, Default)]
struct NestedGreeting {
    version: VersionInfo,
    capabilities: Vec<String>,
}

super::plain_object! {
    NestedGreeting = "the greeting of a server" {
        version: VersionInfo = "version",
        capabilities: Vec<String> = "capabilities",
    }
}

impl<'de> serde::Deserialize<'de> for Greeting {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        NestedGreeting::deserialize(deserializer).map(|nested| Greeting {
            version: nested.version.qemu,
            package: nested.version.package,
            capabilities: nested.capabilities,
        })
    }
}
