//! The enum of a union's branches.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::codec::{ValueCodec, codec};
use super::context::FileScope;
use super::docs;
use super::enumeration::UNRECOGNIZED;
use crate::analyse::names;
use crate::schema::{BranchContent, NamedType, TypeId, UnionBranch, UnionType, ValueType};

/// The branches of a union as a Rust enum.
pub struct BranchesEnum<'a, 'c> {
    scope: &'a FileScope<'c>,
    union: (usize, TypeId),
    name: Ident,
    discriminator: &'a str,
    branches: Vec<(UnionBranch<'a>, Ident)>,
}

impl<'a, 'c: 'a> BranchesEnum<'a, 'c> {
    /// Names the branches of a union, which is a type of a release.
    pub fn new(
        scope: &'a FileScope<'c>,
        union: (usize, TypeId),
        body: &'a UnionType,
        name: &str,
    ) -> Self {
        let branches = scope.schema(union.0).union_branches(body);
        let names = names::variants(branches.iter().map(|branch| branch.meta.name.as_str()));
        let names = names.iter().map(|name| format_ident!("{name}"));
        BranchesEnum {
            scope,
            union,
            name: format_ident!("{name}"),
            discriminator: &body.discriminator,
            branches: branches.into_iter().zip(names).collect(),
        }
    }

    fn codec(&self, branch: &UnionBranch<'_>) -> Option<ValueCodec> {
        let ty = match branch.content {
            BranchContent::Nothing => return None,
            BranchContent::Members(id) => ValueType::One(NamedType::Defined(id)),
            BranchContent::Data(ty) => ty,
        };
        let (release, id) = self.union;
        let owner = (id, branch.meta.name.as_str());
        Some(codec(self.scope, release, ty, Some(owner)))
    }

    pub fn definition(&self, docs: &[String]) -> TokenStream {
        let name = &self.name;
        let unrecognized = format_ident!("{UNRECOGNIZED}");
        let variants = self.branches.iter().map(|(branch, variant)| {
            let docs = docs::entity(branch.meta, &variant.to_string());
            let payload = self.codec(branch).map(|codec| {
                let rust = codec.rust;
                quote!((#rust))
            });
            let deprecated = docs::deprecated_attribute(branch.meta);
            quote!(#(#[doc = #docs])* #deprecated #variant #payload,)
        });
        quote! {
            #(#[doc = #docs])*
            #[derive(Debug, Clone, PartialEq)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants)*
                /// A branch that is not in the schema.
                #unrecognized(UnrecognizedBranch),
            }
        }
    }

    /// The impl that writes the discriminator and the members of the branch.
    pub fn write_impl(&self) -> TokenStream {
        let name = &self.name;
        let unrecognized = format_ident!("{UNRECOGNIZED}");
        let tag = self.discriminator;
        let arms = self
            .branches
            .iter()
            .map(|(branch, variant)| self.write_arm(branch, variant));
        quote! {
            impl Write for #name {
                fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                    match self {
                        #(#arms)*
                        Self::#unrecognized(branch) => {
                            put(map, #tag, &branch.discriminator)?;
                            put_open(map, &[#tag], &branch.members)?;
                        }
                    }
                    Ok(())
                }
            }
        }
    }

    fn write_arm(&self, branch: &UnionBranch<'_>, variant: &Ident) -> TokenStream {
        let (discriminator, value) = (self.discriminator, &branch.meta.name);
        let put_value = quote!(put(map, #discriminator, #value)?;);
        match (branch.content, self.codec(branch)) {
            (BranchContent::Data(_), Some(codec)) => {
                let put_data = codec.put_behind("data", &quote!(data));
                quote!(Self::#variant(data) => { #put_value #put_data })
            }
            (BranchContent::Members(_), _) => {
                quote!(Self::#variant(members) => { #put_value members.write(map)?; })
            }
            _ => quote!(Self::#variant => { #put_value }),
        }
    }

    /// The impl that reads the members of the branch.
    pub fn read_impl(&self) -> TokenStream {
        let name = &self.name;
        let unrecognized = format_ident!("{UNRECOGNIZED}");
        let discriminator = self.discriminator;
        let arms = self
            .branches
            .iter()
            .map(|(branch, variant)| self.read_arm(branch, variant));
        quote! {
            impl Branches for #name {
                const DISCRIMINATOR: &'static str = #discriminator;

                fn decode<'de, A: MapAccess<'de>, B: Base>(
                    rest: Rest<'_, 'de, A, B>,
                ) -> Result<Self, A::Error> {
                    Ok(match rest.discriminator {
                        #(#arms)*
                        _ => Self::#unrecognized(rest.unrecognized()?),
                    })
                }
            }
        }
    }

    fn read_arm(&self, branch: &UnionBranch<'_>, variant: &Ident) -> TokenStream {
        let value = &branch.meta.name;
        let (release, id) = self.union;
        match (branch.content, self.codec(branch)) {
            (BranchContent::Data(_), Some(codec)) => {
                let read = codec.read_data();
                quote!(#value => Self::#variant(#read),)
            }
            (BranchContent::Members(_), _) if self.scope.context.is_boxed(release, id, value) => {
                quote!(#value => Self::#variant(Box::new(rest.members()?)),)
            }
            (BranchContent::Members(_), _) => quote!(#value => Self::#variant(rest.members()?),),
            _ => quote!(#value => { rest.nothing()?; Self::#variant }),
        }
    }

    /// The impl of a union without shared members.
    pub fn empty_base(&self, wire_name: &str) -> TokenStream {
        let name = &self.name;
        quote!(wire::no_base! { #name = #wire_name })
    }
}
