//! The file of overrides: one list for each kind of change.

use serde::Deserialize;
use toml::Spanned;

/// What a file of overrides says. The lists are applied in this order.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Overrides {
    /// Definitions that the schema lacks.
    #[serde(default)]
    pub add: Vec<Add>,
    /// Members that an object lacks.
    #[serde(default)]
    pub add_member: Vec<AddMember>,
    /// Members that have another name on the wire.
    #[serde(default)]
    pub rename_member: Vec<RenameMember>,
    /// Members that are always refused.
    #[serde(default)]
    pub remove_member: Vec<OfMember>,
    /// Members that may be absent although the schema requires them.
    #[serde(default)]
    pub make_optional: Vec<OfMember>,
    /// Commands that take arguments which the schema does not list.
    #[serde(default)]
    pub open_arguments: Vec<OfCommand>,
}

/// Adds definitions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Add {
    /// The definitions in the language of the schema, as a literal text.
    pub text: Spanned<String>,
    /// Why the schema lacks them.
    pub reason: Spanned<String>,
}

/// Adds a member.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddMember {
    /// The definition that lacks it.
    pub target: Spanned<String>,
    /// Its name, with a `*` where it may be absent.
    pub member: Spanned<String>,
    /// The name of its type.
    #[serde(rename = "type")]
    pub ty: Spanned<String>,
    /// Why the schema lacks it.
    pub reason: Spanned<String>,
}

/// Gives a member another name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameMember {
    /// The definition it belongs to.
    pub target: Spanned<String>,
    /// Its name in the schema.
    pub member: Spanned<String>,
    /// Its name on the wire.
    pub to: Spanned<String>,
    /// Why they differ.
    pub reason: Spanned<String>,
}

/// A change that needs a member and nothing else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfMember {
    /// The definition it belongs to.
    pub target: Spanned<String>,
    /// Its name.
    pub member: Spanned<String>,
    /// Why the schema does not say so.
    pub reason: Spanned<String>,
}

/// A change that needs a command and nothing else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfCommand {
    /// The command.
    pub target: Spanned<String>,
    /// Why the schema does not say so.
    pub reason: Spanned<String>,
}

/// Reads a file of overrides.
pub fn read(text: &str) -> Result<Overrides, toml::de::Error> {
    toml::from_str(text)
}
