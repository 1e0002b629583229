//! Which keys an expression of each kind may have, and since which release.

use super::tree::Node;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Name, Span};
use crate::version::Version;

/// One key of one kind of expression.
pub struct Key {
    name: &'static str,
    since: Version,
    required_since: Option<Version>,
}

/// The first release whose language this crate knows.
const FIRST: Version = Version::new(2, 5, 0);

const fn required(name: &'static str) -> Key {
    Key {
        name,
        since: FIRST,
        required_since: Some(FIRST),
    }
}

const fn optional(name: &'static str, major: u32, minor: u32) -> Key {
    Key {
        name,
        since: Version::new(major, minor, 0),
        required_since: None,
    }
}

/// Simple unions went in 6.2, and from then on every union has these.
const fn required_from_6_2(name: &'static str) -> Key {
    Key {
        name,
        since: FIRST,
        required_since: Some(Version::new(6, 2, 0)),
    }
}

pub const INCLUDE: &[Key] = &[required("include")];
pub const PRAGMA: &[Key] = &[required("pragma")];
pub const ENUM: &[Key] = &[
    required("enum"),
    required("data"),
    optional("prefix", 2, 5),
    optional("if", 3, 0),
    optional("features", 5, 0),
];
pub const STRUCT: &[Key] = &[
    required("struct"),
    required("data"),
    optional("base", 2, 5),
    optional("if", 3, 0),
    optional("features", 4, 1),
];
pub const UNION: &[Key] = &[
    required("union"),
    required("data"),
    required_from_6_2("base"),
    required_from_6_2("discriminator"),
    optional("if", 3, 0),
    optional("features", 5, 0),
];
pub const ALTERNATE: &[Key] = &[
    required("alternate"),
    required("data"),
    optional("if", 3, 0),
    optional("features", 5, 0),
];
pub const COMMAND: &[Key] = &[
    required("command"),
    optional("data", 2, 5),
    optional("returns", 2, 5),
    optional("gen", 2, 5),
    optional("success-response", 2, 5),
    optional("boxed", 2, 7),
    optional("allow-oob", 2, 12),
    optional("allow-preconfig", 3, 0),
    optional("if", 3, 0),
    optional("features", 4, 2),
    optional("coroutine", 5, 2),
];
pub const EVENT: &[Key] = &[
    required("event"),
    optional("data", 2, 5),
    optional("boxed", 2, 7),
    optional("if", 3, 0),
    optional("features", 5, 0),
];
pub const ENUM_VALUE: &[Key] = &[
    required("name"),
    optional("if", 4, 0),
    optional("features", 6, 2),
];
pub const MEMBER: &[Key] = &[
    required("type"),
    optional("if", 4, 0),
    optional("features", 5, 0),
];
pub const BRANCH: &[Key] = &[required("type"), optional("if", 4, 0)];
pub const FEATURE: &[Key] = &[required("name"), optional("if", 4, 1)];

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
        Some(known) if known.since <= version => None,
        Some(known) => Some(
            Diagnostic::new(
                Code::UnknownKey,
                key.span,
                format!("{what} has no key '{key}' in QEMU {version}"),
            )
            .with_help(format!("the key came with QEMU {}", known.since.series())),
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
    let required = key.required_since.is_some_and(|since| since <= version);
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
        .filter(|key| key.since <= version)
        .map(|key| format!("'{}'", key.name))
        .collect();
    names.join(", ")
}
