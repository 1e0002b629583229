//! The tables of the formats. Names in backquotes are code.

use super::Report;
use super::wording::deprecation_advice;
use crate::diff::deprecations::NewDeprecation;

/// The columns of [`deprecation_rows`].
pub const DEPRECATION_COLUMNS: [&str; 4] = ["entity", "since", "source", "instead"];

/// The deprecations of the new release.
pub fn deprecation_rows(report: &Report<'_>) -> Vec<[String; 4]> {
    let row = |entry: &NewDeprecation<'_>| {
        let path = match &*entry.path {
            "" => String::new(),
            path => format!(" `{path}`"),
        };
        let source = match entry.is_flagged() {
            true => "feature",
            false => "documentation",
        };
        [
            format!("`{}`{path}", entry.target),
            entry.since.map(|own| own.to_string()).unwrap_or_default(),
            source.to_owned(),
            deprecation_advice(entry).unwrap_or_default(),
        ]
    };
    report.deprecations.iter().map(row).collect()
}
