//! The schemas and the recordings of the workspace.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::{Path, PathBuf};

use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::load::Files;
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::{ValidSchema, validate};
use qapi_codegen::version::Series;

/// All series that are imported, the oldest first.
pub fn series() -> Vec<Series> {
    let entries = std::fs::read_dir(workspace().join("schemas")).expect("there are schemas");
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut series: Vec<Series> = names.filter_map(|name| name.parse().ok()).collect();
    series.sort();
    series
}

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
    stated_valid(series).1
}

/// The same, with its syntax tree.
pub fn stated_valid(series: &str) -> (ValidSchema, Schema) {
    let folder = workspace().join("schemas").join(series);
    let loaded = imported::load_as_stated(&Disk, &folder.to_string_lossy(), QemuProgram::Emulator);
    let valid = validate(loaded.expect("the schemas are part of the repository")).unwrap();
    let schema = resolve(&valid);
    (valid, schema)
}

/// What a release was recorded to reply to `query-qmp-schema`.
pub fn recorded(release: &str) -> Vec<u8> {
    let folder = workspace().join("tests/recordings").join(release);
    std::fs::read(folder.join("query-qmp-schema.json")).expect("it is recorded")
}
