//! The settings of the project, `schemas/project.toml`.

use serde::Deserialize;

use qapi_codegen::version::Series;

use crate::failure::Failure;
use crate::files::read_toml;
use crate::workspace;

/// The settings of the project.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The series that get bindings, oldest first.
    pub bindings: Vec<Series>,
    /// The pairs of series, old and new, that get a report.
    #[serde(default)]
    pub reports: Vec<(Series, Series)>,
}

impl Project {
    /// Reads the settings.
    pub fn read() -> Result<Project, Failure> {
        let path = workspace::schemas().join("project.toml");
        let project: Project = read_toml(&path)?;
        if project.bindings.is_sorted() {
            return Ok(project);
        }
        Err(Failure::new(format!(
            "`{}`: `bindings` must be sorted, oldest first",
            workspace::shown(&path)
        )))
    }
}
