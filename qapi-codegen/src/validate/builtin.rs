//! The types that every schema has without defining them.

use crate::dialect::{self, ALWAYS, Releases};

/// A type of the language.
#[derive(Debug, PartialEq, Eq)]
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// What a value of it is in JSON; `any` can be everything.
    pub json: Option<Json>,
    /// The values, if it is an enum.
    pub values: &'static [&'static str],
}

/// What a value is in JSON, as far as an alternate tells its branches apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Json {
    /// A string.
    String,
    /// A number without a fraction; releases up to 2.9 tell it from the other.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
    /// An object.
    Object,
    /// A list.
    Array,
}

/// The built-in type of a name, and the releases that have it.
pub fn find(name: &str) -> Option<(&'static Builtin, Releases)> {
    BUILTINS
        .iter()
        .find(|(builtin, _)| builtin.name == name)
        .map(|(builtin, releases)| (builtin, *releases))
}

/// The names of all built-in types.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().map(|(builtin, _)| builtin.name)
}

const fn plain(name: &'static str, json: Json) -> (Builtin, Releases) {
    let builtin = Builtin {
        name,
        json: Some(json),
        values: &[],
    };
    (builtin, ALWAYS)
}

const ANY: Builtin = Builtin {
    name: "any",
    json: None,
    values: &[],
};

/// The kinds of QEMU's own representation of JSON. No shipped schema uses it.
const QTYPE: Builtin = Builtin {
    name: "QType",
    json: Some(Json::String),
    values: &[
        "none", "qnull", "qnum", "qstring", "qdict", "qlist", "qbool",
    ],
};

static BUILTINS: &[(Builtin, Releases)] = &[
    plain("str", Json::String),
    plain("number", Json::Number),
    plain("int", Json::Integer),
    plain("int8", Json::Integer),
    plain("int16", Json::Integer),
    plain("int32", Json::Integer),
    plain("int64", Json::Integer),
    plain("uint8", Json::Integer),
    plain("uint16", Json::Integer),
    plain("uint32", Json::Integer),
    plain("uint64", Json::Integer),
    plain("size", Json::Integer),
    plain("bool", Json::Boolean),
    (ANY, ALWAYS),
    (QTYPE, dialect::QTYPE),
    (plain("null", Json::Null).0, dialect::NULL),
];
