//! The enum of a union's branches.

use proc_macro2::Ident;
use quote::format_ident;
use syn::{Arm, Item, Variant, parse_quote};

use super::codec::{ValueCodec, codec};
use super::context::FileScope;
use super::docs;
use super::piece::piece;
use crate::analyse::names::{self, UNRECOGNIZED};
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

    pub fn definition(&self, docs: &[String]) -> Item {
        let branches = self.branches.iter();
        let variants = branches.map(|(branch, variant)| self.variant(branch, variant));
        piece!(
            Item {
                #[DOCS]
                #[derive(Debug, Clone, PartialEq)]
                #[non_exhaustive]
                pub enum NAME {
                    VARIANTS,
                    /// A branch that is not in the schema.
                    UNRECOGNIZED(UnrecognizedBranch),
                }
            }
            DOCS = docs::attributes(docs),
            NAME = &self.name,
            VARIANTS = variants.collect::<Vec<Variant>>(),
            UNRECOGNIZED = format_ident!("{UNRECOGNIZED}")
        )
    }

    fn variant(&self, branch: &UnionBranch<'_>, variant: &Ident) -> Variant {
        let docs = docs::entity(branch.meta, &variant.to_string());
        let attributes = docs::part_attributes(&docs, branch.meta);
        match self.codec(branch) {
            Some(codec) => piece!(
                Variant { #[ATTRIBUTES] VARIANT(TYPE) }
                ATTRIBUTES = attributes, VARIANT = variant, TYPE = codec.rust
            ),
            None => piece!(
                Variant { #[ATTRIBUTES] VARIANT }
                ATTRIBUTES = attributes, VARIANT = variant
            ),
        }
    }

    /// The impl that writes the discriminator and the members of the branch.
    pub fn write_impl(&self) -> Item {
        let branches = self.branches.iter();
        let arms = branches.map(|(branch, variant)| self.write_arm(branch, variant));
        piece!(
            Item {
                impl Write for NAME {
                    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                        match self {
                            ARMS => (),
                            Self::UNRECOGNIZED(branch) => {
                                put(map, TAG, &branch.discriminator)?;
                                put_open(map, &[TAG], &branch.members)?;
                            }
                        }
                        Ok(())
                    }
                }
            }
            NAME = &self.name,
            TAG = self.discriminator,
            ARMS = arms.collect::<Vec<Arm>>(),
            UNRECOGNIZED = format_ident!("{UNRECOGNIZED}")
        )
    }

    fn write_arm(&self, branch: &UnionBranch<'_>, variant: &Ident) -> Arm {
        let (tag, value) = (self.discriminator, branch.meta.name.as_str());
        match (branch.content, self.codec(branch)) {
            (BranchContent::Data(_), Some(codec)) => piece!(
                Arm { Self::VARIANT(data) => { put(map, TAG, VALUE)?; PUT_DATA; } }
                VARIANT = variant, TAG = tag, VALUE = value,
                PUT_DATA = vec![codec.put_behind("data", parse_quote!(data))]
            ),
            (BranchContent::Members(_), _) => piece!(
                Arm { Self::VARIANT(members) => { put(map, TAG, VALUE)?; members.write(map)?; } }
                VARIANT = variant, TAG = tag, VALUE = value
            ),
            _ => piece!(
                Arm { Self::VARIANT => { put(map, TAG, VALUE)?; } }
                VARIANT = variant, TAG = tag, VALUE = value
            ),
        }
    }

    /// The impl that reads the members of the branch.
    pub fn read_impl(&self) -> Item {
        let branches = self.branches.iter();
        let arms = branches.map(|(branch, variant)| self.read_arm(branch, variant));
        piece!(
            Item {
                impl Branches for NAME {
                    const DISCRIMINATOR: &'static str = TAG;

                    fn decode<'de, A: MapAccess<'de>, B: Base>(
                        rest: Rest<'_, 'de, A, B>,
                    ) -> Result<Self, A::Error> {
                        Ok(match rest.discriminator {
                            ARMS => (),
                            _ => Self::UNRECOGNIZED(rest.unrecognized()?),
                        })
                    }
                }
            }
            NAME = &self.name,
            TAG = self.discriminator,
            ARMS = arms.collect::<Vec<Arm>>(),
            UNRECOGNIZED = format_ident!("{UNRECOGNIZED}")
        )
    }

    fn read_arm(&self, branch: &UnionBranch<'_>, variant: &Ident) -> Arm {
        let value = branch.meta.name.as_str();
        let (release, id) = self.union;
        match (branch.content, self.codec(branch)) {
            (BranchContent::Data(_), Some(codec)) => piece!(
                Arm { VALUE => Self::VARIANT(READ), }
                VALUE = value, VARIANT = variant, READ = codec.read_data()
            ),
            (BranchContent::Members(_), _) if self.scope.context.is_boxed(release, id, value) => {
                piece!(
                    Arm { VALUE => Self::VARIANT(Box::new(rest.members()?)), }
                    VALUE = value, VARIANT = variant
                )
            }
            (BranchContent::Members(_), _) => piece!(
                Arm { VALUE => Self::VARIANT(rest.members()?), }
                VALUE = value, VARIANT = variant
            ),
            _ => piece!(
                Arm { VALUE => { rest.nothing()?; Self::VARIANT } }
                VALUE = value, VARIANT = variant
            ),
        }
    }

    /// The impl of a union without shared members.
    pub fn empty_base(&self, wire_name: &str) -> Item {
        let name = &self.name;
        parse_quote!(wire::no_base! { #name = #wire_name })
    }
}
