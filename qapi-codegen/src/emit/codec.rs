//! Rust types of values, and the expressions that read and write them.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::context::FileScope;
use super::file::tokens_of;
use super::piece::{Lines, piece};
use crate::dialect;
use crate::schema::{BuiltinType, NamedType, Schema, TypeId, ValueType};

/// The representation of a type's values in Rust and in JSON.
pub struct ValueCodec {
    /// The type in the bindings.
    pub rust: String,
    /// The type that reads and writes it, if it is a different one.
    wire: Option<&'static str>,
    array: bool,
}

/// Finds the representation of a type's values.
///
/// `owner` is the type and the member or branch that hold the value, which may
/// be boxed there.
pub fn codec(
    scope: &FileScope<'_>,
    release: usize,
    ty: ValueType,
    owner: Option<(TypeId, &str)>,
) -> ValueCodec {
    let item = rust_item(scope, release, ty.item());
    let boxed = owner.is_some_and(|(id, name)| scope.context.is_boxed(release, id, name));
    let array = matches!(ty, ValueType::Array(_));
    let rust = match (array, boxed) {
        (true, _) => format!("Vec<{item}>"),
        (false, true) => format!("Box<{item}>"),
        (false, false) => item,
    };
    ValueCodec {
        rust,
        wire: wire_item(scope.schema(release), ty.item()),
        array,
    }
}

/// The Rust type of a type's values, such as `Vec<BlockInfo>`.
pub fn rust_type(scope: &FileScope<'_>, release: usize, ty: ValueType) -> TokenStream {
    codec(scope, release, ty, None).tokens()
}

fn rust_item(scope: &FileScope<'_>, release: usize, item: NamedType) -> String {
    match item {
        NamedType::Builtin(builtin) => builtin_type(builtin).to_owned(),
        NamedType::Defined(id) if scope.is_of_types => scope.import_type(release, id),
        NamedType::Defined(id) => format!("types::{}", scope.import_type(release, id)),
    }
}

fn builtin_type(builtin: BuiltinType) -> &'static str {
    match builtin {
        BuiltinType::Str | BuiltinType::QType => "String",
        BuiltinType::Number => "f64",
        BuiltinType::Int | BuiltinType::Int64 => "i64",
        BuiltinType::Int8 => "i8",
        BuiltinType::Int16 => "i16",
        BuiltinType::Int32 => "i32",
        BuiltinType::Uint8 => "u8",
        BuiltinType::Uint16 => "u16",
        BuiltinType::Uint32 => "u32",
        BuiltinType::Uint64 | BuiltinType::Size => "u64",
        BuiltinType::Bool => "bool",
        BuiltinType::Any => "Value",
        BuiltinType::Null => "()",
    }
}

/// The type that reads and writes numbers with two forms in JSON.
fn wire_item(schema: &Schema, item: NamedType) -> Option<&'static str> {
    match item {
        NamedType::Builtin(BuiltinType::Number) => Some("Number"),
        NamedType::Builtin(builtin)
            if builtin.is_unsigned_64() && dialect::NEGATIVE_UNSIGNED.contains(schema.version) =>
        {
            Some("Unsigned")
        }
        _ => None,
    }
}

/// The code that reads and writes a value. `name` is the literal of a member's name.
impl ValueCodec {
    /// The type in the bindings as tokens.
    pub fn tokens(&self) -> TokenStream {
        tokens_of(&self.rust)
    }

    /// The arm that reads the value of a member into a slot.
    pub fn read_arm(&self, name: &str, ident: &str) -> Lines {
        match (self.wire, self.array) {
            (None, _) => piece!(
                Arm { NAME => slots.IDENT = read(map)?, } NAME = name, IDENT = ident
            ),
            (Some(wire), false) => piece!(
                Arm { NAME => slots.IDENT = read::<WIRE, _>(map)?.map(|value| value.0), }
                NAME = name, IDENT = ident, WIRE = wire
            ),
            (Some(wire), true) => piece!(
                Arm {
                    NAME => slots.IDENT = read::<Vec<WIRE>, _>(map)?
                        .map(|values| values.into_iter().map(|value| value.0).collect()),
                } NAME = name, IDENT = ident, WIRE = wire
            ),
        }
    }

