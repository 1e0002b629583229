//! The rules of migration, `schemas/migrations.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::rewrite::command_name;
use crate::json::JsonValue;
use crate::knowledge::when::{ArgumentCondition, any_holds};
use crate::version::Series;

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
}

/// A rule that rewrites requests, or states why they cannot be rewritten.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MigrationRule {
    /// Stable name.
    pub id: String,
    /// First series that rejects what the rule replaces.
    pub since: Series,
    /// Commands to whose requests the rule applies.
    pub commands: Vec<String>,
    /// Conditions, one of which has to hold; none means all requests.
    #[serde(default)]
    pub when: Vec<ArgumentCondition>,
    /// Certainty that the new request has the same meaning.
    pub certainty: Certainty,
    /// Reason for the change, in sentences.
    pub reason: String,
    /// Advice for the user, in sentences.
    pub advice: Option<String>,
    /// Steps of the rewrite, in order.
    #[serde(default)]
    pub steps: Vec<RewriteStep>,
    /// Series of the example, if it is not the series before `since`.
    pub example_series: Option<Series>,
    /// Example of a request.
    pub before: String,
    /// The rewritten example; absent if the request is left.
    pub after: Option<String>,
}

/// Certainty that a rewritten request has the same meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// It has.
    Certain,
    /// It has under the assumption in the advice of the rule.
    Assumed,
    /// No equivalent request exists, so the request is left.
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
    /// Parses the file.
    ///
    /// # Errors
    ///
    /// The text is not valid TOML, a key is unknown or missing, or a series is
    /// invalid.
    pub fn parse(text: &str) -> Result<MigrationRules, toml::de::Error> {
        toml::from_str(text)
    }

    /// Returns the series that have rules, oldest first.
    pub fn series(&self) -> impl Iterator<Item = Series> {
        let mut series: Vec<Series> = self.rules.iter().map(|rule| rule.since).collect();
        series.sort();
        series.dedup();
        series.into_iter()
    }

    /// Returns the rules of a series in the order of the file.
    pub fn rules_since(&self, series: Series) -> impl Iterator<Item = &MigrationRule> {
        self.rules.iter().filter(move |rule| rule.since == series)
    }
}

impl MigrationRule {
    /// Returns whether the rule applies to a request.
    pub fn applies_to(&self, request: &JsonValue<'_>) -> bool {
        let command = command_name(request).unwrap_or_default();
        let no_arguments = JsonValue::Object(Vec::new());
        let arguments = request.get("arguments").unwrap_or(&no_arguments);
        self.commands.iter().any(|name| name == command) && any_holds(&self.when, arguments)
    }

    /// Returns the reason and the advice as one text.
    pub fn message(&self) -> String {
        let advice = self.advice.as_deref().into_iter();
        let sentences: Vec<&str> = std::iter::once(&*self.reason).chain(advice).collect();
        sentences.join(" ")
    }
}
