//! Built-in types.

use crate::dialect::{self, ALWAYS, Releases};

/// The JSON type of a value.
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

/// Declares the built-in types with their names and JSON types.
macro_rules! builtin_types {
    ($($variant:ident = $name:literal, $kind:ident;)*) => {
        /// A built-in type.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum BuiltinType {
            $($variant,)*
        }

        impl BuiltinType {
            /// All built-in types of all releases.
            pub const ALL: &'static [BuiltinType] = &[$(BuiltinType::$variant),*];

            /// The name in the schema.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(BuiltinType::$variant => $name,)*
                }
            }

            /// The JSON type of its values.
            pub fn json_kind(self) -> JsonKind {
                match self {
                    $(BuiltinType::$variant => JsonKind::$kind,)*
                }
            }
        }
    };
}

builtin_types! {
    Str = "str", String;
    Number = "number", Number;
    Int = "int", Integer;
    Int8 = "int8", Integer;
    Int16 = "int16", Integer;
    Int32 = "int32", Integer;
    Int64 = "int64", Integer;
    Uint8 = "uint8", Integer;
    Uint16 = "uint16", Integer;
    Uint32 = "uint32", Integer;
    Uint64 = "uint64", Integer;
    Size = "size", Integer;
    Bool = "bool", Boolean;
    Any = "any", Any;
    Null = "null", Null;
    QType = "QType", String;
}

impl BuiltinType {
    /// The type with this name.
    pub fn from_name(name: &str) -> Option<BuiltinType> {
        let all = Self::ALL.iter().copied();
        all.into_iter().find(|builtin| builtin.as_str() == name)
    }

    /// The releases that have the type.
    pub fn releases(self) -> Releases {
        match self {
            BuiltinType::QType => dialect::QTYPE,
            BuiltinType::Null => dialect::NULL,
            _ => ALWAYS,
        }
    }

    /// The values, if the type is an enum.
    pub fn enum_values(self) -> Option<&'static [&'static str]> {
        (self == BuiltinType::QType).then_some(&[
            "none", "qnull", "qnum", "qstring", "qdict", "qlist", "qbool",
        ])
    }

    /// Returns `true` if values may exceed an `i64`.
    pub fn is_unsigned_64(self) -> bool {
        matches!(self, BuiltinType::Uint64 | BuiltinType::Size)
    }
}
