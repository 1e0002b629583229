//! The types of the language itself.

/// A type of the language itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Builtin {
    Str,
    Number,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Size,
    Bool,
    Any,
    Null,
    QType,
}

/// The kind of a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum JsonKind {
    String,
    Number,
    Integer,
    Boolean,
    Null,
    Object,
    Array,
    Any,
}

impl Builtin {
    /// All of them.
    pub const ALL: [Builtin; 16] = [
        Builtin::Str,
        Builtin::Number,
        Builtin::Int,
        Builtin::Int8,
        Builtin::Int16,
        Builtin::Int32,
        Builtin::Int64,
        Builtin::Uint8,
        Builtin::Uint16,
        Builtin::Uint32,
        Builtin::Uint64,
        Builtin::Size,
        Builtin::Bool,
        Builtin::Any,
        Builtin::Null,
        Builtin::QType,
    ];

    /// The type with this name.
    pub fn named(name: &str) -> Option<Builtin> {
        Self::ALL.into_iter().find(|builtin| builtin.name() == name)
    }

    /// The name in the schema.
    pub fn name(self) -> &'static str {
        match self {
            Builtin::Str => "str",
            Builtin::Number => "number",
            Builtin::Int => "int",
            Builtin::Int8 => "int8",
            Builtin::Int16 => "int16",
            Builtin::Int32 => "int32",
            Builtin::Int64 => "int64",
            Builtin::Uint8 => "uint8",
            Builtin::Uint16 => "uint16",
            Builtin::Uint32 => "uint32",
            Builtin::Uint64 => "uint64",
            Builtin::Size => "size",
            Builtin::Bool => "bool",
            Builtin::Any => "any",
            Builtin::Null => "null",
            Builtin::QType => "QType",
        }
    }

    /// Whether its values may be too large for an `i64`.
    pub fn is_unsigned_64(self) -> bool {
        matches!(self, Builtin::Uint64 | Builtin::Size)
    }

    /// What a value of it is in JSON.
    pub fn json_kind(self) -> JsonKind {
        match self {
            Builtin::Str | Builtin::QType => JsonKind::String,
            Builtin::Number => JsonKind::Number,
            Builtin::Bool => JsonKind::Boolean,
            Builtin::Any => JsonKind::Any,
            Builtin::Null => JsonKind::Null,
            _ => JsonKind::Integer,
        }
    }
}
