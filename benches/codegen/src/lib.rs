//! What both sides are measured on: the schema that the published `qapi-qmp`
//! carries in its package, which is that of a QEMU release.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use qapi_codegen::load::Files;

/// Files of the file system.
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(path)
    }
}

/// The folder of the schema that `qapi-qmp` carries.
pub fn peer_schema() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(find_peer_schema);
    &FOLDER
}

fn find_peer_schema() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(manifest)
        .exec()
        .expect("cargo lists the packages of this one");
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name == "qapi-qmp");
    let manifest = &package.expect("qapi-qmp is a dependency").manifest_path;
    manifest
        .with_file_name("schema")
        .join("qapi")
        .into_std_path_buf()
}

/// The folder of a series that this project has restated.
pub fn series(name: &str) -> String {
    format!("{}/../../schemas/{name}", env!("CARGO_MANIFEST_DIR"))
}
