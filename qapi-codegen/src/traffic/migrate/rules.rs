//! The rules: `schemas/migrations.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::json::JsonValue;
use crate::knowledge::when::{ArgumentCondition, any_holds};
use crate::version::Series;

/// All rules. People write them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What requests become, in the order of the series.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
    /// Where requests name what an earlier one made.
    #[serde(default, rename = "reference")]
    pub references: Vec<Reference>,
}

/// What requests become in a series.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A name for it that stays.
    pub id: String,
    /// The first series that refuses what the rule replaces.
    pub since: Series,
    /// The commands that it is about.
    pub commands: Vec<String>,
    /// Which of their requests; all of them, where there is nothing.
    #[serde(default)]
    pub when: Vec<ArgumentCondition>,
    /// How sure the result is.
    pub certainty: Certainty,
    /// What is done, assumed, or has to be decided, in sentences.
    pub says: String,
    /// What is done, in this order.
    #[serde(default, rename = "do")]
    pub steps: Vec<Step>,
    /// The series that the example is written for, where it is not the one
    /// before `since`.
    #[serde(default)]
    pub written_for: Option<Series>,
    /// A request that it is for.
    pub before: String,
    /// What that becomes; nothing where it is left.
    #[serde(default)]
    pub after: Option<String>,
}

/// How sure a result is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// It means the same.
    Certain,
    /// It means the same if what is said holds.
    Assumed,
    /// There is none; a person decides.
    Left,
}

/// One thing that is done to a request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Step {
    /// The command gets another name.
    Command(String),
    /// The members of a member take its place.
    Unwrap(String),
    /// A member gets another name beside it.
    Rename(FromTo),
    /// A name of two becomes the other one; where both are given, the first is
    /// dropped and requests that use it get the second.
    Merge(FromTo),
    /// A member gets another place, in an object that is there.
    Move(FromTo),
    /// A member is dropped, which `says` has to justify.
    Drop(String),
    /// A member is dropped, and given to the `device_add` that uses the node.
    Carry(Carry),
    /// A member gets a value, written as JSON.
    Set(Set),
    /// A number is multiplied and written as an integer.
    Scale(Scale),
    /// Texts become other texts.
    Respell(Respell),
    /// Texts become the values that they stand for in the later release.
    Literals(Literals),
}

/// From one name to another.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FromTo {
    /// The path of the member.
    pub from: String,
    /// Its new name, or its new path.
    pub to: String,
}

/// What a device takes over.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carry {
    /// The path of the member.
    pub from: String,
    /// The property of the device.
    pub property: String,
    /// The path of the name by which the device uses it.
    pub name: String,
}

/// A value for a member.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// The path of the member.
    pub member: String,
    /// The value, as JSON.
    pub value: String,
}

/// A factor for a number.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The path of the member.
    pub member: String,
    /// The factor.
    pub by: f64,
}

/// Other texts for texts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Respell {
    /// The path of the member.
    pub member: String,
    /// The new text for each old one; the others stay.
    pub texts: BTreeMap<String, String>,
}

/// By what the type of a text is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Literals {
    /// By the schema.
    Schema,
    /// By the properties of the device.
    Device,
}

/// Where requests name what an earlier one made.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The commands.
    pub commands: Vec<String>,
    /// The paths of the names.
    pub paths: Vec<String>,
    /// A member that gets the name, too, where it is not there: a job on a node
    /// has no name of its own.
    #[serde(default)]
    pub add: Option<String>,
    /// A member that gets the name of the node instead.
    #[serde(default)]
    pub node: Option<String>,
    /// A member that gets the name of the guest's device instead.
    #[serde(default)]
    pub device: Option<String>,
}

impl Rules {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// It is no TOML, a key is unknown or missing, or a release is none. The
    /// error knows the place.
    pub fn read(text: &str) -> Result<Rules, toml::de::Error> {
        toml::from_str(text)
    }

    /// The series that have rules, the oldest first.
    pub fn series(&self) -> impl Iterator<Item = Series> {
        let mut series: Vec<Series> = self.rules.iter().map(|rule| rule.since).collect();
        series.sort();
        series.dedup();
        series.into_iter()
    }

    /// The rules of a series, in the order of the file.
    pub fn of(&self, series: Series) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.since == series)
    }
}

impl Rule {
    /// Whether a request is one of those that the rule is about.
    pub fn fits(&self, message: &JsonValue<'_>) -> bool {
        let name = message.get("execute").or_else(|| message.get("exec-oob"));
        let name = name.and_then(JsonValue::as_str).unwrap_or_default();
        let empty = JsonValue::Object(Vec::new());
        let arguments = message.get("arguments").unwrap_or(&empty);
        self.commands.iter().any(|command| command == name) && any_holds(&self.when, arguments)
    }
}
