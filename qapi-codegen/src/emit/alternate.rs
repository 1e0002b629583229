//! Alternates.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::codec::codec;
use super::context::Scope;
use super::docs;
use super::group::Parts;
use crate::analyse::direction::Direction;
use crate::analyse::names;
use crate::analyse::sharing::Shared;
use crate::schema::{
    AlternateType, Branch, BuiltinType, NamedType, Schema, TypeId, TypeKind, ValueType,
};

/// An alternate of the schema.
pub fn emit(
    scope: &Scope<'_>,
    shared: &Shared<TypeId>,
    body: &AlternateType,
    direction: Direction,
    parts: &mut Parts,
) {
    let (release, id) = shared.newest();
    let emitter = Emitter {
        scope,
        release,
        id,
        name: format_ident!("{}", shared.name),
        body,
    };
    parts
        .definitions
        .extend(emitter.definition(&docs::definition(scope, shared)));
    parts
        .sink(direction.sent)
        .definitions
        .extend(emitter.write());
    parts
        .sink(direction.received)
        .definitions
        .extend(emitter.read());
    parts
        .sink(direction.received)
        .alternates
        .push(emitter.name.clone());
}

struct Emitter<'a, 'c> {
    scope: &'a Scope<'c>,
    release: usize,
    id: TypeId,
    name: Ident,
    body: &'a AlternateType,
}

impl Emitter<'_, '_> {
    fn schema(&self) -> &Schema {
        self.scope.schema(self.release)
    }

    fn branches(&self) -> impl Iterator<Item = (&Branch, Ident)> {
        let names = names::variants(
            self.body
                .branches
                .iter()
                .map(|branch| branch.meta.name.as_str()),
        );
        self.body
            .branches
            .iter()
            .zip(names)
            .map(|(branch, name)| (branch, format_ident!("{name}")))
    }

    fn codec(&self, branch: &Branch) -> super::codec::Codec {
        codec(
            self.scope,
            self.release,
            branch.ty,
            Some((self.id, &branch.meta.name)),
        )
    }

    fn definition(&self, docs: &[String]) -> TokenStream {
        let name = &self.name;
        let variants = self.branches().map(|(branch, variant)| {
            let docs = docs::branch(self.schema(), branch);
            let payload = (!is_null(branch)).then(|| {
                let rust = self.codec(branch).rust;
                quote!((#rust))
            });
            quote!(#(#[doc = #docs])* #variant #payload,)
        });
        quote! {
            #(#[doc = #docs])*
            #[derive(Debug, Clone, PartialEq)]
            #[non_exhaustive]
            pub enum #name { #(#variants)* }
        }
    }

    fn write(&self) -> TokenStream {
        let name = &self.name;
        let arms = self.branches().map(|(branch, variant)| {
            if is_null(branch) {
                return quote!(Self::#variant => serializer.serialize_unit(),);
            }
            let value = self.codec(branch).serialize_behind(&quote!(value));
            quote!(Self::#variant(value) => #value.serialize(serializer),)
        });
        quote! {
            impl Serialize for #name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self { #(#arms)* }
                }
            }
        }
    }

    fn read(&self) -> TokenStream {
        let name = &self.name;
        let kinds: Vec<&str> = self
            .body
            .branches
            .iter()
            .map(|branch| self.kind(branch))
            .collect();
        let expected = kinds.join(" or ");
        let readers = self
            .branches()
            .map(|(branch, variant)| self.reader(branch, &variant));
        quote! {
            impl AlternateType for #name {
                const EXPECTED: &'static str = #expected;
                #(#readers)*
            }
        }
    }

    fn reader(&self, branch: &Branch, variant: &Ident) -> TokenStream {
        let boxed = self
            .scope
            .context
            .is_boxed(self.release, self.id, &branch.meta.name);
        let wrap = |value: TokenStream| {
            if boxed {
                quote!(Box::new(#value))
            } else {
                value
            }
        };
        match self.kind(branch) {
            "an array" => quote! {
                fn from_array<'de, A: SeqAccess<'de>>(seq: A) -> Result<Self, A::Error> {
                    Deserialize::deserialize(SeqAccessDeserializer::new(seq)).map(Self::#variant)
                }
            },
            "an object" => {
                let value = wrap(quote!(Deserialize::deserialize(
                    MapAccessDeserializer::new(map)
                )?));
                quote! {
                    fn from_object<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
                        Ok(Self::#variant(#value))
                    }
                }
            }
            "a string" => quote! {
                fn from_string(text: &str) -> Option<Self> { Some(Self::#variant(text.into())) }
            },
            "a boolean" => quote! {
                fn from_bool(value: bool) -> Option<Self> { Some(Self::#variant(value)) }
            },
            "null" => quote! {
                fn from_null() -> Option<Self> { Some(Self::#variant) }
            },
            _ => {
                let number = number(branch);
                quote! {
                    fn from_number(number: serde_json::Number) -> Option<Self> { #number.map(Self::#variant) }
                }
            }
        }
    }

    /// The JSON type of a branch.
    fn kind(&self, branch: &Branch) -> &'static str {
        match branch.ty {
            ValueType::Array(_) => "an array",
            ValueType::One(NamedType::Defined(id)) => match self.schema().get(id).kind {
                TypeKind::Enum(_) => "a string",
                _ => "an object",
            },
            ValueType::One(NamedType::Builtin(builtin)) => match builtin {
                BuiltinType::Str | BuiltinType::QType => "a string",
                BuiltinType::Bool => "a boolean",
                BuiltinType::Null => "null",
                BuiltinType::Number => "a number",
                _ => "an integer",
            },
        }
    }
}

fn is_null(branch: &Branch) -> bool {
    branch.ty == ValueType::One(NamedType::Builtin(BuiltinType::Null))
}

/// How a branch takes a number.
fn number(branch: &Branch) -> TokenStream {
    match branch.ty.item() {
        NamedType::Builtin(BuiltinType::Number) => quote!(number.as_f64()),
        NamedType::Builtin(BuiltinType::Uint64 | BuiltinType::Size) => quote!(number.as_u64()),
        NamedType::Builtin(BuiltinType::Int | BuiltinType::Int64) => quote!(number.as_i64()),
        _ => quote!(number.as_i64().and_then(|number| number.try_into().ok())),
    }
}
