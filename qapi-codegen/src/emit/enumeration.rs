//! Enums.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::context::Scope;
use super::docs;
use super::group::Parts;
use crate::analyse::direction::Direction;
use crate::analyse::names;
use crate::analyse::sharing::Shared;
use crate::schema::{EnumType, TypeId};

/// The variant for values that the schema does not list.
pub const UNRECOGNIZED: &str = "Unrecognized";

/// An enum of the schema.
pub fn emit(
    scope: &Scope<'_>,
    shared: &Shared<TypeId>,
    body: &EnumType,
    direction: Direction,
    parts: &mut Parts,
) {
    let name = format_ident!("{}", shared.name);
    let variants = variants(body);
    parts.definitions.extend(definition(
        &name,
        body,
        &variants,
        &docs::definition(scope, shared),
    ));
    parts.definitions.extend(texts(&name, body, &variants));
    parts.enums.push(name.clone());
    parts.sink(direction.sent).enums_written.push(name.clone());
    parts.sink(direction.received).enums_read.push(name);
}

fn variants(body: &EnumType) -> Vec<Ident> {
    let names = names::variants(body.values.iter().map(|value| value.name.as_str()));
    names.iter().map(|name| format_ident!("{name}")).collect()
}

fn definition(name: &Ident, body: &EnumType, variants: &[Ident], docs: &[String]) -> TokenStream {
    let variants = body.values.iter().zip(variants).map(|(value, variant)| {
        let docs = docs::value(value);
        quote!(#(#[doc = #docs])* #variant,)
    });
    let unrecognized = format_ident!("{UNRECOGNIZED}");
    quote! {
        #(#[doc = #docs])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            /// A value that the schema does not list.
            #unrecognized(UnrecognizedValue),
        }
    }
}

/// The texts of the values, both ways.
fn texts(name: &Ident, body: &EnumType, variants: &[Ident]) -> TokenStream {
    let texts: Vec<&str> = body
        .values
        .iter()
        .map(|value| value.name.as_str())
        .collect();
    let unrecognized = format_ident!("{UNRECOGNIZED}");
    quote! {
        impl #name {
            /// The text on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#variants => #texts,)*
                    Self::#unrecognized(value) => value.as_str(),
                }
            }
        }
        impl From<&str> for #name {
            fn from(text: &str) -> Self {
                match text {
                    #(#texts => Self::#variants,)*
                    _ => Self::#unrecognized(UnrecognizedValue::new(text)),
                }
            }
        }
    }
}
