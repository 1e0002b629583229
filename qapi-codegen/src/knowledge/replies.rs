//! Replies and events that changed: `schemas/replies/`.
//!
//! A rule states where the information in a member of an older release is in
//! later ones, so that a program can find it: the old path, the new path and the
//! conversion. `diff` prints the advice of these rules, and `proxy --speak` gives
//! replies and events the shape of an older release by them.
//!
//! # Examples
//!
//! ```
//! use qapi_codegen::json::{JsonStyle, parse};
//! use qapi_codegen::knowledge::ReplyRules;
//!
//! let rules = ReplyRules::parse(
//!     "[[rule]]\n\
//!      id = 'cpu-thread-id'\n\
//!      since = '6.0'\n\
//!      commands = { query-cpus = '[]' }\n\
//!      old = 'thread_id'\n\
//!      new = 'thread-id'\n\
//!      certainty = 'certain'\n\
//!      reason = '`query-cpus-fast` replaces `query-cpus`.'\n\
//!      advice = 'Read `thread-id`.'",
//! )?;
//! let rule = &rules.rules[0];
//! let change = &rule.changes()[0];
//! assert_eq!(change.old_path, "[].thread_id");
//! assert_eq!(change.new_path.as_deref(), Some("[].thread-id"));
//!
//! let mut reply = parse(r#"[{"thread-id": 7}]"#).expect("JSON").value.into_owned();
//! rule.convert_to_older(&mut reply, "[]");
//! assert_eq!(JsonStyle::COMPACT.format(&reply), r#"[{"thread-id":7,"thread_id":7}]"#);
//! # Ok::<(), toml::de::Error>(())
//! ```

mod convert;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::migrations::Certainty;
use super::when::ArgumentCondition;
use crate::version::Series;
use crate::wire::Direction;

pub use convert::{for_each_at, get_at, set_at};

/// All rules.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyRules {
    /// The members that moved, changed or were removed.
    #[serde(default, rename = "rule")]
    pub rules: Vec<ReplyRule>,
    /// Members that name a block backend, which has no name in later releases.
    #[serde(default, rename = "backend")]
    pub backends: Vec<BackendName>,
    /// Lists of all that a QEMU has.
    #[serde(default, rename = "inventory")]
    pub inventories: Vec<Inventory>,
}

/// A change of a member of replies and events.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReplyRule {
    /// Stable name.
    pub id: String,
    /// First series without the old form.
    pub since: Series,
    /// The commands, each with the path in its reply to the object that has the
    /// member.
    #[serde(default)]
    pub commands: BTreeMap<String, String>,
    /// The events, each with the path in its data.
    #[serde(default)]
    pub events: BTreeMap<String, String>,
    /// The event that later releases send instead.
    #[serde(default)]
    pub new_event: Option<String>,
    /// The path of the old member from that object, or several such paths.
    pub old: OldMembers,
    /// The path of the new member from that object; by default the old one.
    #[serde(default)]
    pub new: Option<String>,
    /// The way in which the old value follows from the new one.
    #[serde(default)]
    pub conversion: ReplyConversion,
    /// Certainty that the old value follows; `left` if it is not available.
    pub certainty: Certainty,
    /// The reason for the change, in sentences.
    pub reason: String,
    /// What to do, in sentences.
    pub advice: String,
}

/// The paths of old members.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OldMembers {
    /// One path; empty for the value itself.
    One(String),
    /// Several paths.
    Many(Vec<String>),
}

/// The way in which an old value follows from a new one.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum ReplyConversion {
    /// It is the same value.
    #[default]
    Same,
    /// Strings have other names: old string by new string. `null` is JSON null.
    Values(BTreeMap<String, String>),
    /// The value of the first case whose condition on the object holds, unless
    /// the object has the member.
    Cases(Vec<ReplyCase>),
    /// The sum of this member of all elements.
    Sum(String),
}

/// A value of an old member.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyCase {
    /// The condition on the object; by default it always holds.
    #[serde(default)]
    pub when: ArgumentCondition,
    /// The value.
    pub value: ReplyValue,
}

/// A value that a rule gives to a member.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ReplyValue {
    /// A boolean.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A string.
    Text(String),
    /// Strings.
    Texts(Vec<String>),
}

/// A member that names the block backend of an earlier request. Later releases
/// leave it empty.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackendName {
    /// First series in which it is empty.
    pub since: Series,
    /// The commands, each with the path to the object.
    #[serde(default)]
    pub commands: BTreeMap<String, String>,
    /// The events, each with the path to the object.
    #[serde(default)]
    pub events: BTreeMap<String, String>,
    /// The member.
    pub name: String,
    /// The path of the name of the block node, if the object has it.
    pub node: Option<String>,
    /// The path of the id of the guest device, if the object has it.
    pub device: Option<String>,
}

