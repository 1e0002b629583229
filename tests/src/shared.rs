//! The folder of facts and cases that is beside a checkout and no part of it.

use std::path::PathBuf;

/// The folder `shared` beside the workspace, where there is one.
pub fn shared() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    path.is_dir().then_some(path)
}

/// Whether its absence is a failure.
pub fn is_required() -> bool {
    std::env::var_os("QMP_REQUIRE_SHARED").is_some_and(|value| value == "1")
}
