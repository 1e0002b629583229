//! Imported schemas: the layout of the folders `schemas/SERIES/`.
//!
//! Files are read through [`Files`] only.

pub mod combined;
mod subset;

use std::io;

use serde::{Deserialize, Serialize};

pub use subset::SchemaSubset;

use crate::load::{self, DocumentationKind, Files, LoadedSchema};
use crate::overrides;
use crate::version::{Series, Version};

/// A program of QEMU that has an interface of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QemuProgram {
    /// The system emulator.
    #[serde(rename = "qmp")]
    Emulator,
    /// The guest agent.
    #[serde(rename = "qga")]
    GuestAgent,
    /// The storage daemon.
    StorageDaemon,
}

impl QemuProgram {
    /// All programs.
    pub const ALL: [QemuProgram; 3] = [
        QemuProgram::Emulator,
        QemuProgram::GuestAgent,
        QemuProgram::StorageDaemon,
    ];

    /// The name of its imported schema in the folder of a series.
    pub fn file_name(self) -> &'static str {
        match self {
            QemuProgram::Emulator => "qmp.json",
            QemuProgram::GuestAgent => "qga.json",
            QemuProgram::StorageDaemon => "storage-daemon.json",
        }
    }

    /// The program in a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            QemuProgram::Emulator => "the emulator",
            QemuProgram::GuestAgent => "the guest agent",
            QemuProgram::StorageDaemon => "the storage daemon",
        }
    }

    /// A short name, which is valid in the name of a Rust module.
    pub fn short_name(self) -> &'static str {
        match self {
            QemuProgram::Emulator => "qmp",
            QemuProgram::GuestAgent => "qga",
            QemuProgram::StorageDaemon => "qsd",
        }
    }

    /// The paths of the root file in QEMU's source tree, the newest first.
    pub fn roots(self) -> &'static [&'static str] {
        match self {
            QemuProgram::Emulator => &["qapi/qapi-schema.json", "qapi-schema.json"],
            QemuProgram::GuestAgent => &["qga/qapi-schema.json"],
            QemuProgram::StorageDaemon => &["storage-daemon/qapi/qapi-schema.json"],
        }
    }
}

/// Returns the commands that the text of an imported schema defines, without
/// parsing it. Its layout has the name of a command at the beginning of a line,
/// after the bracket or below it.
pub fn command_names(text: &str) -> impl Iterator<Item = &str> {
    let members = text.lines().map(|line| line.trim_start_matches(['{', ' ']));
    let names = members.filter_map(|member| member.strip_prefix("'command': '"));
    names.filter_map(|rest| rest.split('\'').next())
}

/// The file name of the manifest.
pub const MANIFEST: &str = "manifest.toml";

/// The file name of the overrides.
pub const OVERRIDES: &str = "overrides.toml";

/// The origin of the imported schemas of a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The release.
    pub release: Version,
    /// The imported interfaces.
    pub schema: Vec<SchemaOrigin>,
}

/// The origin of one imported interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaOrigin {
    /// The program that has the interface.
    pub interface: QemuProgram,
    /// The root file in the source tree.
    pub root: String,
    /// `true` if type names are generated, because the schema was made from the
    /// introspection of a running QEMU and not from a source tree.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub synthesised: bool,
    /// The series from which a synthesised schema has its names, conditions and
    /// integer sizes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub neighbour: Option<Series>,
    /// The entities of a synthesised schema that the introspected build lacks.
    /// They are those of the neighbour that other builds may have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_in_build: Vec<String>,
    /// The files that were read, in the order of their includes.
    pub input: Vec<ImportedFile>,
}

/// One file of the source tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportedFile {
    /// The path in the source tree.
    pub path: String,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// Returns `true` if an interface is imported.
    pub fn has(&self, interface: QemuProgram) -> bool {
        self.origin(interface).is_some()
    }

    /// The origin of an interface.
    pub fn origin(&self, interface: QemuProgram) -> Option<&SchemaOrigin> {
        let mut origins = self.schema.iter();
        origins.find(|origin| origin.interface == interface)
    }

    /// Returns `true` if an interface was made from introspection.
    pub fn is_synthesised(&self, interface: QemuProgram) -> bool {
        self.origin(interface)
            .is_some_and(|origin| origin.synthesised)
    }

    /// Returns `true` if an interface lacks what introspection does not report.
    pub fn is_incomplete(&self, interface: QemuProgram) -> bool {
        let origin = self.origin(interface);
        origin.is_some_and(|origin| origin.synthesised && origin.neighbour.is_none())
    }
}

/// Reads the manifest in the folder of a series.
///
/// # Errors
///
/// The file cannot be read or is not a manifest.
pub fn manifest(files: &dyn Files, folder: &str) -> io::Result<Manifest> {
    let bytes = files.read(&format!("{folder}/{MANIFEST}"))?;
    toml::from_slice(&bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Loads an imported interface and applies the overrides of its series.
///
/// # Errors
///
/// The folder does not have this interface, or a file cannot be read. Errors in
/// the overrides are among the diagnostics.
pub fn load(files: &dyn Files, folder: &str, interface: QemuProgram) -> io::Result<LoadedSchema> {
    if interface == QemuProgram::StorageDaemon {
        return load_subset(files, folder, load);
    }
    let mut loaded = load_as_stated(files, folder, interface)?;
    if interface == QemuProgram::Emulator {
        let name = format!("{folder}/{OVERRIDES}");
        match files.read(&name) {
            Ok(bytes) => overrides::apply(&mut loaded, &name, &String::from_utf8_lossy(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(loaded)
}

/// Loads an imported interface without overrides.
///
/// # Errors
///
/// As for [`load()`].
pub fn load_as_stated(
    files: &dyn Files,
    folder: &str,
    interface: QemuProgram,
) -> io::Result<LoadedSchema> {
    if interface == QemuProgram::StorageDaemon {
        return load_subset(files, folder, load_as_stated);
    }
    let manifest = manifest(files, folder)?;
    let root = format!("{folder}/{}", interface.file_name());
    let mut loaded = load::load(files, &root, manifest.release)?;
    loaded.documentation = if manifest.is_incomplete(interface) {
        DocumentationKind::None
    } else {
        DocumentationKind::Facts
    };
    Ok(loaded)
}

/// Loads the part of the emulator's interface that the storage daemon has.
fn load_subset(
    files: &dyn Files,
    folder: &str,
    load_whole: fn(&dyn Files, &str, QemuProgram) -> io::Result<LoadedSchema>,
) -> io::Result<LoadedSchema> {
    let name = format!("{folder}/{}", QemuProgram::StorageDaemon.file_name());
    let subset: SchemaSubset = serde_json::from_slice(&files.read(&name)?)?;
    let mut loaded = load_whole(files, folder, QemuProgram::Emulator)?;
    subset.retain(&mut loaded);
    Ok(loaded)
}
