//! The struct of a union whose branches share more than the discriminator.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::analyse::names;
use crate::emit::docs;
use crate::emit::fields::{ObjectFields, to_ident};

/// A union as a Rust struct of the shared members and the branch.
pub struct UnionStruct<'a> {
    /// The Rust name.
    pub name: &'a str,
    /// The name in the schema.
    pub wire_name: &'a str,
    pub discriminator: &'a str,
    /// The Rust name of the enum of the branches.
    pub branches: &'a str,
    pub fields: &'a ObjectFields,
}

impl UnionStruct<'_> {
    /// The field that holds the branch, and its type.
    fn branch_field(&self) -> (Ident, Ident) {
        let field = to_ident(&names::fields([self.discriminator])[0]);
        (field, format_ident!("{}", self.branches))
    }

    pub fn definition(&self, docs: &[String]) -> TokenStream {
        let name = format_ident!("{}", self.name);
        let (field, branches) = self.branch_field();
        let fields = self.fields.declarations();
        let field_docs = docs::branch_field(self.discriminator);
        quote! {
            #(#[doc = #docs])*
            #[derive(Debug, Clone, PartialEq)]
            pub struct #name {
                #(#[doc = #field_docs])*
                pub #field: #branches,
                #fields
            }
        }
    }

    pub fn constructor(&self) -> TokenStream {
        let name = format_ident!("{}", self.name);
        let (field, branches) = self.branch_field();
        let parameters = self.fields.parameters();
        let values = self.fields.values_from_parameters();
        let docs = docs::CONSTRUCTOR;
        quote! {
            impl #name {
                #[doc = #docs]
                pub fn new(#field: #branches, #parameters) -> Self {
                    Self { #field, #values }
                }
            }
        }
    }

    /// The impl that writes the members.
    pub fn write_impl(&self) -> TokenStream {
        let name = format_ident!("{}", self.name);
        let (field, _) = self.branch_field();
        let puts = self.fields.write();
        quote! {
            impl Write for #name {
                fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                    self.#field.write(map)?;
                    #puts
                    Ok(())
                }
            }
        }
    }

    /// The impl that reads the members, with the struct that collects them.
    pub fn read_impl(&self) -> TokenStream {
        let name = format_ident!("{}", self.name);
        let slots = format_ident!("{}Slots", self.name);
        let wire_name = self.wire_name;
        let (field, branches) = self.branch_field();
        let declarations = self.fields.slots();
        let accept = self.fields.accept();
        let values = self.fields.values_from_slots();
        quote! {
            #[derive(Default)]
            pub(crate) struct #slots { #declarations }
            impl Base for #name {
                type Slots = #slots;
                type Branches = #branches;
                const NAME: &'static str = #wire_name;

                fn accept<'de, A: MapAccess<'de>>(
                    slots: &mut Self::Slots,
                    key: &str,
                    map: &mut A,
                ) -> Result<bool, A::Error> {
                    #accept
                }

                fn finish<E: Error>(slots: Self::Slots, #field: #branches) -> Result<Self, E> {
                    Ok(Self { #field, #values })
                }
            }
        }
    }
}
