//! Enums.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::context::FileScope;
use super::docs;
use super::items::ModuleItems;
use crate::analyse::names;
use crate::analyse::sharing::Shared;
use crate::schema::{EntityMeta, TypeId, TypeKind};

/// The variant for values and branches that are not in the schema.
pub const UNRECOGNIZED: &str = "Unrecognized";

/// Adds an enum of the schema.
pub fn emit(scope: &FileScope<'_>, shared: &Shared<TypeId>, items: &mut ModuleItems) {
    let (release, id) = shared.newest();
    let TypeKind::Enum(body) = &scope.schema(release).get(id).kind else {
        return;
    };
    let direction = scope.context.direction(shared);
    let name = shared.name.as_str();
    let variants = EnumVariants::new(name, &body.values);
    let docs = docs::type_definition(scope, shared);
    items.definitions.extend(variants.definition(&docs));
    items.definitions.extend(variants.conversions());
    items.main.call_macro("display_enum", name);
    items
        .impls_for(direction.sent)
        .call_macro("serialize_enum", name);
    items
        .impls_for(direction.received)
        .call_macro("deserialize_enum", name);
}

/// The values of an enum as Rust variants.
struct EnumVariants<'a> {
    name: Ident,
    variants: Vec<(&'a EntityMeta, Ident)>,
}

impl<'a> EnumVariants<'a> {
    fn new(name: &str, values: &'a [EntityMeta]) -> Self {
        let names = names::variants(values.iter().map(|value| value.name.as_str()));
        let names = names.iter().map(|name| format_ident!("{name}"));
        EnumVariants {
            name: format_ident!("{name}"),
            variants: values.iter().zip(names).collect(),
        }
    }

    fn definition(&self, docs: &[String]) -> TokenStream {
        let name = &self.name;
        let variants = self.variants.iter().map(|(value, variant)| {
            let docs = docs::entity(value, &variant.to_string());
            let deprecated = docs::deprecated_attribute(value);
            quote!(#(#[doc = #docs])* #deprecated #variant,)
        });
        let unrecognized = format_ident!("{UNRECOGNIZED}");
        quote! {
            #(#[doc = #docs])*
            #[derive(Debug, Clone, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants)*
                /// A value that is not in the schema.
                #unrecognized(UnrecognizedValue),
            }
        }
    }

    /// The conversions to and from the names of the values in QMP.
    fn conversions(&self) -> TokenStream {
        let name = &self.name;
        let texts = self.variants.iter().map(|(value, _)| &value.name);
        let texts: Vec<&String> = texts.collect();
        let variants: Vec<&Ident> = self.variants.iter().map(|(_, variant)| variant).collect();
        let unrecognized = format_ident!("{UNRECOGNIZED}");
        quote! {
            impl #name {
                /// Returns the name of the value in QMP.
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
}
