//! Unions.
//!
//! A union whose branches share nothing but the tag is an enum. Others are a
//! struct of what they share, with one field for the branch that is named like
//! the tag.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::codec::codec;
use super::context::Scope;
use super::docs;
use super::enumeration::UNRECOGNIZED;
use super::fields::{Fields, Place, identifier};
use super::group::Parts;
use crate::analyse::direction::Direction;
use crate::analyse::names;
use crate::analyse::sharing::Shared;
use crate::schema::{BranchContent, Member, NamedType, TypeId, UnionBranch, UnionType, ValueType};

/// A union of the schema.
pub fn emit(
    scope: &Scope<'_>,
    shared: &Shared<TypeId>,
    union: &UnionType,
    direction: Direction,
    parts: &mut Parts,
) {
    let (release, id) = shared.newest();
    let schema = scope.schema(release);
    let members: Vec<&Member> = schema
        .members(id)
        .into_iter()
        .filter(|member| member.meta.name != union.discriminator)
        .collect();
    let docs = docs::definition(scope, shared);
    let cases = schema.union_branches(union);
    let branches = Branches {
        scope,
        release,
        id,
        tag: &union.discriminator,
        cases: &cases,
    };
    if members.is_empty() {
        parts
            .definitions
            .extend(branches.definition(&shared.name, &docs));
        parts
            .sink(direction.sent)
            .write(&shared.name, branches.write(&shared.name));
        let read = parts.sink(direction.received);
        read.definitions.extend(branches.read(&shared.name));
        let name = format_ident!("{}", shared.name);
        let wire = &schema.get(id).meta.name;
        read.definitions
            .extend(quote!(wire::no_base! { #name = #wire }));
        read.unions.push(name);
    } else {
        let place = Place {
            scope,
            release,
            owner: Some(id),
            received: direction.received,
        };
        let fields = Fields::new(place, &members, false);
        let enum_name = scope
            .context
            .branches_name(&shared.name, &union.discriminator);
        let with_base = WithBase {
            name: &shared.name,
            wire: &schema.get(id).meta.name,
            tag: &union.discriminator,
            branches: &enum_name,
            fields: &fields,
        };
        parts.definitions.extend(with_base.definition(&docs));
        let enum_docs = docs::branches(&schema.get(id).meta.name, &union.discriminator);
        parts
            .definitions
            .extend(branches.definition(&enum_name, &enum_docs));
        let sent = parts.sink(direction.sent);
        sent.definitions.extend(with_base.constructor());
        sent.definitions.extend(branches.write(&enum_name));
        sent.write(&shared.name, with_base.write());
        let read = parts.sink(direction.received);
        read.definitions.extend(branches.read(&enum_name));
        read.definitions.extend(with_base.read());
        read.unions.push(format_ident!("{}", shared.name));
    }
    if scope.context.is_nested(shared) {
        parts
            .sink(direction.received)
            .nested
            .push(format_ident!("{}", shared.name));
    }
}

/// The enum of a union's branches.
struct Branches<'a, 'c> {
    scope: &'a Scope<'c>,
    release: usize,
    id: TypeId,
    tag: &'a str,
    cases: &'a [UnionBranch<'a>],
}

impl Branches<'_, '_> {
    fn variants(&self) -> Vec<Ident> {
        let names = names::variants(self.cases.iter().map(|case| case.meta.name.as_str()));
        names.iter().map(|name| format_ident!("{name}")).collect()
    }

    fn codec(&self, case: &UnionBranch<'_>) -> Option<super::codec::Codec> {
        let ty = match case.content {
            BranchContent::Nothing => return None,
            BranchContent::Members(id) => ValueType::One(NamedType::Defined(id)),
            BranchContent::Data(ty) => ty,
        };
        Some(codec(
            self.scope,
            self.release,
            ty,
            Some((self.id, &case.meta.name)),
        ))
    }

    fn is_boxed(&self, case: &UnionBranch<'_>) -> bool {
        self.scope
            .context
            .is_boxed(self.release, self.id, &case.meta.name)
    }

    fn definition(&self, name: &str, docs: &[String]) -> TokenStream {
        let name = format_ident!("{name}");
        let unrecognized = format_ident!("{UNRECOGNIZED}");
        let variants = self
            .cases
            .iter()
            .zip(self.variants())
            .map(|(case, variant)| {
                let docs = docs::value(case.meta);
                let payload = self.codec(case).map(|codec| {
                    let rust = codec.rust;
                    quote!((#rust))
                });
                quote!(#(#[doc = #docs])* #variant #payload,)
            });
        quote! {
            #(#[doc = #docs])*
            #[derive(Debug, Clone, PartialEq)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants)*
                /// A branch that the schema does not list.
                #unrecognized(UnrecognizedBranch),
            }
        }
    }

    fn write(&self, name: &str) -> TokenStream {
        let name = format_ident!("{name}");
        let unrecognized = format_ident!("{UNRECOGNIZED}");
        let tag = self.tag;
        let arms = self
            .cases
            .iter()
            .zip(self.variants())
            .map(|(case, variant)| {
                let value = &case.meta.name;
                let put_tag = quote!(put(map, #tag, #value)?;);
                match (case.content, self.codec(case)) {
                    (BranchContent::Data(_), Some(codec)) => {
                        let put_data = codec.put_behind("data", &quote!(data));
                        quote!(Self::#variant(data) => { #put_tag #put_data })
                    }
                    (BranchContent::Members(_), _) => {
                        quote!(Self::#variant(members) => { #put_tag members.write(map)?; })
                    }
                    _ => quote!(Self::#variant => { #put_tag }),
                }
            });
        quote! {
            impl Write for #name {
                fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                    match self {
                        #(#arms)*
                        Self::#unrecognized(branch) => {
                            put(map, #tag, &branch.tag)?;
                            put_open(map, &[#tag], &branch.members)?;
                        }
                    }
                    Ok(())
                }
            }
        }
    }

    fn read(&self, name: &str) -> TokenStream {
        let name = format_ident!("{name}");
        let unrecognized = format_ident!("{UNRECOGNIZED}");
        let tag = self.tag;
        let arms = self
            .cases
            .iter()
            .zip(self.variants())
            .map(|(case, variant)| {
                let value = &case.meta.name;
                let read = match (case.content, self.codec(case)) {
                    (BranchContent::Data(_), Some(codec)) => codec.read_data(),
                    (BranchContent::Members(_), _) => quote!(rest.members()?),
                    _ => return quote!(#value => { rest.nothing()?; Self::#variant }),
                };
                let read =
                    if self.is_boxed(case) && matches!(case.content, BranchContent::Members(_)) {
                        quote!(Box::new(#read))
                    } else {
                        read
                    };
                quote!(#value => Self::#variant(#read),)
            });
        quote! {
            impl Branches for #name {
                const TAG: &'static str = #tag;

                fn decode<'de, A: MapAccess<'de>, B: Base>(
                    tag: String,
                    rest: Rest<'_, A, B>,
                ) -> Result<Self, A::Error> {
                    Ok(match tag.as_str() {
                        #(#arms)*
                        _ => {
                            let members = rest.unrecognized()?;
                            Self::#unrecognized(UnrecognizedBranch { tag, members })
                        }
                    })
                }
            }
        }
    }
}

/// A union whose branches share more than the tag.
struct WithBase<'a> {
    name: &'a str,
    wire: &'a str,
    tag: &'a str,
    branches: &'a str,
    fields: &'a Fields,
}

impl WithBase<'_> {
    /// The field that holds the branch.
    fn field(&self) -> Ident {
        identifier(&names::fields([self.tag])[0])
    }

    fn definition(&self, docs: &[String]) -> TokenStream {
        let name = format_ident!("{}", self.name);
        let branches = format_ident!("{}", self.branches);
        let field = self.field();
        let fields = self.fields.declarations();
        let tag_docs = docs::tag(self.tag);
        quote! {
            #(#[doc = #docs])*
            #[derive(Debug, Clone, PartialEq)]
            pub struct #name {
                #(#[doc = #tag_docs])*
                pub #field: #branches,
                #fields
            }
        }
    }

    fn constructor(&self) -> TokenStream {
        let name = format_ident!("{}", self.name);
        let branches = format_ident!("{}", self.branches);
        let field = self.field();
        let parameters = self.fields.parameters();
        let values = self.fields.struct_of_parameters();
        quote! {
            impl #name {
                /// With the members that are required, and no others.
                pub fn new(#field: #branches, #parameters) -> Self {
                    Self { #field, #values }
                }
            }
        }
    }

    fn write(&self) -> TokenStream {
        let name = format_ident!("{}", self.name);
        let field = self.field();
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

    fn read(&self) -> TokenStream {
        let name = format_ident!("{}", self.name);
        let slots = format_ident!("{}Slots", self.name);
        let branches = format_ident!("{}", self.branches);
        let wire = self.wire;
        let field = self.field();
        let declarations = self.fields.slots();
        let accept = self.fields.accept();
        let values = self.fields.struct_of_slots();
        quote! {
            #[derive(Default)]
            pub(crate) struct #slots { #declarations }
            impl Base for #name {
                type Slots = #slots;
                type Branches = #branches;
                const NAME: &'static str = #wire;

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
