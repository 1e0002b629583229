//! Answers to changes that break requests: `schemas/migrations/`.
//!
//! A rule states since when QEMU rejects a request, what to do about it, and the
//! rewritten request if there is one. `diff`, `check`, `history` and `migrate`
//! all take their advice from these rules.

mod answers;
mod command_lines;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::when::{ArgumentCondition, any_holds};
use crate::json::JsonValue;
use crate::version::Series;

pub use answers::{AnswerRange, BreakSite};
pub use command_lines::CommandLineRule;

/// All rules.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MigrationRules {
    /// Rules that rewrite a request.
    #[serde(default, rename = "rule")]
    pub rules: Vec<MigrationRule>,
    /// Arguments that name a block node of an earlier request.
    #[serde(default, rename = "reference")]
    pub references: Vec<NodeReference>,
    /// Rules that rewrite options of the command line.
    #[serde(default, rename = "command-line")]
    pub command_lines: Vec<CommandLineRule>,
}

/// An answer to a change that breaks requests: how to rewrite them, or why a
/// person has to.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MigrationRule {
    /// Stable name.
    pub id: String,
    /// First series that rejects what the rule replaces; absent if all accept
    /// it although it is deprecated.
    #[serde(default)]
    pub since: Option<Series>,
    /// Last series for which the rule is the answer; by default the newest.
    #[serde(default)]
    pub until: Option<Series>,
    /// First series whose documentation deprecates it, if the schema has no
    /// feature flag.
    #[serde(default)]
    pub deprecated: Option<Series>,
    /// Commands to whose requests the rule applies.
    pub commands: Vec<String>,
    /// Conditions, one of which has to hold; none means all requests.
    #[serde(default)]
    pub when: Vec<ArgumentCondition>,
    /// Argument paths that the rule answers for besides those in `when` and
    /// `steps`.
    #[serde(default)]
    pub answers: Vec<String>,
    /// `true` if the later release accepts the old request with another meaning.
    #[serde(default)]
    pub silent: bool,
    /// Certainty that the new request has the same meaning.
    #[serde(default)]
    pub certainty: Certainty,
    /// Reason for the change, in sentences.
    pub reason: String,
    /// What to do, in sentences.
    pub advice: String,
    /// Steps of the rewrite, in order.
    #[serde(default)]
    pub steps: Vec<RewriteStep>,
    /// Series of the example, if it is not the series before `since`.
    pub example_series: Option<Series>,
    /// Example of a request; absent if no series rejects it.
    #[serde(default)]
    pub before: Option<String>,
    /// The rewritten example; absent if the request is left.
    pub after: Option<String>,
}

/// Certainty that a rewritten request has the same meaning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// It has.
    Certain,
    /// It has under the assumption in the advice of the rule.
    Assumed,
    /// No equivalent request exists, so the request is left.
    #[default]
    Left,
}

