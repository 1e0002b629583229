//! Structs.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::context::Scope;
use super::docs;
use super::fields::{Fields, Place};
use super::group::Parts;
use crate::analyse::direction::Direction;
use crate::analyse::sharing::Shared;
use crate::schema::TypeId;

/// A struct of the schema.
pub fn emit(scope: &Scope<'_>, shared: &Shared<TypeId>, direction: Direction, parts: &mut Parts) {
    let (release, id) = shared.newest();
    let schema = scope.schema(release);
    let place = Place {
        scope,
        release,
        owner: Some(id),
        received: direction.received,
    };
    let fields = Fields::new(place, &schema.members(id), false);
    let object = Object {
        name: &shared.name,
        wire: &schema.get(id).meta.name,
        fields: &fields,
    };

    parts
        .definitions
        .extend(object.definition(&docs::definition(scope, shared)));
    parts
        .sink(direction.sent)
        .definitions
        .extend(object.constructor());
    parts
        .sink(direction.sent)
        .write(&shared.name, object.write());
    parts
        .sink(direction.received)
        .read(&shared.name, object.read());
}

/// An object with fixed members.
pub struct Object<'a> {
    /// The Rust name.
    pub name: &'a str,
    /// The name in the schema.
    pub wire: &'a str,
    pub fields: &'a Fields,
}

impl Object<'_> {
    /// The struct itself.
    pub fn definition(&self, docs: &[String]) -> TokenStream {
        let name = format_ident!("{}", self.name);
        let fields = self.fields.declarations();
        let default = (!self.fields.any_required()).then(|| quote!(, Default));
        quote! {
            #(#[doc = #docs])*
            #[derive(Debug, Clone, PartialEq #default)]
            pub struct #name { #fields }
        }
    }

    /// The function `new`, where there is anything to tell it.
    pub fn constructor(&self) -> TokenStream {
        if !self.fields.any_required() {
            return TokenStream::new();
        }
        let name = format_ident!("{}", self.name);
        let parameters = self.fields.parameters();
        let values = self.fields.struct_of_parameters();
        quote! {
            impl #name {
                /// With the members that are required, and no others.
                pub fn new(#parameters) -> Self {
                    Self { #values }
                }
            }
        }
    }

    /// How it writes its members.
    pub fn write(&self) -> TokenStream {
        let name = format_ident!("{}", self.name);
        let puts = self.fields.write();
        let map = if puts.is_empty() {
            quote!(_)
        } else {
            quote!(map)
        };
        quote! {
            impl Write for #name {
                fn write<M: SerializeMap>(&self, #map: &mut M) -> Result<(), M::Error> {
                    #puts
                    Ok(())
                }
            }
        }
    }

    /// How it reads its members.
    pub fn read(&self) -> TokenStream {
        let Object { wire, fields, .. } = self;
        let name = format_ident!("{}", self.name);
        let slots = format_ident!("{}Slots", self.name);
        let accept = fields.accept();
        let (declaration, slots, finish) = if fields.any_required() {
            let declarations = fields.slots();
            let values = fields.struct_of_slots();
            let declaration = quote! {
                #[derive(Default)]
                pub(crate) struct #slots { #declarations }
            };
            (declaration, quote!(#slots), quote!(Ok(Self { #values })))
        } else {
            (TokenStream::new(), quote!(Self), quote!(Ok(slots)))
        };
        let (slot, key, map) = if fields.is_empty() {
            (quote!(_), quote!(_), quote!(_))
        } else {
            (quote!(slots), quote!(key), quote!(map))
        };
        quote! {
            #declaration
            impl Object for #name {
                type Slots = #slots;
                const NAME: &'static str = #wire;

                fn accept<'de, A: MapAccess<'de>>(
                    #slot: &mut Self::Slots,
                    #key: &str,
                    #map: &mut A,
                ) -> Result<bool, A::Error> {
                    #accept
                }

                fn finish<E: Error>(slots: Self::Slots) -> Result<Self, E> {
                    #finish
                }
            }
        }
    }
}
