//! Structs of the schema, and the structs of inline arguments and data.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::context::FileScope;
use super::docs;
use super::fields::{MemberSite, ObjectFields};
use super::items::ModuleItems;
use crate::analyse::sharing::Shared;
use crate::schema::TypeId;

/// Adds a struct of the schema.
pub fn emit(scope: &FileScope<'_>, shared: &Shared<TypeId>, items: &mut ModuleItems) {
    let (release, id) = shared.newest();
    let direction = scope.context.direction(shared);
    let schema = scope.schema(release);
    let site = MemberSite {
        scope,
        release,
        owner: Some(id),
        received: direction.received,
    };
    let fields = ObjectFields::new(site, schema.members(id), false);
    let name = shared.name.as_str();
    let object = ObjectStruct {
        name,
        wire_name: &schema.get(id).meta.name,
        fields: &fields,
    };
    let docs = docs::type_definition(scope, shared);
    items.definitions.extend(object.definition(&docs));
    let sent = items.impls_for(direction.sent);
    sent.add(object.constructor());
    sent.add_serialize(name, object.write_impl());
    let received = items.impls_for(direction.received);
    received.add_deserialize(name, object.read_impl());
}

/// A struct with a field for each member.
pub struct ObjectStruct<'a> {
    /// The Rust name.
    pub name: &'a str,
    /// The name in the schema.
    pub wire_name: &'a str,
    pub fields: &'a ObjectFields,
}

impl ObjectStruct<'_> {
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

    /// The function `new`, if any member is required.
    pub fn constructor(&self) -> TokenStream {
        if !self.fields.any_required() {
            return TokenStream::new();
        }
        let name = format_ident!("{}", self.name);
        let parameters = self.fields.parameters();
        let values = self.fields.values_from_parameters();
        let docs = docs::CONSTRUCTOR;
        quote! {
            impl #name {
                #[doc = #docs]
                pub fn new(#parameters) -> Self {
                    Self { #values }
                }
            }
        }
    }

    /// The impl that writes the members.
    pub fn write_impl(&self) -> TokenStream {
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

    /// The impl that reads the members, with the struct that collects them.
    pub fn read_impl(&self) -> TokenStream {
        let ObjectStruct {
            wire_name, fields, ..
        } = self;
        let name = format_ident!("{}", self.name);
        let (slots_definition, slots_type, finish) = self.slots();
        let accept = fields.accept();
        let (slots, key, map) = if fields.is_empty() {
            (quote!(_), quote!(_), quote!(_))
        } else {
            (quote!(slots), quote!(key), quote!(map))
        };
        quote! {
            #slots_definition
            impl Object for #name {
                type Slots = #slots_type;
                const NAME: &'static str = #wire_name;

                fn accept<'de, A: MapAccess<'de>>(
                    #slots: &mut Self::Slots,
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

    /// The struct that collects the members, its name, and the expression that
    /// turns it into the object. Without required members it is the object.
    fn slots(&self) -> (Option<TokenStream>, TokenStream, TokenStream) {
        if !self.fields.any_required() {
            return (None, quote!(Self), quote!(Ok(slots)));
        }
        let name = format_ident!("{}Slots", self.name);
        let declarations = self.fields.slots();
        let values = self.fields.values_from_slots();
        let definition = quote! {
            #[derive(Default)]
            pub(crate) struct #name { #declarations }
        };
        (
            Some(definition),
            quote!(#name),
            quote!(Ok(Self { #values })),
        )
    }
}

/// A command or event whose members are those of a type of the schema.
pub struct Newtype<'a> {
    /// The Rust name.
    pub name: &'a str,
    /// The Rust name of the type.
    pub inner: &'a str,
}

impl Newtype<'_> {
    pub fn definition(&self, docs: &[String]) -> TokenStream {
        let name = format_ident!("{}", self.name);
        let inner = format_ident!("{}", self.inner);
        quote! {
            #(#[doc = #docs])*
            #[derive(Debug, Clone, PartialEq)]
            pub struct #name(pub types::#inner);
        }
    }

    /// The impl that writes the members.
    pub fn write_impl(&self) -> TokenStream {
        let name = format_ident!("{}", self.name);
        quote! {
            impl Write for #name {
                fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                    self.0.write(map)
                }
            }
        }
    }
}
