//! What QEMU does otherwise from some release on although no schema says so.
//!
//! This is data that people write: `schemas/behaviour.toml`. Here is how it is
//! read, which entries fall between two releases, and which request meets one.
//! What a report or a checker makes of an entry is not known here.
//!
//! # Examples
//!
//! ```
//! use qapi_codegen::behaviour;
//! use serde_json::json;
//!
//! let behaviour = behaviour::read(r#"
//!     [[change]]
//!     id = "blockdev-add-root-node-name"
//!     since = ["2.8"]
//!     effect = "refuses"
//!     commands = ["blockdev-add"]
//!     when = [{ absent = ["node-name"] }]
//!     what = "The root node must have a `node-name`."
//! "#)?;
//! let (old, new) = ("2.5".parse()?, "2.11".parse()?);
//! let change = behaviour.between(old, new).next().unwrap();
//! assert!(change.is_met_by("blockdev-add", &json!({ "driver": "qcow2" })));
//! assert!(!change.is_met_by("blockdev-add", &json!({ "node-name": "disk" })));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::version::Series;

/// The name of the file in the folder of the schemas.
pub const FILE: &str = "behaviour.toml";

/// All that is known of what no schema says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// What became otherwise, in the order of the file.
    #[serde(default, rename = "change")]
    pub changes: Vec<Change>,
    /// What documentation calls deprecated without a feature flag.
    #[serde(default, rename = "deprecation")]
    pub deprecations: Vec<Deprecation>,
}

/// One thing that became otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// A name for it that stays.
    pub id: String,
    /// The series in which it happened; several where it happened in steps.
    #[serde(deserialize_with = "series_list")]
    pub since: Vec<Series>,
    /// What it does to a program that was right before.
    pub effect: Effect,
    /// The commands that it is about; it is about all of them where neither
    /// commands nor events are named.
    #[serde(default)]
    pub commands: Vec<String>,
    /// The events that it is about.
    #[serde(default)]
    pub events: Vec<String>,
    /// The requests that meet it, told by their arguments; any request of the
    /// commands does where there is no condition.
    #[serde(default)]
    pub when: Vec<When>,
    /// What is otherwise, in sentences.
    pub what: String,
    /// What to do about it, in sentences; nothing where there is nothing to do.
    #[serde(default)]
    pub todo: Option<String>,
}

/// What a change does to a program that was right before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Requests that were taken are refused.
    Refuses,
    /// Requests, replies or events mean something else.
    Changes,
    /// Requests that were refused are taken.
    Accepts,
}

/// Arguments by which a request meets a change: paths with `.` between names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// All of these are there.
    #[serde(default)]
    pub present: Vec<String>,
    /// None of these is there.
    #[serde(default)]
    pub absent: Vec<String>,
}

/// Something that documentation calls deprecated without a feature flag.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deprecation {
    /// The command or event.
    pub target: String,
    /// The member of it that is deprecated; all of it is where there is none.
    #[serde(default)]
    pub member: Option<String>,
    /// The first series in which it is; nothing where that is before 2.5.
    #[serde(default, deserialize_with = "some_series")]
    pub since: Option<Series>,
    /// What to do instead, in sentences.
    pub todo: String,
}

/// Reads the file.
///
/// # Errors
///
/// It is no TOML, a key is unknown or missing, or a release is none. The error
/// knows the place.
pub fn read(text: &str) -> Result<Behaviour, toml::de::Error> {
    toml::from_str(text)
}

impl Behaviour {
    /// What became otherwise after `old` and not after `new`.
    pub fn between(&self, old: Series, new: Series) -> impl Iterator<Item = &Change> {
        let falls = move |change: &&Change| change.steps_between(old, new).next().is_some();
        self.changes.iter().filter(falls)
    }

    /// What is deprecated in a series.
    pub fn deprecated_in(&self, series: Series) -> impl Iterator<Item = &Deprecation> {
        let holds = move |entry: &&Deprecation| entry.since.is_none_or(|since| since <= series);
        self.deprecations.iter().filter(holds)
    }
}

impl Change {
    /// The series after `old` and not after `new` in which it happened.
    pub fn steps_between(&self, old: Series, new: Series) -> impl Iterator<Item = Series> {
        let falls = move |since: &Series| old < *since && *since <= new;
        self.since.iter().copied().filter(falls)
    }

