//! The JSON format.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Report;
use super::wording::{advice, deprecation_advice, message, other_paths};
use crate::diff::change::ChangeValue;
use crate::diff::deprecations::{DeprecationSource, NewDeprecation};
use crate::diff::finding::Finding;
use crate::wire::render_path;

/// Writes a report as one JSON object.
///
/// # Errors
///
/// Returns an error if serialization fails, which no report causes.
pub fn json(report: &Report<'_>) -> Result<String, serde_json::Error> {
    let text = serde_json::to_string_pretty(report)?;
    Ok(text + "\n")
}

impl Serialize for Finding<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |side: &Option<ChangeValue<'_>>| side.as_ref().map(ToString::to_string);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("rule", self.rule.id.as_str())?;
        map.serialize_entry("severity", &self.compatibility)?;
        map.serialize_entry("direction", &self.direction)?;
        map.serialize_entry("target", self.target())?;
        map.serialize_entry("path", &render_path(self.path()))?;
        map.serialize_entry("also", &other_paths(self))?;
        map.serialize_entry("old", &text(&self.change.old))?;
        map.serialize_entry("new", &text(&self.change.new))?;
        map.serialize_entry("since", &self.since)?;
        map.serialize_entry("message", &message(self))?;
        map.serialize_entry("migration", &advice(self))?;
        map.serialize_entry("before", &self.example.before)?;
        map.serialize_entry("after", &self.example.after)?;
        map.serialize_entry("why", &self.rule.reason)?;
        map.serialize_entry("fingerprint", &self.fingerprint)?;
        map.serialize_entry("targets", &self.targets())?;
        if let Some(used) = self.used {
            map.serialize_entry("used", &used)?;
        }
        map.end()
    }
}

impl Serialize for NewDeprecation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let message = match &self.source {
            DeprecationSource::Found(finding) => message(finding),
            DeprecationSource::Documented(_) => {
                format!("`{}` is documented as deprecated", self.target)
            }
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("target", self.target)?;
        map.serialize_entry("path", &self.path)?;
        map.serialize_entry("since", &self.since)?;
        map.serialize_entry("flagged", &self.is_flagged())?;
        map.serialize_entry("message", &message)?;
        map.serialize_entry("todo", &deprecation_advice(self))?;
        map.end()
    }
}
