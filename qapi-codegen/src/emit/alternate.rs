//! Alternates.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::codec::{ValueCodec, codec};
use super::context::FileScope;
use super::docs;
use super::file::format_in_module;
use super::items::ModuleItems;
use super::piece::Place;
use crate::analyse::names;
use crate::analyse::sharing::Shared;
use crate::schema::{Branch, BuiltinType, NamedType, TypeId, TypeKind, ValueType};

/// Adds an alternate of the schema.
pub fn emit(scope: &FileScope<'_>, shared: &Shared<TypeId>, items: &mut ModuleItems) {
    let (release, id) = shared.newest();
    let TypeKind::Alternate(body) = &scope.schema(release).get(id).kind else {
        return;
    };
    let direction = scope.context.direction(shared);
    let alternate = AlternateEnum {
        scope,
        release,
        id,
        name: format_ident!("{}", shared.name),
        branches: named_branches(&body.branches),
    };
    let docs = docs::type_definition(scope, shared);
    items.definitions.push(&docs::comments(Place::Item, &docs));
    let definition = format_in_module(alternate.definition());
    items.definitions.push(&definition);
    let sent = items.impls_for(direction.sent);
    sent.add(&format_in_module(alternate.serialize_impl()));
    let received = items.impls_for(direction.received);
    received.add(&format_in_module(alternate.read_impl()));
    received.call_macro("deserialize_alternate", &shared.name);
}

/// An alternate as a Rust enum with a variant for each branch.
struct AlternateEnum<'a, 'c> {
    scope: &'a FileScope<'c>,
    release: usize,
    id: TypeId,
    name: Ident,
    branches: Vec<(&'a Branch, Ident)>,
}

fn named_branches(branches: &[Branch]) -> Vec<(&Branch, Ident)> {
    let names = names::variants(branches.iter().map(|branch| branch.meta.name.as_str()));
    let names = names.iter().map(|name| format_ident!("{name}"));
    branches.iter().zip(names).collect()
}

impl AlternateEnum<'_, '_> {
    fn codec(&self, branch: &Branch) -> ValueCodec {
        let owner = (self.id, branch.meta.name.as_str());
        codec(self.scope, self.release, branch.ty, Some(owner))
    }

    fn definition(&self) -> TokenStream {
        let name = &self.name;
        let variants = self.branches.iter().map(|(branch, variant)| {
            let payload = (!is_null(branch)).then(|| {
                let rust = self.codec(branch).tokens();
                quote!((#rust))
            });
            quote!(#variant #payload,)
        });
        quote! {
            #[derive(Debug, Clone, PartialEq)]
            #[non_exhaustive]
            pub enum #name { #(#variants)* }
        }
    }

    fn serialize_impl(&self) -> TokenStream {
        let name = &self.name;
        let arms = self.branches.iter().map(|(branch, variant)| {
            if is_null(branch) {
                return quote!(Self::#variant => serializer.serialize_unit(),);
            }
            let value = self.codec(branch).serialize_value();
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

    fn read_impl(&self) -> TokenStream {
        let name = &self.name;
        let types = self
            .branches
            .iter()
            .map(|(branch, _)| self.json_type(branch));
        let expected = types.collect::<Vec<_>>().join(" or ");
        let readers = self
            .branches
            .iter()
            .map(|(branch, variant)| self.reader(branch, variant));
        quote! {
            impl Alternate for #name {
                const EXPECTED: &'static str = #expected;
                #(#readers)*
            }
        }
    }

    /// The function that reads a branch.
    fn reader(&self, branch: &Branch, variant: &Ident) -> TokenStream {
        match self.json_type(branch) {
            "an array" => quote! {
                fn from_array<'de, A: SeqAccess<'de>>(seq: A) -> Result<Self, A::Error> {
                    Deserialize::deserialize(SeqAccessDeserializer::new(seq)).map(Self::#variant)
                }
            },
            "an object" => self.object_reader(branch, variant),
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
                let number = convert_number(branch);
                quote! {
                    fn from_number(number: serde_json::Number) -> Option<Self> {
                        #number.map(Self::#variant)
                    }
                }
            }
        }
    }

    fn object_reader(&self, branch: &Branch, variant: &Ident) -> TokenStream {
        let name = &branch.meta.name;
        let value = quote!(Deserialize::deserialize(MapAccessDeserializer::new(map))?);
        let value = if self.scope.context.is_boxed(self.release, self.id, name) {
            quote!(Box::new(#value))
        } else {
            value
        };
        quote! {
            fn from_object<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
                Ok(Self::#variant(#value))
            }
        }
    }

    fn json_type(&self, branch: &Branch) -> &'static str {
        match branch.ty {
            ValueType::Array(_) => "an array",
            ValueType::One(NamedType::Defined(id)) => {
                match self.scope.schema(self.release).get(id).kind {
                    TypeKind::Enum(_) => "a string",
                    _ => "an object",
                }
            }
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

/// The expression that converts a JSON number to the type of a branch.
fn convert_number(branch: &Branch) -> TokenStream {
    match branch.ty.item() {
        NamedType::Builtin(BuiltinType::Number) => quote!(number.as_f64()),
        NamedType::Builtin(BuiltinType::Uint64 | BuiltinType::Size) => quote!(number.as_u64()),
        NamedType::Builtin(BuiltinType::Int | BuiltinType::Int64) => quote!(number.as_i64()),
        _ => quote!(number.as_i64().and_then(|number| number.try_into().ok())),
    }
}