    /// Whether it is about the protocol and no command or event in particular.
    pub fn is_general(&self) -> bool {
        self.commands.is_empty() && self.events.is_empty()
    }

    /// Whether a request with these arguments meets it; a general change is met
    /// by no request in particular.
    pub fn is_met_by(&self, command: &str, arguments: &Value) -> bool {
        self.commands.iter().any(|name| name == command)
            && (self.when.is_empty() || self.when.iter().any(|when| when.holds(arguments)))
    }
}

impl When {
    /// Whether it holds for the arguments of a request.
    pub fn holds(&self, arguments: &Value) -> bool {
        let is_there = |path: &String| has_path(arguments, path);
        self.present.iter().all(is_there) && !self.absent.iter().any(is_there)
    }
}

fn has_path(arguments: &Value, path: &str) -> bool {
    path.split('.')
        .try_fold(arguments, |value, name| value.get(name))
        .is_some()
}

fn series_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Series>, D::Error> {
    let names: Vec<String> = Vec::deserialize(deserializer)?;
    names.iter().map(|name| parsed(name)).collect()
}

fn some_series<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Series>, D::Error> {
    String::deserialize(deserializer)
        .and_then(|name| parsed(&name))
        .map(Some)
}

fn parsed<E: serde::de::Error>(name: &str) -> Result<Series, E> {
    name.parse().map_err(E::custom)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use serde_json::json;

    use super::*;

    /// The names of all commands and events of the restated schemas.
    fn defined(schemas: &PathBuf) -> BTreeSet<String> {
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

    #[test]
    fn the_file_names_what_there_is_and_speaks_in_sentences() {
        let schemas = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../schemas");
        let text = std::fs::read_to_string(schemas.join(FILE)).unwrap();
        let behaviour = read(&text).unwrap();
        let ids: BTreeSet<&str> = behaviour.changes.iter().map(|change| &*change.id).collect();
        assert_eq!(ids.len(), behaviour.changes.len(), "each id comes once");
        let defined = defined(&schemas);
        let targets = behaviour.deprecations.iter().map(|entry| &entry.target);
        for change in &behaviour.changes {
            assert!(
                !change.since.is_empty() && change.since.is_sorted(),
                "{}",
                change.id
            );
            assert!(change.what.ends_with('.'), "{}", change.id);
            assert!(
                change.todo.as_ref().is_none_or(|todo| todo.ends_with('.')),
                "{}",
                change.id
            );
        }
        let changes = behaviour.changes.iter();
        let named = changes.flat_map(|change| change.commands.iter().chain(&change.events));
        for name in named.chain(targets) {
            assert!(defined.contains(name), "no release has `{name}`");
        }
    }

    #[test]
    fn a_change_falls_between_the_releases_around_it() {
        let behaviour = read(
            "change = [{ id = 'a', since = ['2.8', '2.10'], effect = 'changes', what = 'W.' }]",
        )
        .unwrap();
        let falls = |old, new| {
            behaviour
                .between(Series::new(2, old), Series::new(2, new))
                .count()
        };
        assert_eq!(
            [
                falls(5, 7),
                falls(7, 8),
                falls(8, 9),
                falls(8, 11),
                falls(10, 11)
            ],
            [0, 1, 0, 1, 0]
        );
        assert!(behaviour.changes[0].is_general());
    }

    #[test]
    fn one_condition_is_enough() {
        let one_of = When {
            present: vec!["a.b".to_owned()],
            absent: vec!["c".to_owned()],
        };
        assert!(one_of.holds(&json!({ "a": { "b": null } })));
        assert!(!one_of.holds(&json!({ "a": { "b": 1 }, "c": 1 })));
        assert!(!one_of.holds(&json!({ "a": 1 })));
    }

    #[test]
    fn mistakes_have_a_place() {
        let error = read("[[change]]\nid = 'a'\nsince = ['two']\n").unwrap_err();
        assert!(error.to_string().contains("line 3"), "{error}");
        let error = read("[[deprecation]]\ntarget = 'a'\nsinze = '2.8'\n").unwrap_err();
        assert!(error.to_string().contains("sinze"), "{error}");
    }
}
