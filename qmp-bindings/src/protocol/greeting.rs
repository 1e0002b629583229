//! What a server says of itself, and what a client makes of it.

use std::fmt;

use serde_json::{Value, json};

use super::options::{Options, Releases};
use crate::Series;
use crate::error::{Error, WrongRelease};

/// The version of a server, such as `2.11.1`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number; from 50 on it is a state of development, from 90 on a
    /// release candidate, of the next series.
    pub micro: u32,
}

impl Version {
    /// The series to which it belongs.
    pub fn series(self) -> Series {
        Series {
            major: self.major,
            minor: self.minor,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

/// The first thing that a server sends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Greeting {
    /// The version of QEMU.
    pub version: Version,
    /// What the distribution says of its package; often empty.
    pub package: String,
    /// What the server can do if asked for it, such as `oob`.
    pub capabilities: Vec<String>,
}

impl Greeting {
    /// Whether commands can be sent out of band.
    pub fn offers_oob(&self) -> bool {
        self.capabilities.iter().any(|name| name == "oob")
    }
}

/// Says whether types of one release may be used with this server.
///
/// # Errors
///
/// The server is of another series, and no range that it is in was allowed.
pub(crate) fn check(
    greeting: &Greeting,
    types: Series,
    releases: &Releases,
) -> Result<(), Box<WrongRelease>> {
    let found = greeting.version.series();
    if found == types || releases.contains(found) {
        return Ok(());
    }
    Err(wrong(greeting, &[types]))
}

/// Chooses the types for a server, from those that there are, the oldest first.
///
/// # Errors
///
/// There are none for it.
pub(crate) fn choose(
    greeting: &Greeting,
    types: &[Series],
    releases: &Releases,
) -> Result<Series, Box<WrongRelease>> {
    let found = greeting.version.series();
    let not_newer = types.iter().rfind(|&&series| series <= found);
    let nearest = not_newer.or(types.first()).copied();
    nearest
        .filter(|&series| series == found || releases.contains(found))
        .ok_or_else(|| wrong(greeting, types))
}

fn wrong(greeting: &Greeting, types: &[Series]) -> Box<WrongRelease> {
    Box::new(WrongRelease {
        found: greeting.version,
        package: greeting.package.clone(),
        types: types.to_vec(),
    })
}

/// Whether to ask for `oob`.
///
/// # Errors
///
/// It was asked for and is not offered.
pub(crate) fn wants_oob(greeting: &Greeting, options: &Options) -> Result<bool, Error> {
    if options.oob && !greeting.offers_oob() {
        return Err(Error::Unsupported(
            "this server does not offer out-of-band commands: QEMU does from 4.0 on, \
             where the monitor is a socket of its own",
        ));
    }
    Ok(options.oob)
}

/// The arguments of `qmp_capabilities`.
///
/// Up to 2.11 the command takes none, so nothing is said unless it has to be.
pub(crate) fn negotiation(oob: bool) -> Value {
    if oob {
        json!({ "enable": ["oob"] })
    } else {
        json!({})
    }
}

/// `version` of the greeting, and what `query-version` returns.
#[derive(Debug, Default)]
struct VersionInfo {
    qemu: Version,
    package: String,
}

super::plain_object! {
    Version = "the numbers of a version" {
        major: u32 = "major",
        minor: u32 = "minor",
        micro: u32 = "micro",
    }
}

super::plain_object! {
    VersionInfo = "the version of a server" {
        qemu: Version = "qemu",
        package: String = "package",
    }
}

impl<'de> serde::Deserialize<'de> for Greeting {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Wire::deserialize(deserializer).map(|wire| Greeting {
            version: wire.version.qemu,
            package: wire.version.package,
            capabilities: wire.capabilities,
        })
    }
}

/// The greeting as it is nested on the wire.
#[derive(Debug, Default)]
struct Wire {
    version: VersionInfo,
    capabilities: Vec<String>,
}

super::plain_object! {
    Wire = "the greeting of a server" {
        version: VersionInfo = "version",
        capabilities: Vec<String> = "capabilities",
    }
}
