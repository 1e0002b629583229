//! The imported releases, read once for all tests of a program.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use qapi_codegen::imported::QemuProgram;
use xtask::catalogue::{Catalogue, Release};

static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::open().expect("the data files are valid"));

static RELEASES: Mutex<BTreeMap<String, Arc<Release>>> = Mutex::new(BTreeMap::new());

/// The catalogue of the workspace.
///
/// # Panics
///
/// A data file is invalid.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

/// The release that a SCHEMA argument names.
///
/// # Panics
///
/// There is no such release.
pub fn release(argument: &str) -> Arc<Release> {
    let mut releases = RELEASES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(release) = releases.get(argument) {
        return Arc::clone(release);
    }
    let release = catalogue().release(argument, QemuProgram::Emulator);
    let release = Arc::new(release.expect("the release is imported"));
    releases.insert(argument.to_owned(), Arc::clone(&release));
    release
}
