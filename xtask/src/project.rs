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
    #[serde(deserialize_with = "series_list")]
    pub bindings: Vec<Series>,
    /// The pairs of series, old and new, that get a report.
    #[serde(default, deserialize_with = "series_pairs")]
    pub reports: Vec<(Series, Series)>,
}

impl Project {
    /// Reads the settings.
    ///
    /// # Errors
    ///
    /// The file cannot be read or is invalid.
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

fn series_list<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Series>, D::Error> {
    let names: Vec<String> = Vec::deserialize(deserializer)?;
    names
        .iter()
        .map(|name| name.parse().map_err(serde::de::Error::custom))
        .collect()
}

fn series_pairs<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(Series, Series)>, D::Error> {
    let pairs: Vec<(String, String)> = Vec::deserialize(deserializer)?;
    let parse = |name: &str| name.parse().map_err(serde::de::Error::custom);
    pairs
        .iter()
        .map(|(old, new)| Ok((parse(old)?, parse(new)?)))
        .collect()
}
