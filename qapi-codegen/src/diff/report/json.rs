//! The JSON format.

use serde::ser::{Serialize, Serializer};

use super::Report;
use super::wording::{advice, deprecation_advice, message, other_paths};
use crate::diff::change::ChangeValue;
use crate::diff::deprecations::NewDeprecation;
use crate::diff::example::Example;
use crate::diff::finding::Finding;
use crate::diff::rules::Compatibility;
use crate::version::Series;
use crate::wire::{Direction, render_path};

/// Writes a report as one JSON object.
///
/// # Errors
///
/// Returns an error if serialization fails, which no report causes.
pub fn json(report: &Report<'_>) -> Result<String, serde_json::Error> {
    let text = serde_json::to_string_pretty(report)?;
    Ok(text + "\n")
}

#[derive(serde::Serialize)]
struct FindingJson<'f> {
    rule: &'static str,
    severity: Compatibility,
    direction: Direction,
    target: &'f str,
    path: String,
    also: Vec<String>,
    old: Option<String>,
    new: Option<String>,
    since: Option<Series>,
    message: String,
    migration: Option<String>,
    #[serde(flatten)]
    example: &'f Example<'f>,
    why: &'static str,
    fingerprint: &'f str,
    targets: Vec<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<bool>,
}

impl Serialize for Finding<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |side: &Option<ChangeValue<'_>>| side.as_ref().map(ToString::to_string);
        let form = FindingJson {
            rule: self.rule.id.as_str(),
            severity: self.compatibility,
            direction: self.direction,
            target: self.target(),
            path: render_path(self.path()),
            also: other_paths(self),
            old: text(&self.change.old),
            new: text(&self.change.new),
            since: self.since,
            message: message(self),
            migration: advice(self),
            example: &self.example,
            why: &self.rule.reason,
            fingerprint: &self.fingerprint,
            targets: self.targets(),
            used: self.used,
        };
        form.serialize(serializer)
    }
}

#[derive(serde::Serialize)]
struct DeprecationJson<'d> {
    target: &'d str,
    path: String,
    since: Option<Series>,
    flagged: bool,
    message: String,
    todo: Option<String>,
}

impl Serialize for NewDeprecation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let form = DeprecationJson {
            target: self.target(),
            path: self.path(),
            since: self.since(),
            flagged: self.is_flagged(),
            message: match self {
                NewDeprecation::Found(finding) => message(finding),
                NewDeprecation::Documented(entry) => {
                    format!("`{}` is documented as deprecated", entry.target)
                }
            },
            todo: deprecation_advice(self),
        };
        form.serialize(serializer)
    }
}
