//! Rust types of values, and the expressions that read and write them.

use quote::format_ident;
use syn::{Expr, Stmt, Type};

use super::context::FileScope;
use super::piece::piece;
use crate::dialect;
use crate::schema::{BuiltinType, NamedType, Schema, TypeId, ValueType};

/// The representation of a type's values in Rust and in JSON.
pub struct ValueCodec {
    /// The type in the bindings.
    pub rust: Type,
    /// The type that reads and writes it, if it is a different one.
    wire: Option<Type>,
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
        (true, _) => piece!(Type { Vec<ITEM> } ITEM = item),
        (false, true) => piece!(Type { Box<ITEM> } ITEM = item),
        (false, false) => item,
    };
    ValueCodec {
        rust,
        wire: wire_item(scope.schema(release), ty.item()),
        array,
    }
}

/// The Rust type of a type's values, such as `Vec<BlockInfo>`.
pub fn rust_type(scope: &FileScope<'_>, release: usize, ty: ValueType) -> Type {
    codec(scope, release, ty, None).rust
}

fn rust_item(scope: &FileScope<'_>, release: usize, item: NamedType) -> Type {
    match item {
        NamedType::Builtin(builtin) => builtin_type(builtin),
        NamedType::Defined(id) => {
            let name = format_ident!("{}", scope.import_type(release, id));
            if scope.is_of_types {
                piece!(Type { NAME } NAME = name)
            } else {
                piece!(Type { types::NAME } NAME = name)
            }
        }
    }
}

fn builtin_type(builtin: BuiltinType) -> Type {
    match builtin {
        BuiltinType::Str | BuiltinType::QType => piece!(Type { String }),
        BuiltinType::Number => piece!(Type { f64 }),
        BuiltinType::Int | BuiltinType::Int64 => piece!(Type { i64 }),
        BuiltinType::Int8 => piece!(Type { i8 }),
        BuiltinType::Int16 => piece!(Type { i16 }),
        BuiltinType::Int32 => piece!(Type { i32 }),
        BuiltinType::Uint8 => piece!(Type { u8 }),
        BuiltinType::Uint16 => piece!(Type { u16 }),
        BuiltinType::Uint32 => piece!(Type { u32 }),
        BuiltinType::Uint64 | BuiltinType::Size => piece!(Type { u64 }),
        BuiltinType::Bool => piece!(Type { bool }),
        BuiltinType::Any => piece!(Type { Value }),
        BuiltinType::Null => piece!(Type { () }),
    }
}

/// The type that reads and writes numbers with two forms in JSON.
fn wire_item(schema: &Schema, item: NamedType) -> Option<Type> {
    match item {
        NamedType::Builtin(BuiltinType::Number) => Some(piece!(Type { Number })),
        NamedType::Builtin(builtin)
            if builtin.is_unsigned_64() && dialect::NEGATIVE_UNSIGNED.contains(schema.version) =>
        {
            Some(piece!(Type { Unsigned }))
        }
        _ => None,
    }
}

impl ValueCodec {
    /// The expression that reads the value into an `Option`.
    pub fn read(&self) -> Expr {
        match (self.wire.clone(), self.array) {
            (None, _) => piece!(Expr { read(map)? }),
            (Some(wire), false) => piece!(
                Expr { read::<WIRE, _>(map)?.map(|value| value.0) } WIRE = wire
            ),
            (Some(wire), true) => piece!(
                Expr {
                    read::<Vec<WIRE>, _>(map)?
                        .map(|values| values.into_iter().map(|value| value.0).collect())
                } WIRE = wire
            ),
        }
    }

    /// The statement that writes an optional value.
    pub fn put_some(&self, name: &str, value: Expr) -> Stmt {
        match (self.constructor(), self.array) {
            (None, _) => piece!(
                Stmt { put_some(map, NAME, &VALUE)?; } NAME = name, VALUE = value
            ),
            (Some(wire), false) => piece!(
                Stmt { put_some(map, NAME, &VALUE.map(WIRE))?; }
                NAME = name, VALUE = value, WIRE = wire
            ),
            (Some(wire), true) => piece!(
                Stmt {
                    if let Some(values) = &VALUE {
                        put(map, NAME, &values.iter().copied().map(WIRE).collect::<Vec<_>>())?;
                    }
                } NAME = name, VALUE = value, WIRE = wire
            ),
        }
    }

    /// The statement that writes the value; `value` is a place expression.
    pub fn put(&self, name: &str, value: Expr) -> Stmt {
        let reference = piece!(Expr { &VALUE } VALUE = value.clone());
        self.put_reference(name, reference, value)
    }

    /// The statement that writes the value behind a reference.
    pub fn put_behind(&self, name: &str, reference: Expr) -> Stmt {
        let value = piece!(Expr { (*REFERENCE) } REFERENCE = reference.clone());
        self.put_reference(name, reference, value)
    }

    fn put_reference(&self, name: &str, reference: Expr, value: Expr) -> Stmt {
        match (self.constructor(), self.array) {
            (None, _) => piece!(
                Stmt { put(map, NAME, REFERENCE)?; } NAME = name, REFERENCE = reference
            ),
            (Some(wire), false) => piece!(
                Stmt { put(map, NAME, &WIRE(VALUE))?; } NAME = name, WIRE = wire, VALUE = value
            ),
            (Some(wire), true) => piece!(
                Stmt { put(map, NAME, &VALUE.iter().copied().map(WIRE).collect::<Vec<_>>())?; }
                NAME = name, WIRE = wire, VALUE = value
            ),
        }
    }

    /// The expression that serializes the value behind a reference.
    pub fn serialize_behind(&self, reference: Expr) -> Expr {
        match (self.constructor(), self.array) {
            (None, _) => reference,
            (Some(wire), false) => piece!(
                Expr { WIRE(*REFERENCE) } WIRE = wire, REFERENCE = reference
            ),
            (Some(wire), true) => piece!(
                Expr { REFERENCE.iter().copied().map(WIRE).collect::<Vec<_>>() }
                WIRE = wire, REFERENCE = reference
            ),
        }
    }

    /// The expression that reads the member `data` of a union's branch.
    pub fn read_data(&self) -> Expr {
        match (self.wire.clone(), self.array) {
            (None, _) => piece!(Expr { rest.members::<Data<_>>()?.0 }),
            (Some(wire), false) => piece!(
                Expr { rest.members::<Data<WIRE>>()?.0.0 } WIRE = wire
            ),
            (Some(wire), true) => piece!(
                Expr {
                    rest.members::<Data<Vec<WIRE>>>()?.0.into_iter().map(|value| value.0).collect()
                } WIRE = wire
            ),
        }
    }

    /// The function that makes a value of the type that writes it.
    fn constructor(&self) -> Option<Expr> {
        let Some(Type::Path(wire)) = &self.wire else {
            return None;
        };
        Some(piece!(Expr { WIRE } WIRE = wire.path.get_ident()?))
    }
}
