//! Where things are in the workspace, and which releases are imported.

use std::path::{Path, PathBuf};

use qapi_codegen::version::Series;

use crate::failure::Failure;

/// The folder of the workspace.
///
/// Cargo says where the package is when it runs a command; a program that is
/// started without it falls back to where it was built.
pub fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package
        .parent()
        .map_or_else(PathBuf::new, Path::to_path_buf)
}

/// The folder of the restated schemas.
pub fn schemas() -> PathBuf {
    root().join("schemas")
}

/// The folder of one series.
pub fn series_folder(series: Series) -> PathBuf {
    schemas().join(series.to_string())
}

/// The series that are imported, oldest first.
///
/// # Errors
///
/// The folder of the schemas cannot be read.
pub fn imported() -> Result<Vec<Series>, Failure> {
    let folder = schemas();
    let entries = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| Failure::io("read", folder.display(), &error))?,
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut series: Vec<Series> = names.filter_map(|name| name.parse().ok()).collect();
    series.sort();
    Ok(series)
}

/// A path as to show it: relative to the current folder where it lies below.
pub fn shown(path: &Path) -> String {
    let current = std::env::current_dir().unwrap_or_default();
    let shown = path.strip_prefix(&current).unwrap_or(path);
    shown.to_string_lossy().into_owned()
}
