//! Changes of behaviour that no schema shows: `schemas/behaviour.toml`.
//!
//! # Examples
//!
//! ```
//! use qapi_codegen::knowledge::Behaviour;
//! use qapi_codegen::json::parse;
//!
//! let behaviour = Behaviour::parse(r#"
//!     [[change]]
//!     id = "blockdev-add-root-node-name"
//!     since = ["2.8"]
//!     effect = "refuses"
//!     commands = ["blockdev-add"]
//!     when = [{ absent = ["node-name"] }]
//!     summary = "QEMU requires `node-name` for the root node."
//! "#)?;
//! let (old, new) = ("2.5".parse()?, "2.11".parse()?);
//! let change = behaviour.changes_between(old, new).next().unwrap();
//! let arguments = parse(r#"{"driver": "qcow2"}"#).expect("valid JSON").value;
//! assert!(change.affects("blockdev-add", &arguments));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde::{Deserialize, Serialize};

use super::when::{ArgumentCondition, any_holds};
use crate::json::JsonValue;
use crate::version::Series;

/// Changes of behaviour that no schema shows. People write them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// The changes, in the order of the file.
    #[serde(default, rename = "change")]
    pub changes: Vec<BehaviourChange>,
}

/// One change of behaviour.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BehaviourChange {
    /// A stable name.
    pub id: String,
    /// The series in which it happened; several if it happened in steps.
    pub since: Vec<Series>,
    /// The last series that behaves like this; by default the newest.
    #[serde(default)]
    pub until: Option<Series>,
    /// The effect on a program that was correct before.
    pub effect: BehaviourEffect,
    /// The affected commands. A change with neither commands nor events affects
    /// the protocol as a whole.
    #[serde(default)]
    pub commands: Vec<String>,
    /// The affected events.
    #[serde(default)]
    pub events: Vec<String>,
    /// The affected requests; by default all requests of the commands.
    #[serde(default)]
    pub when: Vec<ArgumentCondition>,
    /// `true` if an affected request is wrong rather than worth a look.
    #[serde(default)]
    pub warning: bool,
    /// The change, in sentences.
    pub summary: String,
    /// The remedy, in sentences.
    #[serde(default)]
    pub advice: Option<String>,
}

/// The effect of a change on a program that was correct before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BehaviourEffect {
    /// QEMU rejects requests that it accepted.
    Refuses,
    /// Requests, replies or events have another meaning.
    Changes,
    /// QEMU accepts requests that it rejected.
    Accepts,
}

impl Behaviour {
    /// The name of the file in the folder of the schemas.
    pub const FILE_NAME: &str = "behaviour.toml";

    /// Parses the text of the file.
    ///
    /// # Errors
    ///
    /// Returns an error with its position if the text is not TOML, a key is
    /// unknown or missing, or a series is invalid.
    pub fn parse(text: &str) -> Result<Behaviour, toml::de::Error> {
        toml::from_str(text)
    }

    /// The changes after `old`, up to and including `new`.
    pub fn changes_between(
        &self,
        old: Series,
        new: Series,
    ) -> impl Iterator<Item = &BehaviourChange> {
        let changes = self.changes.iter();
        changes.filter(move |change| change.steps_between(old, new).next().is_some())
    }

    /// The changes after `old`, up to a series, that can break requests of a
    /// command. Without `old`, these are all changes up to the series.
    pub fn breaking_changes(
        &self,
        command: &str,
        old: Option<Series>,
        series: Series,
    ) -> impl Iterator<Item = &BehaviourChange> {
        self.changes.iter().filter(move |change| {
            change.effect != BehaviourEffect::Accepts
                && change.commands.iter().any(|name| name == command)
                && change
                    .since
                    .iter()
                    .any(|since| old < Some(*since) && *since <= series)
                && change.until.is_none_or(|until| series <= until)
        })
    }
}

impl BehaviourChange {
    /// The steps after `old`, up to and including `new`.
    pub fn steps_between(&self, old: Series, new: Series) -> impl Iterator<Item = Series> {
        let steps = self.since.iter().copied();
        steps.filter(move |since| old < *since && *since <= new)
    }

    /// Returns whether it affects the protocol as a whole.
    pub fn is_general(&self) -> bool {
        self.commands.is_empty() && self.events.is_empty()
    }

    /// Returns whether it affects a request. A general change affects none in
    /// particular.
    pub fn affects(&self, command: &str, arguments: &JsonValue<'_>) -> bool {
        self.commands.iter().any(|name| name == command) && any_holds(&self.when, arguments)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::*;

    /// The names of all commands and events of the imported schemas.
    fn defined_names(schemas: &PathBuf) -> BTreeSet<String> {
        let folders = std::fs::read_dir(schemas).unwrap();
        let files = folders.map(|entry| entry.unwrap().path().join("qmp.json"));
        let texts = files.filter_map(|path| std::fs::read_to_string(path).ok());
        let mut names = BTreeSet::from(["device_add".to_owned()]);
        for text in texts {
            for keyword in ["'command': '", "'event': '"] {
                let after = text.split(keyword).skip(1);
                names.extend(after.filter_map(|rest| Some(rest.split_once('\'')?.0.to_owned())));
            }
        }
        names
    }

    fn shipped_file() -> (Behaviour, BTreeSet<String>) {
        let schemas = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../schemas");
        let text = std::fs::read_to_string(schemas.join(Behaviour::FILE_NAME)).unwrap();
        (Behaviour::parse(&text).unwrap(), defined_names(&schemas))
    }

    #[test]
    fn changes_have_unique_ids_ordered_series_and_sentences() {
        let (behaviour, _) = shipped_file();
        let ids: BTreeSet<&str> = behaviour.changes.iter().map(|change| &*change.id).collect();
        assert_eq!(ids.len(), behaviour.changes.len());
        for change in &behaviour.changes {
            let id = &change.id;
            assert!(
                !change.since.is_empty() && change.since.is_sorted(),
                "{id}: since"
            );
            assert!(change.summary.ends_with('.'), "{id}: summary");
            let advice = change.advice.as_deref();
            assert!(
                advice.is_none_or(|advice| advice.ends_with('.')),
                "{id}: advice"
            );
        }
    }

    #[test]
    fn named_commands_and_events_exist() {
        let (behaviour, defined) = shipped_file();
        let changes = behaviour.changes.iter();
        let named = changes.flat_map(|change| change.commands.iter().chain(&change.events));
        for name in named {
            assert!(defined.contains(name), "no release has `{name}`");
        }
    }

    #[test]
    fn steps_fall_between_releases() {
        let behaviour = Behaviour::parse(
            "change = [{ id = 'a', since = ['2.8', '2.10'], effect = 'changes', summary = 'W.' }]",
        )
        .unwrap();
        let count = |old, new| {
            let (old, new) = (Series::new(2, old), Series::new(2, new));
            behaviour.changes_between(old, new).count()
        };
        let counts = [(5, 7), (7, 8), (8, 9), (8, 11), (10, 11)].map(|(old, new)| count(old, new));
        assert_eq!(counts, [0, 1, 0, 1, 0]);
        assert!(behaviour.changes[0].is_general());
    }

    #[test]
    fn errors_have_a_position() {
        let error = Behaviour::parse("[[change]]\nid = 'a'\nsince = ['two']\n").unwrap_err();
        assert!(error.to_string().contains("line 3"), "{error}");
        let error = Behaviour::parse("[[change]]\nid = 'a'\nsinze = '2.8'\n").unwrap_err();
        assert!(error.to_string().contains("sinze"), "{error}");
    }
}
