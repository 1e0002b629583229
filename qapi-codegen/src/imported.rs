//! Restated schemas: the folder of a series, and how to read it.

use std::io;

use serde::{Deserialize, Serialize};

use crate::load::{self, Documentation, Files, Loaded};
use crate::overrides;
use crate::version::Version;

/// Which of QEMU's programs an interface belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interface {
    /// The system emulator.
    Qmp,
    /// The guest agent.
    Qga,
    /// The storage daemon.
    StorageDaemon,
}

impl Interface {
    /// The file that restates it in the folder of a series.
    pub fn file_name(self) -> &'static str {
        match self {
            Interface::Qmp => "qmp.json",
            Interface::Qga => "qga.json",
            Interface::StorageDaemon => "storage-daemon.json",
        }
    }

    /// A word for it that may stand in the name of a module.
    pub fn short_name(self) -> &'static str {
        match self {
            Interface::Qmp => "qmp",
            Interface::Qga => "qga",
            Interface::StorageDaemon => "qsd",
        }
    }

    /// Where QEMU has had its root file, the newest place first.
    pub fn roots(self) -> &'static [&'static str] {
        match self {
            Interface::Qmp => &["qapi/qapi-schema.json", "qapi-schema.json"],
            Interface::Qga => &["qga/qapi-schema.json"],
            Interface::StorageDaemon => &["storage-daemon/qapi/qapi-schema.json"],
        }
    }
}

/// The file that says where a restated schema came from.
pub const MANIFEST: &str = "manifest.toml";

/// The file that says where the wire of a release differs from its schema.
pub const OVERRIDES: &str = "overrides.toml";

/// Where a restated schema came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The release.
    pub release: Version,
    /// The interfaces that are restated.
    pub schema: Vec<Origin>,
}

/// Where one restated interface came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The interface.
    pub interface: Interface,
    /// The root file in the source tree.
    pub root: String,
    /// Whether the names of types are made up, because a running QEMU told the
    /// interface and not a source tree.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub synthesised: bool,
    /// The files that were read, in the order of their includes.
    pub input: Vec<Input>,
}

/// One file of the source tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Where it stands in the tree.
    pub path: String,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// Whether the names of an interface's types are made up.
    pub fn is_synthesised(&self, interface: Interface) -> bool {
        let mut origins = self.schema.iter();
        origins.any(|origin| origin.interface == interface && origin.synthesised)
    }
}

/// Reads the manifest in the folder of a series.
///
/// # Errors
///
/// The file cannot be read, or is no manifest.
pub fn manifest(files: &dyn Files, folder: &str) -> io::Result<Manifest> {
    let bytes = files.read(&format!("{folder}/{MANIFEST}"))?;
    toml::from_slice(&bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Loads a restated interface, changed by the overrides beside it.
///
/// # Errors
///
/// There is no such folder, it does not restate this interface, or a file of it
/// cannot be read. What is wrong with the overrides is among the diagnostics.
pub fn load(files: &dyn Files, folder: &str, interface: Interface) -> io::Result<Loaded> {
    let mut loaded = load_as_stated(files, folder, interface)?;
    let name = format!("{folder}/{OVERRIDES}");
    if interface != Interface::Qmp {
        return Ok(loaded);
    }
    match files.read(&name) {
        Ok(bytes) => overrides::apply(&mut loaded, &name, &String::from_utf8_lossy(&bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(loaded)
}

/// Loads a restated interface as its schema states it, without overrides.
///
/// # Errors
///
/// As for [`load()`].
pub fn load_as_stated(files: &dyn Files, folder: &str, interface: Interface) -> io::Result<Loaded> {
    let manifest = manifest(files, folder)?;
    let root = format!("{folder}/{}", interface.file_name());
    let mut loaded = load::load(files, &root, manifest.release)?;
    loaded.documentation = match manifest.is_synthesised(interface) {
        true => Documentation::None,
        false => Documentation::Facts,
    };
    Ok(loaded)
}
