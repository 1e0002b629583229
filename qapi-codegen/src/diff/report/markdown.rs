//! A report in markdown, for reviews and release notes.

use serde::Serialize;

use super::view::View;
use super::{Report, template, text};

/// What the template is filled with.
#[derive(Debug, Serialize)]
struct Page<'r> {
    view: View<'r>,
    compared: String,
    used: Option<String>,
}

/// Writes a report in markdown.
pub fn markdown(report: &Report) -> String {
    let view = View::of(report);
    let used = report.used.as_ref().map(text::used_line);
    let compared = text::compared(report);
    template::fill(
        "report.md",
        Page {
            view,
            compared,
            used,
        },
    )
}
