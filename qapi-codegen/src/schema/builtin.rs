//! The types of the language itself.

/// A type of the language itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum BuiltinType {
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

impl JsonKind {
    /// The name of the JSON type.
    pub fn as_str(self) -> &'static str {
        match self {
            JsonKind::String => "string",
            JsonKind::Number => "number",
            JsonKind::Integer => "integer",
            JsonKind::Boolean => "boolean",
            JsonKind::Null => "null",
            JsonKind::Object => "object",
            JsonKind::Array => "array",
            JsonKind::Any => "any",
        }
    }
}

impl BuiltinType {
    /// All of them.
    pub const ALL: [BuiltinType; 16] = [
        BuiltinType::Str,
        BuiltinType::Number,
        BuiltinType::Int,
        BuiltinType::Int8,
        BuiltinType::Int16,
        BuiltinType::Int32,
        BuiltinType::Int64,
        BuiltinType::Uint8,
        BuiltinType::Uint16,
        BuiltinType::Uint32,
        BuiltinType::Uint64,
        BuiltinType::Size,
        BuiltinType::Bool,
        BuiltinType::Any,
        BuiltinType::Null,
        BuiltinType::QType,
    ];

    /// The type with this name.
    pub fn from_name(name: &str) -> Option<BuiltinType> {
        Self::ALL
            .into_iter()
            .find(|builtin| builtin.as_str() == name)
    }

    /// The name in the schema.
    pub fn as_str(self) -> &'static str {
        match self {
            BuiltinType::Str => "str",
            BuiltinType::Number => "number",
            BuiltinType::Int => "int",
            BuiltinType::Int8 => "int8",
            BuiltinType::Int16 => "int16",
            BuiltinType::Int32 => "int32",
            BuiltinType::Int64 => "int64",
            BuiltinType::Uint8 => "uint8",
            BuiltinType::Uint16 => "uint16",
            BuiltinType::Uint32 => "uint32",
            BuiltinType::Uint64 => "uint64",
            BuiltinType::Size => "size",
            BuiltinType::Bool => "bool",
            BuiltinType::Any => "any",
            BuiltinType::Null => "null",
            BuiltinType::QType => "QType",
        }
    }

    /// Whether its values may be too large for an `i64`.
    pub fn is_unsigned_64(self) -> bool {
        matches!(self, BuiltinType::Uint64 | BuiltinType::Size)
    }

    /// What a value of it is in JSON.
    pub fn json_kind(self) -> JsonKind {
        match self {
            BuiltinType::Str | BuiltinType::QType => JsonKind::String,
            BuiltinType::Number => JsonKind::Number,
            BuiltinType::Bool => JsonKind::Boolean,
            BuiltinType::Any => JsonKind::Any,
            BuiltinType::Null => JsonKind::Null,
            _ => JsonKind::Integer,
        }
    }
}