/// A list of all that a QEMU has. What an older release does not have can be
/// left out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// The commands, each with the path of the elements.
    pub commands: BTreeMap<String, String>,
}

/// A change of one member of one command or event.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyChange<'r> {
    /// Whether it is in a reply or in an event.
    pub direction: Direction,
    /// The command or event of the older release.
    pub operation: &'r str,
    /// The path in the older release.
    pub old_path: String,
    /// The path in the later release, if that has the information.
    pub new_path: Option<String>,
    /// The way from the new value to the old one.
    pub conversion: &'r ReplyConversion,
}

impl OldMembers {
    /// The paths.
    pub fn paths(&self) -> &[String] {
        match self {
            OldMembers::One(path) => std::slice::from_ref(path),
            OldMembers::Many(paths) => paths,
        }
    }
}

impl ReplyRules {
    /// The folder of the files in the folder of the schemas.
    pub const FOLDER_NAME: &str = "replies";

    /// Parses a file.
    ///
    /// # Errors
    ///
    /// The text is not valid TOML, a key is unknown or missing, or a series is
    /// invalid.
    pub fn parse(text: &str) -> Result<ReplyRules, toml::de::Error> {
        toml::from_str(text)
    }

    /// Adds the rules of another file.
    pub fn extend(&mut self, other: ReplyRules) {
        self.rules.extend(other.rules);
        self.backends.extend(other.backends);
        self.inventories.extend(other.inventories);
    }

    /// The rules about a command or event between two series, the latest first,
    /// each with the path to the object.
    pub fn between(
        &self,
        direction: Direction,
        operation: &str,
        (older, later): (Series, Series),
    ) -> Vec<(&ReplyRule, &str)> {
        let due = self.rules.iter();
        let due = due.filter(|rule| older < rule.since && rule.since <= later);
        let places = due.filter_map(|rule| {
            let at = rule.places(direction).get(operation)?;
            Some((rule, at.as_str()))
        });
        let mut rules: Vec<(&ReplyRule, &str)> = places.collect();
        rules.sort_by_key(|(rule, _)| std::cmp::Reverse(rule.since));
        rules
    }

    /// The rule about a member of the older of two series. Its path is without
    /// branches.
    pub fn find(
        &self,
        direction: Direction,
        operation: &str,
        path: &str,
        series: (Series, Series),
    ) -> Option<&ReplyRule> {
        let rules = self.between(direction, operation, series).into_iter();
        let mut rules = rules.map(|(rule, _)| rule);
        rules.find(|rule| {
            let mut changes = rule.changes().into_iter();
            let is_event = path.is_empty() && rule.new_event.is_some();
            is_event || changes.any(|own| own.operation == operation && own.old_path == path)
        })
    }

    /// Returns whether a list has all that a QEMU has. Its path ends with `[]`.
    pub fn is_inventory(&self, command: &str, path: &str) -> bool {
        let mut inventories = self.inventories.iter();
        inventories.any(|own| own.commands.get(command).is_some_and(|own| own == path))
    }
}

impl ReplyRule {
    /// The commands or events with the paths to the object.
    fn places(&self, direction: Direction) -> &BTreeMap<String, String> {
        match direction {
            Direction::Event => &self.events,
            Direction::Request | Direction::Reply => &self.commands,
        }
    }

    /// The path from the object to the new member of an old one.
    fn new_member<'r>(&'r self, old: &'r str) -> Option<&'r str> {
        let is_kept = matches!(
            self.conversion,
            ReplyConversion::Same | ReplyConversion::Values(_)
        );
        let kept = (is_kept && self.certainty != Certainty::Left).then_some(old);
        self.new.as_deref().or(kept)
    }

    /// The changes that the rule states, as data.
    pub fn changes(&self) -> Vec<ReplyChange<'_>> {
        let directions = [Direction::Reply, Direction::Event].into_iter();
        let places = directions.flat_map(|direction| {
            let places = self.places(direction).iter();
            places.map(move |(operation, at)| (direction, operation.as_str(), at.as_str()))
        });
        let changes = places.flat_map(|(direction, operation, at)| {
            self.old.paths().iter().map(move |old| ReplyChange {
                direction,
                operation,
                old_path: join(at, old),
                new_path: self.new_member(old).map(|new| join(at, new)),
                conversion: &self.conversion,
            })
        });
        changes.collect()
    }

    /// Returns the reason and, unless the value is certain, the advice.
    pub fn message(&self) -> String {
        match self.certainty {
            Certainty::Certain => self.reason.clone(),
            Certainty::Assumed | Certainty::Left => format!("{} {}", self.reason, self.advice),
        }
    }
}

fn join(at: &str, path: &str) -> String {
    match (at, path) {
        ("", path) => path.to_owned(),
        (at, "") => at.to_owned(),
        (at, path) => format!("{at}.{path}"),
    }
}
