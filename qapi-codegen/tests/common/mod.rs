//! The schemas and the recordings of the workspace.

use std::path::{Path, PathBuf};

use qapi_codegen::imported::{self, Interface};
use qapi_codegen::load::Files;
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::validate;

/// All series that are imported.
pub const SERIES: [&str; 29] = [
    "2.5", "2.6", "2.7", "2.8", "2.9", "2.10", "2.11", "2.12", "3.0", "3.1", "4.0", "4.1", "4.2",
    "5.0", "5.1", "5.2", "6.0", "6.1", "6.2", "7.0", "7.1", "7.2", "8.0", "8.1", "8.2", "9.0",
    "9.1", "9.2", "10.0",
];

/// The files of the workspace.
struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        std::fs::read(path)
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The interface of a series as its schema states it, without overrides.
pub fn stated(series: &str) -> Schema {
    let folder = workspace().join("schemas").join(series);
    let loaded = imported::load_as_stated(&Disk, &folder.to_string_lossy(), Interface::Qmp);
    resolve(&validate(loaded.expect("the schemas are part of the repository")).unwrap())
}

/// What a release was recorded to reply to `query-qmp-schema`.
pub fn recorded(release: &str) -> Vec<u8> {
    let folder = workspace().join("tests/recordings").join(release);
    std::fs::read(folder.join("query-qmp-schema.json")).expect("it is recorded")
}
