//! A report as one page that needs nothing else.

use std::collections::BTreeMap;

use serde::Serialize;

use super::view::View;
use super::{Report, template, text};
use crate::diff::json::Json;

/// How many commands the picture of bars shows.
const BARS: usize = 24;

/// Writes a report as an HTML page.
pub fn html(report: &Report) -> String {
    let view = View::of(report);
    let hurt = view
        .groups
        .iter()
        .filter(|group| group.breaking + group.dangerous > 0);
    let bars: Vec<Bar<'_>> = hurt
        .take(BARS)
        .map(|group| Bar {
            name: group.name,
            breaking: group.breaking,
            dangerous: group.dangerous,
        })
        .collect();
    let findings = report.findings.iter();
    let page = Page {
        compared: text::compared(report),
        used: report.used.as_ref().map(text::used_line),
        examples: findings
            .map(|found| (&*found.fingerprint, Example::of(found)))
            .collect(),
        widest: bars
            .iter()
            .map(|bar| bar.breaking + bar.dangerous)
            .max()
            .unwrap_or(1),
        style: template::fill("report.css", ()),
        script: template::fill("report.js", ()),
        bars: &bars,
        view: &view,
    };
    template::fill("report.html", page)
}

/// What the template is filled with.
#[derive(Debug, Serialize)]
struct Page<'r> {
    view: &'r View<'r>,
    compared: String,
    used: Option<String>,
    examples: BTreeMap<&'r str, Example>,
    bars: &'r [Bar<'r>],
    widest: usize,
    style: String,
    script: String,
}

/// A bar of the picture.
#[derive(Debug, Serialize)]
struct Bar<'r> {
    name: &'r str,
    breaking: usize,
    dangerous: usize,
}

/// The messages of a finding, as text.
#[derive(Debug, Serialize)]
struct Example {
    before: Option<String>,
    after: Option<String>,
}

impl Example {
    fn of(finding: &crate::diff::finding::Finding) -> Example {
        Example {
            before: finding.before.as_ref().map(Json::pretty),
            after: finding.after.as_ref().map(Json::pretty),
        }
    }
}
