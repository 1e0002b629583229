//! The state of a guest that requests depend on: `schemas/guest.toml`.

use serde::Deserialize;

use super::when::{self, ArgumentCondition};
use crate::json::JsonValue;
use crate::version::Series;

/// What requests name in a guest, and what is refused because of it. People write the
/// rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuestRules {
    #[serde(default)]
    initial: Vec<InitialNames>,
    #[serde(default)]
    name: Vec<NameRule>,
    #[serde(default)]
    refuse: Vec<StateRefusal>,
    #[serde(default)]
    list: Vec<NameList>,
}

/// The names that a guest has from the start.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InitialNames {
    /// The kind of what has the names.
    pub kind: String,
    /// The names.
    pub names: Vec<String>,
}

/// Requests that give or remove a name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameRule {
    commands: Vec<String>,
    /// The kind of what gets the name.
    #[serde(default)]
    pub gives: Option<String>,
    /// The kinds of what loses the name.
    #[serde(default)]
    pub removes: Vec<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    when: Vec<ArgumentCondition>,
}

/// A name that something has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestName {
    /// The name.
    pub name: String,
    /// The name of its owner, with which it goes; it may be empty.
    pub owner: String,
}

/// Requests that are refused in some state.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateRefusal {
    commands: Vec<String>,
    #[serde(default)]
    since: Option<Series>,
    #[serde(default)]
    until: Option<Series>,
    #[serde(default)]
    name: Vec<String>,
    /// The kinds of which none has the name.
    #[serde(default)]
    pub missing: Vec<String>,
    /// The kinds of which one has the name.
    #[serde(default)]
    pub taken: Vec<String>,
    /// `true` if only names apply that are not identifiers.
    #[serde(default)]
    malformed: bool,
    /// `true` if names that end with a digit are taken to be of the command line.
    #[serde(default)]
    numbered_exist: bool,
    #[serde(default)]
    when: Vec<ArgumentCondition>,
    #[serde(default)]
    unless: Vec<ArgumentCondition>,
    /// The error class; by default `GenericError`.
    #[serde(default)]
    pub class: Option<String>,
    text: String,
}

/// A command that lists what has a name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameList {
    /// The command.
    pub command: String,
    /// The kind of what it lists.
    pub kind: String,
    /// The member of each element with the name.
    pub member: String,
}

impl GuestRules {
    /// The name of the file in `schemas/`.
    pub const FILE_NAME: &'static str = "guest.toml";

    /// The names that a guest has from the start.
    pub fn initial(&self) -> &[InitialNames] {
        &self.initial
    }

    /// The names that a request gives or removes, with their rules.
    pub fn names(&self, command: &str, arguments: &JsonValue<'_>) -> Vec<(&NameRule, GuestName)> {
        let rules = self.name.iter().filter(|rule| {
            rule.commands.iter().any(|own| own == command) && when::any_holds(&rule.when, arguments)
        });
        let named = rules.filter_map(|rule| {
            let name = fill(&rule.name, arguments)?;
            let owner = fill(&rule.owner, arguments).unwrap_or_default();
            Some((rule, GuestName { name, owner }))
        });
        named.collect()
    }

    /// The refusals that may apply to a request, in the order in which QEMU checks them.
    pub fn refusals(&self, command: &str, series: Series) -> impl Iterator<Item = &StateRefusal> {
        self.refuse.iter().filter(move |rule| {
            rule.commands.iter().any(|own| own == command)
                && rule.since.is_none_or(|since| since <= series)
                && rule.until.is_none_or(|until| series <= until)
        })
    }

    /// The list that a command returns.
    pub fn list(&self, command: &str) -> Option<&NameList> {
        self.list.iter().find(|list| list.command == command)
    }
}

impl StateRefusal {
    /// The names in a request that have to be looked up. One is empty if the rule is
    /// not about a name.
    pub fn names(&self, arguments: &JsonValue<'_>) -> Vec<String> {
        let is_exempt = self.unless.iter().any(|unless| unless.holds(arguments));
        if is_exempt || !when::any_holds(&self.when, arguments) {
            return Vec::new();
        }
        if self.name.is_empty() {
            return vec![String::new()];
        }
        let names = self.name.iter().filter_map(|name| fill(name, arguments));
        let names = names.filter(|name| {
            (!self.malformed || !is_identifier(name))
                && (!self.numbered_exist || !name.ends_with(|c: char| c.is_ascii_digit()))
        });
        names.collect()
    }

    /// The text of the error for a name. `{value}` is the name, `{type}` is the type of
    /// the device that has the properties, and others are arguments.
    pub fn text(&self, arguments: &JsonValue<'_>, name: &str, device_type: &str) -> String {
        replace(&self.text, &mut |placeholder| {
            Some(match placeholder {
                "value" => name.to_owned(),
                "type" => device_type.to_owned(),
                path => scalar_at(arguments, path).unwrap_or_default(),
            })
        })
        .unwrap_or_default()
    }
}

/// Replaces each `{path}` of a text by the argument there. Returns `None` if one is
/// missing.
fn fill(text: &str, arguments: &JsonValue<'_>) -> Option<String> {
    replace(text, &mut |path| scalar_at(arguments, path))
}

fn replace(text: &str, value: &mut dyn FnMut(&str) -> Option<String>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (path, after) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(before);
        filled.push_str(&value(path)?);
        rest = after;
    }
    Some(filled + rest)
}

/// The text of a string, number or boolean.
fn scalar_at(arguments: &JsonValue<'_>, path: &str) -> Option<String> {
    let mut scalar = None;
    when::any_at(arguments, path, &mut |value| {
        scalar = match value {
            JsonValue::String(text) => Some(text.value.to_string()),
            JsonValue::Number(number) => Some(number.to_string()),
            JsonValue::Bool(value) => Some(value.to_string()),
            _ => None,
        };
        scalar.is_some()
    });
    scalar
}

/// Returns whether QEMU accepts a name for something new.
fn is_identifier(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_part)
}
