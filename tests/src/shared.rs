//! The folder of test material next to the workspace, which is not part of it.

use std::path::PathBuf;

/// Returns the folder `shared` next to the workspace, if it exists.
pub fn shared() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    path.is_dir().then_some(path)
}

/// Returns `true` if its absence is a failure.
pub fn is_required() -> bool {
    std::env::var_os("QMP_REQUIRE_SHARED").is_some_and(|value| value == "1")
}