    /// The statement that writes an optional field.
    pub fn put_some(&self, name: &str, ident: &str) -> Lines {
        match (self.wire, self.array) {
            (None, _) => piece!(
                Statement { put_some(map, NAME, &self.IDENT)?; } NAME = name, IDENT = ident
            ),
            (Some(wire), false) => piece!(
                Statement { put_some(map, NAME, &self.IDENT.map(WIRE))?; }
                NAME = name, IDENT = ident, WIRE = wire
            ),
            (Some(wire), true) => piece!(
                Statement {
                    if let Some(values) = &self.IDENT {
                        put(map, NAME, &values.iter().copied().map(WIRE).collect::<Vec<_>>())?;
                    }
                } NAME = name, IDENT = ident, WIRE = wire
            ),
        }
    }

    /// The statement that writes a field.
    pub fn put(&self, name: &str, ident: &str) -> Lines {
        match (self.wire, self.array) {
            (None, _) => piece!(
                Statement { put(map, NAME, &self.IDENT)?; } NAME = name, IDENT = ident
            ),
            (Some(wire), false) => piece!(
                Statement { put(map, NAME, &WIRE(self.IDENT))?; }
                NAME = name, WIRE = wire, IDENT = ident
            ),
            (Some(wire), true) => piece!(
                Statement {
                    put(map, NAME, &self.IDENT.iter().copied().map(WIRE).collect::<Vec<_>>())?;
                } NAME = name, WIRE = wire, IDENT = ident
            ),
        }
    }

    /// The arm that writes the member `data` of a union's branch.
    pub fn put_data_arm(&self, variant: &str, tag: &str, value: &str) -> Lines {
        match (self.wire, self.array) {
            (None, _) => piece!(
                Arm {
                    Self::VARIANT(data) => {
                        put(map, TAG, VALUE)?;
                        put(map, "data", data)?;
                    }
                } VARIANT = variant, TAG = tag, VALUE = value
            ),
            (Some(wire), false) => piece!(
                Arm {
                    Self::VARIANT(data) => {
                        put(map, TAG, VALUE)?;
                        put(map, "data", &WIRE((*data)))?;
                    }
                } VARIANT = variant, TAG = tag, VALUE = value, WIRE = wire
            ),
            (Some(wire), true) => piece!(
                Arm {
                    Self::VARIANT(data) => {
                        put(map, TAG, VALUE)?;
                        put(map, "data", &(*data).iter().copied().map(WIRE).collect::<Vec<_>>())?;
                    }
                } VARIANT = variant, TAG = tag, VALUE = value, WIRE = wire
            ),
        }
    }

    /// The arm that reads the member `data` of a union's branch.
    pub fn read_data_arm(&self, variant: &str, value: &str) -> Lines {
        match (self.wire, self.array) {
            (None, _) => piece!(
                InnerArm { VALUE => Self::VARIANT(rest.members::<Data<_>>()?.0), }
                VALUE = value, VARIANT = variant
            ),
            (Some(wire), false) => piece!(
                InnerArm { VALUE => Self::VARIANT(rest.members::<Data<WIRE>>()?.0.0), }
                VALUE = value, VARIANT = variant, WIRE = wire
            ),
            (Some(wire), true) => piece!(
                InnerArm {
                    VALUE => Self::VARIANT(
                        rest.members::<Data<Vec<WIRE>>>()?
                            .0
                            .into_iter()
                            .map(|value| value.0)
                            .collect()
                    ),
                } VALUE = value, VARIANT = variant, WIRE = wire
            ),
        }
    }

    /// The expression that serializes the variable `value`, a reference.
    pub fn serialize_value(&self) -> TokenStream {
        let wire = self.wire.map(|wire| format_ident!("{wire}"));
        match (wire, self.array) {
            (None, _) => quote!(value),
            (Some(wire), false) => quote!(#wire(*value)),
            (Some(wire), true) => quote!(value.iter().copied().map(#wire).collect::<Vec<_>>()),
        }
    }
}
