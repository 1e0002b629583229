//! Which keys an expression of each kind may have, and since which release.

use super::tree::Node;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{self, ALWAYS, Releases};
use crate::source::{Name, Span};
use crate::version::Version;

/// One key of one kind of expression.
pub struct Key {
    name: &'static str,
    releases: Releases,
    required: Option<Releases>,
}

const fn required(name: &'static str) -> Key {
    Key {
        name,
        releases: ALWAYS,
        required: Some(ALWAYS),
    }
}

const fn optional(name: &'static str, releases: Releases) -> Key {
    Key {
        name,
        releases,
        required: None,
    }
}

const fn required_in(name: &'static str, releases: Releases) -> Key {
    Key {
        name,
        releases: ALWAYS,
        required: Some(releases),
    }
}

pub const INCLUDE: &[Key] = &[required("include")];
pub const PRAGMA: &[Key] = &[required("pragma")];
pub const ENUM: &[Key] = &[
    required("enum"),
    required("data"),
    optional("prefix", ALWAYS),
    optional("if", dialect::CONDITIONS),
    optional("features", dialect::FEATURES),
];
pub const STRUCT: &[Key] = &[
    required("struct"),
    required("data"),
    optional("base", ALWAYS),
    optional("if", dialect::CONDITIONS),
    optional("features", dialect::STRUCT_FEATURES),
];
pub const UNION: &[Key] = &[
    required("union"),
    required("data"),
    required_in("base", dialect::NO_SIMPLE_UNIONS),
    required_in("discriminator", dialect::NO_SIMPLE_UNIONS),
    optional("if", dialect::CONDITIONS),
    optional("features", dialect::FEATURES),
];
pub const ALTERNATE: &[Key] = &[
    required("alternate"),
    required("data"),
    optional("if", dialect::CONDITIONS),
    optional("features", dialect::FEATURES),
];
pub const COMMAND: &[Key] = &[
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
pub const EVENT: &[Key] = &[
    required("event"),
    optional("data", ALWAYS),
    optional("boxed", dialect::BOXED_DATA),
    optional("if", dialect::CONDITIONS),
    optional("features", dialect::FEATURES),
];
pub const ENUM_VALUE: &[Key] = &[
    required("name"),
    optional("if", dialect::LONG_FORMS),
    optional("features", dialect::VALUE_FEATURES),
];
pub const MEMBER: &[Key] = &[
    required("type"),
    optional("if", dialect::LONG_FORMS),
    optional("features", dialect::FEATURES),
];
pub const BRANCH: &[Key] = &[required("type"), optional("if", dialect::LONG_FORMS)];
pub const FEATURE: &[Key] = &[required("name"), optional("if", dialect::STRUCT_FEATURES)];

/// Reports keys that do not belong here, and those that are missing.
///
/// `what` names the owner of the keys in messages; `place` is where it stands.
pub fn check(
    what: &str,
    place: Span,
    entries: &[(Name, Node)],
    keys: &[Key],
    version: Version,
) -> Vec<Diagnostic> {
    let unknown = entries
        .iter()
        .filter_map(|(key, _)| unknown(what, key, keys, version));
    let missing = keys
        .iter()
        .filter_map(|key| missing(what, place, entries, key, version));
    unknown.chain(missing).collect()
}

fn unknown(what: &str, key: &Name, keys: &[Key], version: Version) -> Option<Diagnostic> {
    let known = keys.iter().find(|known| known.name == key.value);
    match known {
        Some(known) if known.releases.contains(version) => None,
        Some(known) => Some(
            Diagnostic::new(
                Code::UnknownKey,
                key.span,
                format!("{what} has no key '{key}' in QEMU {version}"),
            )
            .with_help(format!("the key came with QEMU {}", known.releases.first())),
        ),
        None => Some(
            Diagnostic::new(
                Code::UnknownKey,
                key.span,
                format!("{what} has an unknown key '{key}'"),
            )
            .with_help(format!("valid keys are {}", valid(keys, version))),
        ),
    }
}

fn missing(
    what: &str,
    place: Span,
    entries: &[(Name, Node)],
    key: &Key,
    version: Version,
) -> Option<Diagnostic> {
    let required = key
        .required
        .is_some_and(|releases| releases.contains(version));
    let present = entries.iter().any(|(name, _)| name.value == key.name);
    (required && !present).then(|| {
        Diagnostic::new(
            Code::MissingKey,
            place,
            format!("{what} lacks the key '{}'", key.name),
        )
        .with_help(format!("add '{}'", key.name))
    })
}

fn valid(keys: &[Key], version: Version) -> String {
    let names: Vec<String> = keys
        .iter()
        .filter(|key| key.releases.contains(version))
        .map(|key| format!("'{}'", key.name))
        .collect();
    names.join(", ")
}
