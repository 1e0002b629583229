//! The keys of each kind of expression.

use std::fmt::Display;

use super::tree::SyntaxNode;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{self, ALWAYS, Releases};
use crate::source::{Name, Span};
use crate::version::Version;

/// A key of one kind of expression: the releases that have it, and those that
/// require it.
pub struct KeyRule {
    name: &'static str,
    releases: Releases,
    required: Option<Releases>,
}

const fn required(name: &'static str) -> KeyRule {
    required_in(name, ALWAYS)
}

const fn required_in(name: &'static str, releases: Releases) -> KeyRule {
    KeyRule {
        required: Some(releases),
        ..optional(name, ALWAYS)
    }
}

const fn optional(name: &'static str, releases: Releases) -> KeyRule {
    KeyRule {
        name,
        releases,
        required: None,
    }
}

pub const INCLUDE: &[KeyRule] = &[required("include")];
pub const PRAGMA: &[KeyRule] = &[required("pragma")];
pub const ENUM: &[KeyRule] = &[
    required("enum"),
    required("data"),
    optional("prefix", ALWAYS),
    optional("if", dialect::CONDITIONS),
    optional("features", dialect::FEATURES),
];
pub const STRUCT: &[KeyRule] = &[
    required("struct"),
    required("data"),
    optional("base", ALWAYS),
    optional("if", dialect::CONDITIONS),
    optional("features", dialect::STRUCT_FEATURES),
];
pub const UNION: &[KeyRule] = &[
    required("union"),
    required("data"),
    required_in("base", dialect::NO_SIMPLE_UNIONS),
    required_in("discriminator", dialect::NO_SIMPLE_UNIONS),
    optional("if", dialect::CONDITIONS),
    optional("features", dialect::FEATURES),
];
pub const ALTERNATE: &[KeyRule] = &[
    required("alternate"),
    required("data"),
    optional("if", dialect::CONDITIONS),
    optional("features", dialect::FEATURES),
];
pub const COMMAND: &[KeyRule] = &[
    required("command"),
    optional("data", ALWAYS),
    optional("returns", ALWAYS),
    optional("gen", ALWAYS),
    optional("success-response", ALWAYS),
    optional("boxed", dialect::BOXED_DATA),
    optional("allow-oob", dialect::ALLOW_OOB),
    optional("allow-preconfig", dialect::ALLOW_PRECONFIG),
    optional("if", dialect::CONDITIONS),
    optional("features", dialect::COMMAND_FEATURES),
    optional("coroutine", dialect::COROUTINES),
];
pub const EVENT: &[KeyRule] = &[
    required("event"),
    optional("data", ALWAYS),
    optional("boxed", dialect::BOXED_DATA),
    optional("if", dialect::CONDITIONS),
    optional("features", dialect::FEATURES),
];
pub const ENUM_VALUE: &[KeyRule] = &[
    required("name"),
    optional("if", dialect::LONG_FORMS),
    optional("features", dialect::VALUE_FEATURES),
];
pub const MEMBER: &[KeyRule] = &[
    required("type"),
    optional("if", dialect::LONG_FORMS),
    optional("features", dialect::FEATURES),
];
pub const BRANCH: &[KeyRule] = &[required("type"), optional("if", dialect::LONG_FORMS)];
pub const FEATURE: &[KeyRule] = &[required("name"), optional("if", dialect::STRUCT_FEATURES)];

/// Reports unknown and missing keys of an object.
///
/// `owner` names the object in messages; `place` is its span.
pub fn check(
    owner: &dyn Display,
    place: Span,
    entries: &[(Name, SyntaxNode)],
    keys: &[KeyRule],
    version: Version,
) -> Vec<Diagnostic> {
    let unknown = entries
        .iter()
        .filter_map(|(key, _)| unknown_key(owner, key, keys, version));
    let missing = keys
        .iter()
        .filter_map(|key| missing_key(owner, place, entries, key, version));
    unknown.chain(missing).collect()
}

fn unknown_key(
    owner: &dyn Display,
    key: &Name,
    keys: &[KeyRule],
    version: Version,
) -> Option<Diagnostic> {
    let (message, help) = match keys.iter().find(|rule| rule.name == key.value) {
        Some(rule) if rule.releases.contains(version) => return None,
        Some(rule) => (
            format!("{owner}: key '{key}' is not supported in QEMU {version}"),
            format!("the key exists since QEMU {}", rule.releases.first()),
        ),
        None => (
            format!("{owner}: unknown key '{key}'"),
            format!("valid keys are {}", valid_keys(keys, version)),
        ),
    };
    Some(Diagnostic::new(Code::UnknownKey, key.span, message).with_help(help))
}

fn missing_key(
    owner: &dyn Display,
    place: Span,
    entries: &[(Name, SyntaxNode)],
    key: &KeyRule,
    version: Version,
) -> Option<Diagnostic> {
    let name = key.name;
    let is_required = key
        .required
        .is_some_and(|releases| releases.contains(version));
    let is_missing = entries.iter().all(|(key, _)| key.value != name);
    (is_required && is_missing).then(|| {
        let message = format!("{owner}: missing key '{name}'");
        Diagnostic::new(Code::MissingKey, place, message).with_help(format!("add '{name}'"))
    })
}

fn valid_keys(keys: &[KeyRule], version: Version) -> String {
    let valid = keys.iter().filter(|key| key.releases.contains(version));
    let names: Vec<String> = valid.map(|key| format!("'{}'", key.name)).collect();
    names.join(", ")
}
