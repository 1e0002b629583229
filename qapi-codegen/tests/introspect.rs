//! What the model says of a release against what that release was recorded to
//! say of itself.

use std::path::{Path, PathBuf};

use qapi_codegen::imported::{self, Interface};
use qapi_codegen::introspect;
use qapi_codegen::load::Files;
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::validate;
use serde_json::Value;

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

fn stated(series: &str) -> Schema {
    let folder = workspace().join("schemas").join(series);
    let loaded = imported::load_as_stated(&Disk, &folder.to_string_lossy(), Interface::Qmp);
    resolve(&validate(loaded.expect("the schemas are part of the repository")).unwrap())
}

fn recorded(release: &str) -> Vec<Value> {
    let folder = workspace().join("tests/recordings").join(release);
    let text = std::fs::read(folder.join("query-qmp-schema.json")).expect("it is recorded");
    let message: Value = serde_json::from_slice(&text).expect("QEMU sends JSON");
    message["return"].as_array().expect("an array").clone()
}

/// Releases that evaluate no conditions tell what is written, entry by entry,
/// with the very numbers that mask the names.
fn check_identical(series: &str, release: &str) {
    let schema = stated(series);
    let ours = introspect::reply(&introspect::describe(&schema), schema.version);
    let ours = ours.as_array().expect("an array");
    for (ours, theirs) in ours.iter().zip(&recorded(release)) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), recorded(release).len());
}

#[test]
fn the_reply_of_2_5_1_is_made_entry_by_entry() {
    check_identical("2.5", "2.5.1");
}

#[test]
fn the_reply_of_2_11_0_is_made_entry_by_entry() {
    check_identical("2.11", "2.11.0");
}