/// A step that changes a request. Members are given by argument paths.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum RewriteStep {
    /// Replaces the name of the command.
    RenameCommand(String),
    /// Replaces an argument by its members.
    Unwrap(String),
    /// Makes the arguments the only element of an array, the only argument.
    WrapArguments(String),
    /// Makes the arguments the members of the only argument.
    NestArguments(String),
    /// Adds an argument unless it is present.
    Add {
        /// The argument.
        member: String,
        /// Its value.
        value: AddedValue,
    },
    /// Replaces a number by its text.
    NumberToString(String),
    /// Replaces a value by an array with this value as the only element.
    WrapValue(String),
    /// Removes strings from an array argument.
    RemoveStrings {
        /// Path of the array.
        from: String,
        /// The strings.
        values: Vec<String>,
    },
    /// Replaces `data` of every union by its members where the schema of the
    /// later release has them in the union itself.
    FlattenUnions(UnionTypes),
    /// Renames a member.
    Rename {
        /// Path of the member.
        from: String,
        /// New name.
        to: String,
    },
    /// Renames an argument that names the new node, or removes it if the new
    /// argument is set too. Later requests are changed to the remaining name.
    MergeNames {
        /// Old argument.
        from: String,
        /// New argument.
        to: String,
    },
    /// Moves a member to an existing object.
    Move {
        /// Path of the member.
        from: String,
        /// New path.
        to: String,
    },
    /// Removes a member.
    Remove(String),
    /// Removes members that have a value, by path.
    RemoveValues(BTreeMap<String, String>),
    /// Removes the elements of an array argument for which a condition holds.
    RemoveElements {
        /// The argument.
        from: String,
        /// Condition on the members of the element.
        when: ArgumentCondition,
    },
    /// Removes a member and adds it to the `device_add` that uses the node.
    MoveToDevice {
        /// Path of the member.
        from: String,
        /// Property of the device.
        property: String,
        /// Path of the name of the node.
        node: String,
    },
    /// Multiplies a number, which must become an integer.
    Multiply {
        /// Path of the number.
        member: String,
        /// Factor.
        by: f64,
    },
    /// Replaces strings by other strings.
    ReplaceValues {
        /// Path of the string.
        member: String,
        /// New string by old string.
        values: BTreeMap<String, String>,
    },
    /// Replaces strings by the numbers, booleans and arrays that they denote.
    ParseStrings(StringTypes),
}

/// The value of an argument that a rule adds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum AddedValue {
    /// An integer.
    Integer(i64),
    /// A string.
    Text(String),
}

/// Source of the types that strings are parsed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StringTypes {
    /// The schema of the later release.
    Schema,
    /// The properties of the device.
    Device,
}

/// Source of the unions that are flattened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnionTypes {
    /// The schema of the later release.
    Schema,
}

/// Arguments that name a block node of an earlier request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeReference {
    /// Commands that have the arguments.
    pub commands: Vec<String>,
    /// Paths of the arguments.
    pub paths: Vec<String>,
    /// Argument that is added, with the old name.
    pub add: Option<String>,
    /// Argument that replaces the old one and names the node.
    pub node: Option<String>,
    /// Argument that replaces the old one and names the guest device.
    pub device: Option<String>,
}

impl MigrationRules {
    /// The folder of the files in the folder of the schemas.
    pub const FOLDER_NAME: &str = "migrations";

    /// Parses the file.
    ///
    /// # Errors
    ///
    /// The text is not valid TOML, a key is unknown or missing, or a series is
    /// invalid.
    pub fn parse(text: &str) -> Result<MigrationRules, toml::de::Error> {
        toml::from_str(text)
    }

    /// Adds the rules of another file.
    pub fn extend(&mut self, other: MigrationRules) {
        self.rules.extend(other.rules);
        self.references.extend(other.references);
        self.command_lines.extend(other.command_lines);
    }

    /// Returns the rules of a series in the order of the files.
    pub fn rules_since(&self, series: Series) -> impl Iterator<Item = &MigrationRule> {
        let rules = self.rules.iter();
        rules.filter(move |rule| rule.since == Some(series))
    }

    /// Returns the rules for what is deprecated in a series without a feature
    /// flag.
    pub fn deprecations_in(&self, series: Series) -> impl Iterator<Item = &MigrationRule> {
        self.rules.iter().filter(move |rule| {
            rule.deprecated.is_some_and(|since| since <= series)
                && rule.since.is_none_or(|removed| series < removed)
        })
    }
}

impl MigrationRule {
    /// Returns whether the rule applies to a request.
    pub fn applies_to(&self, command: &str, arguments: &JsonValue<'_>) -> bool {
        self.commands.iter().any(|name| name == command) && any_holds(&self.when, arguments)
    }

    /// Returns the reason and, unless the rewritten request is certain, the
    /// advice.
    pub fn message(&self) -> String {
        match self.certainty {
            Certainty::Certain => self.reason.clone(),
            Certainty::Assumed | Certainty::Left => format!("{} {}", self.reason, self.advice),
        }
    }
}
