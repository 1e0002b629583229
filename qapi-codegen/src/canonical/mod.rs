//! A schema as facts: the same definitions in one layout of our own, and of
//! the documentation only what a program can use.
//!
//! The result is in the language of QEMU's own files, so that whoever reads
//! those reads this, and restating it again changes nothing.

mod comment;
mod definition;
mod layout;
mod value;

use crate::ast::{Item, PragmaDirective, PragmaValue};
use crate::doc;
use crate::load::Loaded;
use value::Value;

/// Restates a schema.
///
/// Definitions keep their order; the files they came from are forgotten.
pub fn print(loaded: &Loaded) -> String {
    let mut docs = doc::attach(loaded).into_iter();
    let mut parts = Vec::new();
    for item in &loaded.items {
        match item {
            Item::Comment(_) | Item::Include(_) => {}
            Item::Pragma(pragma) => parts.extend(restate_pragma(pragma)),
            Item::Definition(definition) => {
                let docs = docs.next().unwrap_or_default();
                let comment = comment::restate(&definition.name.value, &docs);
                let value = definition::restate(definition);
                parts.push(format!("{comment}{}", layout::expression(&value)));
            }
        }
    }
    parts.join("\n")
}

/// The settings that tell which rules are enforced for names and types. Those
/// about documentation mean nothing where there is none.
const SETTINGS: [&str; 5] = [
    "returns-whitelist",
    "command-returns-exceptions",
    "name-case-whitelist",
    "member-name-exceptions",
    "command-name-exceptions",
];

fn restate_pragma(pragma: &PragmaDirective) -> Option<String> {
    let settings: Vec<_> = pragma
        .settings
        .iter()
        .filter(|(name, _)| SETTINGS.contains(&name.value.as_str()))
        .map(|(name, value)| (name.value.clone(), setting(value)))
        .collect();
    let value = Value::Object(vec![("pragma".into(), Value::Object(settings.clone()))]);
    (!settings.is_empty()).then(|| layout::expression(&value))
}

fn setting(value: &PragmaValue) -> Value {
    match value {
        PragmaValue::Boolean(on) => Value::Boolean(*on),
        PragmaValue::Names(names) => Value::Array(
            names
                .iter()
                .map(|name| Value::string(&name.value))
                .collect(),
        ),
    }
}
