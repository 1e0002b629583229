//! What the project makes from its schemas: `schemas/project.toml`.

use std::fs;

use serde::Deserialize;

use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::validate;
use qapi_codegen::version::Series;

use crate::console::Console;
use crate::failure::Failure;
use crate::schema::Disk;
use crate::workspace;

/// What the project makes from its schemas.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The series that get bindings, the oldest first.
    #[serde(deserialize_with = "series_list")]
    pub bindings: Vec<Series>,
    /// The pairs of series, old and new, that get a report.
    #[serde(default, deserialize_with = "series_pairs")]
    pub reports: Vec<(Series, Series)>,
}

impl Project {
    /// Reads the project's file.
    ///
    /// # Errors
    ///
    /// It cannot be read, or does not say what it should.
    pub fn read() -> Result<Project, Failure> {
        let path = workspace::schemas().join("project.toml");
        let shown = workspace::shown(&path);
        let text =
            fs::read_to_string(&path).map_err(|error| Failure::io("read", &shown, &error))?;
        let project: Project =
            toml::from_str(&text).map_err(|error| Failure::new(format!("`{shown}`: {error}")))?;
        if project.bindings.is_sorted() {
            return Ok(project);
        }
        Err(Failure::new(format!(
            "`{shown}`: the bindings are not sorted, the oldest first"
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
    let parsed = |name: &str| name.parse().map_err(serde::de::Error::custom);
    pairs
        .iter()
        .map(|(old, new)| Ok((parsed(old)?, parsed(new)?)))
        .collect()
}

/// The interface of a series as QEMU has it on the wire, overrides included.
///
/// Nothing comes back where the schema has mistakes; they were printed.
///
/// # Errors
///
/// The schema cannot be read.
pub fn interface(
    series: Series,
    interface: QemuProgram,
    console: &mut Console,
) -> Result<Option<Schema>, Failure> {
    let folder = workspace::shown(&workspace::series_folder(series));
    let loaded = imported::load(&Disk, &folder, interface).map_err(|error| {
        Failure::io("read the schema in", &folder, &error)
            .with_help("import the series first: `cargo xtask import SCHEMA`")
    })?;
    match validate(loaded) {
        Ok(valid) => Ok(Some(resolve(&valid))),
        Err(invalid) => {
            console.diagnostics(&invalid.sources, &invalid.diagnostics);
            Ok(None)
        }
    }
}
