//! The folders of the workspace.

use std::env;
use std::path::{Path, PathBuf};

use qapi_codegen::version::Series;

use crate::failure::Failure;

/// The file by which a folder is recognised as a workspace.
const MARKER: &str = "schemas/project.toml";

/// The folder of the workspace.
///
/// Cargo sets a variable when it runs a command. A program that was started
/// directly looks in the current folder and those above it, and at last where
/// it was built.
pub fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let from_cargo = package.and_then(|package| Some(package.parent()?.to_owned()));
    from_cargo
        .or_else(from_current_folder)
        .unwrap_or_else(|| built_in().to_owned())
}

fn from_current_folder() -> Option<PathBuf> {
    let current = env::current_dir().ok()?;
    let mut folders = current.ancestors();
    let found = folders.find(|folder| folder.join(MARKER).is_file());
    found.map(Path::to_owned)
}

fn built_in() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// The folder of the imported schemas.
pub fn schemas() -> PathBuf {
    root().join("schemas")
}

/// The folder of one series.
pub fn series_folder(series: Series) -> PathBuf {
    schemas().join(series.to_string())
}

/// The imported series, oldest first.
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

/// The nearest imported series before another one.
pub fn series_before(series: Series) -> Result<Option<Series>, Failure> {
    Ok(imported()?.into_iter().rfind(|imported| *imported < series))
}

/// A path as the user reads it: relative, if it is below the current folder.
pub fn shown(path: &Path) -> String {
    let current = env::current_dir().unwrap_or_default();
    let shown = path.strip_prefix(&current).unwrap_or(path);
    shown.to_string_lossy().into_owned()
}
