//! Fields: what structs, shared members of unions, commands and events have in
//! common.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::parse_str;

use super::codec::{Codec, codec};
use super::context::Scope;
use super::docs;
use crate::analyse::names;
use crate::schema::{BuiltinType, Member, NamedType, TypeId, ValueType};

/// The members of an object as fields of a Rust struct.
pub struct Fields {
    fields: Vec<Field>,
    /// Whether the object takes members that the schema does not list.
    open: bool,
}

/// One member as a field.
struct Field {
    wire: String,
    ident: Ident,
    optional: bool,
    /// Whether `new` takes anything that becomes a `String`.
    text: bool,
    codec: Codec,
    docs: Vec<String>,
}

/// The place of members in the schema.
#[derive(Clone, Copy)]
pub struct Place<'a, 'c> {
    pub scope: &'a Scope<'c>,
    pub release: usize,
    /// The type that has the members; commands and events have none.
    pub owner: Option<TypeId>,
    /// Whether the members are read, so that those of other builds may be missing.
    pub received: bool,
}

impl Fields {
    pub fn new(place: Place<'_, '_>, members: &[&Member], open: bool) -> Self {
        let idents = names::fields(members.iter().map(|member| member.meta.name.as_str()));
        let fields = members.iter().zip(idents);
        Fields {
            fields: fields
                .map(|(member, ident)| field(place, member, &ident))
                .collect(),
            open,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && !self.open
    }

    /// Whether there is a member without which the object is not complete.
    pub fn any_required(&self) -> bool {
        self.fields.iter().any(|field| !field.optional)
    }

    /// The fields of the struct.
    pub fn declarations(&self) -> TokenStream {
        let fields = self.fields.iter().map(|field| {
            let Field { ident, docs, .. } = field;
            let ty = field.ty();
            quote!(#(#[doc = #docs])* pub #ident: #ty,)
        });
        let extra = self.open.then(|| {
            quote! {
                /// Members that the schema does not list.
                ///
                /// One that has a field of its own is not sent from here.
                pub extra: Map<String, Value>,
            }
        });
        quote!(#(#fields)* #extra)
    }

    /// Parameters of `new`: the required members.
    pub fn parameters(&self) -> TokenStream {
        let required = self
            .fields
            .iter()
            .filter(|field| !field.optional)
            .map(|field| {
                let Field { ident, codec, .. } = field;
                let rust = &codec.rust;
                if field.text {
                    quote!(#ident: impl Into<String>,)
                } else {
                    quote!(#ident: #rust,)
                }
            });
        quote!(#(#required)*)
    }

    /// The fields in a struct expression of `new`.
    pub fn struct_of_parameters(&self) -> TokenStream {
        let values = self.fields.iter().map(|field| {
            let ident = &field.ident;
            match (field.optional, field.text) {
                (true, _) => quote!(#ident: None,),
                (false, true) => quote!(#ident: #ident.into(),),
                (false, false) => quote!(#ident,),
            }
        });
        let extra = self.open.then(|| quote!(extra: Map::new(),));
        quote!(#(#values)* #extra)
    }

    /// The fields of the struct that holds what was read so far.
    pub fn slots(&self) -> TokenStream {
        let slots = self.fields.iter().map(|Field { ident, codec, .. }| {
            let rust = &codec.rust;
            quote!(#ident: Option<#rust>,)
        });
        let extra = self.open.then(|| quote!(extra: Map<String, Value>,));
        quote!(#(#slots)* #extra)
    }

    /// The body of `accept`.
    pub fn accept(&self) -> TokenStream {
        if self.is_empty() {
            return quote!(Ok(false));
        }
        let arms = self.fields.iter().map(
            |Field {
                 wire, ident, codec, ..
             }| {
                let read = codec.read();
                quote!(#wire => slots.#ident = #read,)
            },
        );
        let unlisted = if self.open {
            quote!({
                slots.extra.insert(key.to_owned(), map.next_value()?);
            })
        } else {
            quote!(return Ok(false),)
        };
        quote! {
            match key {
                #(#arms)*
                _ => #unlisted
            }
            Ok(true)
        }
    }

    /// The fields in a struct expression of `finish`.
    pub fn struct_of_slots(&self) -> TokenStream {
        let values = self.fields.iter().map(
            |Field {
                 wire,
                 ident,
                 optional,
                 ..
             }| {
                if *optional {
                    quote!(#ident: slots.#ident,)
                } else {
                    quote!(#ident: required(slots.#ident, #wire)?,)
                }
            },
        );
        let extra = self.open.then(|| quote!(extra: slots.extra,));
        quote!(#(#values)* #extra)
    }

    /// The statements of `write`.
    pub fn write(&self) -> TokenStream {
        let puts = self.fields.iter().map(
            |Field {
                 wire,
                 ident,
                 optional,
                 codec,
                 ..
             }| {
                let value = quote!(self.#ident);
                if *optional {
                    codec.put_some(wire, &value)
                } else {
                    codec.put(wire, &value)
                }
            },
        );
        let listed = self.fields.iter().map(|field| &field.wire);
        let extra = self
            .open
            .then(|| quote!(put_open(map, &[#(#listed),*], &self.extra)?;));
        quote!(#(#puts)* #extra)
    }
}

impl Field {
    fn ty(&self) -> TokenStream {
        let rust = &self.codec.rust;
        if self.optional {
            quote!(Option<#rust>)
        } else {
            rust.clone()
        }
    }
}

fn field(place: Place<'_, '_>, member: &Member, ident: &str) -> Field {
    let name = member.meta.name.as_str();
    let owner = place.owner.map(|owner| (owner, name));
    Field {
        wire: name.to_owned(),
        ident: identifier(ident),
        optional: member.optional || (place.received && member.meta.condition.is_some()),
        text: member.ty == ValueType::One(NamedType::Builtin(BuiltinType::Str)),
        codec: codec(place.scope, place.release, member.ty, owner),
        docs: docs::member(member),
    }
}

/// An identifier, which may be a raw one.
pub fn identifier(name: &str) -> Ident {
    parse_str(name).unwrap_or_else(|_| format_ident!("r#{name}"))
}
