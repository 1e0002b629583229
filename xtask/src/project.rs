//! The settings of the project, `schemas/project.toml`.

use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use qapi_codegen::version::Series;

use crate::failure::Failure;
use crate::files::{read_text, read_toml, write_file};
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
        let path = path();
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

fn path() -> PathBuf {
    workspace::schemas().join("project.toml")
}

/// Adds a series to `bindings`, and returns `true` if it was missing.
pub fn add_to_bindings(series: Series) -> Result<bool, Failure> {
    let path = path();
    if !path.is_file() {
        return Ok(false);
    }
    let text = read_text(&path)?;
    let inserted = insert_binding(&text, series)
        .map_err(|error| Failure::new(format!("`{}`: {error}", workspace::shown(&path))))?;
    match inserted {
        Some(text) => write_file(&path, &text).map(|()| true),
        None => Ok(false),
    }
}

/// Inserts a series into the array `bindings` of the settings, unless it is
/// there. The rest of the text stays as it is.
fn insert_binding(text: &str, series: Series) -> Result<Option<String>, toml::de::Error> {
    #[derive(Deserialize)]
    struct Bindings {
        bindings: Spanned<Vec<Spanned<Series>>>,
    }
    let bindings = toml::from_str::<Bindings>(text)?.bindings;
    let listed = bindings.get_ref();
    if listed.iter().any(|one| *one.get_ref() == series) {
        return Ok(None);
    }
    let (place, inserted) = match listed.iter().rfind(|one| *one.get_ref() < series) {
        Some(before) => (before.span().end, format!(", \"{series}\"")),
        None if listed.is_empty() => (bindings.span().start + 1, format!("\"{series}\"")),
        None => (listed[0].span().start, format!("\"{series}\", ")),
    };
    let (before, after) = text.split_at(place);
    Ok(Some(format!("{before}{inserted}{after}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_inserted_in_order() {
        let insert = |text: &str, series: &str| {
            let series = series.parse().unwrap();
            insert_binding(&format!("# Top.\nbindings = [{text}]\n"), series).unwrap()
        };
        let expect = |text: &str| Some(format!("# Top.\nbindings = [{text}]\n"));
        assert_eq!(insert("", "2.5"), expect("\"2.5\""));
        assert_eq!(insert("\"2.5\"", "2.5"), None);
        assert_eq!(
            insert("\n  \"2.11\",\n", "2.9"),
            expect("\n  \"2.9\", \"2.11\",\n")
        );
        assert_eq!(
            insert("\"2.9\", \"3.0\"", "2.11"),
            expect("\"2.9\", \"2.11\", \"3.0\"")
        );
        assert_eq!(insert("\"9.2\",", "10.0"), expect("\"9.2\", \"10.0\","));
    }
}
