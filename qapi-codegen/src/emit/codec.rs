//! Rust types of values, and the expressions that read and write them.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::context::FileScope;
use crate::dialect;
use crate::schema::{BuiltinType, NamedType, Schema, TypeId, ValueType};

/// The representation of a type's values in Rust and in JSON.
pub struct ValueCodec {
    /// The type in the bindings.
    pub rust: TokenStream,
    /// The type that reads and writes it, if it is a different one.
    wire: Option<TokenStream>,
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
        (true, _) => quote!(Vec<#item>),
        (false, true) => quote!(Box<#item>),
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
    codec(scope, release, ty, None).rust
}

fn rust_item(scope: &FileScope<'_>, release: usize, item: NamedType) -> TokenStream {
    match item {
        NamedType::Builtin(builtin) => builtin_type(builtin),
        NamedType::Defined(id) => {
            let name = format_ident!("{}", scope.import_type(release, id));
            let module = scope.types_path();
            quote!(#module #name)
        }
    }
}

fn builtin_type(builtin: BuiltinType) -> TokenStream {
    match builtin {
        BuiltinType::Str | BuiltinType::QType => quote!(String),
        BuiltinType::Number => quote!(f64),
        BuiltinType::Int | BuiltinType::Int64 => quote!(i64),
        BuiltinType::Int8 => quote!(i8),
        BuiltinType::Int16 => quote!(i16),
        BuiltinType::Int32 => quote!(i32),
        BuiltinType::Uint8 => quote!(u8),
        BuiltinType::Uint16 => quote!(u16),
        BuiltinType::Uint32 => quote!(u32),
        BuiltinType::Uint64 | BuiltinType::Size => quote!(u64),
        BuiltinType::Bool => quote!(bool),
        BuiltinType::Any => quote!(Value),
        BuiltinType::Null => quote!(()),
    }
}

/// The type that reads and writes numbers with two forms in JSON.
fn wire_item(schema: &Schema, item: NamedType) -> Option<TokenStream> {
    match item {
        NamedType::Builtin(BuiltinType::Number) => Some(quote!(Number)),
        NamedType::Builtin(builtin)
            if builtin.is_unsigned_64() && dialect::NEGATIVE_UNSIGNED.contains(schema.version) =>
        {
            Some(quote!(Unsigned))
        }
        _ => None,
    }
}

impl ValueCodec {
    /// The expression that reads the value into an `Option`.
    pub fn read(&self) -> TokenStream {
        match (&self.wire, self.array) {
            (None, _) => quote!(read(map)?),
            (Some(wire), false) => quote!(read::<#wire, _>(map)?.map(|value| value.0)),
            (Some(wire), true) => quote! {
                read::<Vec<#wire>, _>(map)?
                    .map(|values| values.into_iter().map(|value| value.0).collect())
            },
        }
    }

    /// The statement that writes an optional value.
    pub fn put_some(&self, name: &str, value: &TokenStream) -> TokenStream {
        match (&self.wire, self.array) {
            (None, _) => quote!(put_some(map, #name, &#value)?;),
            (Some(wire), false) => quote!(put_some(map, #name, &#value.map(#wire))?;),
            (Some(wire), true) => quote! {
                if let Some(values) = &#value {
                    put(map, #name, &values.iter().copied().map(#wire).collect::<Vec<_>>())?;
                }
            },
        }
    }

    /// The statement that writes the value; `value` is a place expression.
    pub fn put(&self, name: &str, value: &TokenStream) -> TokenStream {
        self.put_reference(name, &quote!(&#value), value)
    }

    /// The statement that writes the value behind a reference.
    pub fn put_behind(&self, name: &str, reference: &TokenStream) -> TokenStream {
        self.put_reference(name, reference, &quote!((*#reference)))
    }

    fn put_reference(
        &self,
        name: &str,
        reference: &TokenStream,
        value: &TokenStream,
    ) -> TokenStream {
        match (&self.wire, self.array) {
            (None, _) => quote!(put(map, #name, #reference)?;),
            (Some(wire), false) => quote!(put(map, #name, &#wire(#value))?;),
            (Some(wire), true) => {
                quote!(put(map, #name, &#value.iter().copied().map(#wire).collect::<Vec<_>>())?;)
            }
        }
    }

    /// The expression that serializes the value behind a reference.
    pub fn serialize_behind(&self, reference: &TokenStream) -> TokenStream {
        match (&self.wire, self.array) {
            (None, _) => reference.clone(),
            (Some(wire), false) => quote!(#wire(*#reference)),
            (Some(wire), true) => {
                quote!(#reference.iter().copied().map(#wire).collect::<Vec<_>>())
            }
        }
    }

    /// The expression that reads the member `data` of a union's branch.
    pub fn read_data(&self) -> TokenStream {
        match (&self.wire, self.array) {
            (None, _) => quote!(rest.members::<Data<_>>()?.0),
            (Some(wire), false) => quote!(rest.members::<Data<#wire>>()?.0.0),
            (Some(wire), true) => quote! {
                rest.members::<Data<Vec<#wire>>>()?.0.into_iter().map(|value| value.0).collect()
            },
        }
    }
}
