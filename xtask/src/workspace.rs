//! The folders of the workspace.

use std::env;
use std::path::{Path, PathBuf};

use qapi_codegen::version::Series;

use crate::failure::Failure;
use crate::schema_files::SchemaFiles;

/// The file by which a folder is recognised as a workspace.
const MARKER: &str = "schemas/project.toml";

/// The folder of the workspace: the current folder or the nearest above it that
/// is one, otherwise the one of the package that cargo runs.
pub fn root() -> PathBuf {
    let current = env::current_dir().unwrap_or_default();
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let candidates = [Some(current.clone()), package];
    let mut folders = candidates
        .iter()
        .flatten()
        .flat_map(|folder| folder.ancestors());
    let root = folders.find(|folder| folder.join(MARKER).is_file());
    root.map_or(current, Path::to_owned)
}

/// The folder of the imported releases, for commands that write there.
pub fn schemas() -> PathBuf {
    match SchemaFiles::selected() {
        SchemaFiles::Folder(folder) => folder.clone(),
        SchemaFiles::Embedded(_) => root().join("schemas"),
    }
}

/// The folder of one series, for commands that write there.
pub fn series_folder(series: Series) -> PathBuf {
    schemas().join(series.to_string())
}

/// The imported series, oldest first.
pub fn imported() -> Result<Vec<Series>, Failure> {
    SchemaFiles::selected().series()
}

/// The nearest imported series before another one.
pub fn series_before(series: Series) -> Result<Option<Series>, Failure> {
    Ok(imported()?.into_iter().rfind(|imported| *imported < series))
}

/// A path as the user reads it: relative, if it is the current folder or below it.
pub fn shown(path: &Path) -> String {
    let current = env::current_dir().unwrap_or_default();
    let shown = path.strip_prefix(&current).unwrap_or(path);
    match shown.as_os_str().is_empty() {
        true => ".".to_owned(),
        false => shown.to_string_lossy().into_owned(),
    }
}
