//! The enum of a union's branches.

use super::codec::{ValueCodec, codec};
use super::context::FileScope;
use super::docs;
use super::piece::{Lines, Place, piece, text};
use crate::analyse::names::{self, UNRECOGNIZED};
use crate::schema::{BranchContent, NamedType, TypeId, UnionBranch, UnionType, ValueType};

/// The branches of a union as a Rust enum.
pub struct BranchesEnum<'a, 'c> {
    scope: &'a FileScope<'c>,
    union: (usize, TypeId),
    name: &'a str,
    /// The literal of the name of the discriminator.
    tag: String,
    branches: Vec<NamedBranch<'a>>,
}

struct NamedBranch<'a> {
    branch: UnionBranch<'a>,
    /// The literal of the value of the discriminator.
    value: String,
    /// The name of the variant.
    variant: String,
    codec: Option<ValueCodec>,
}

impl<'a, 'c: 'a> BranchesEnum<'a, 'c> {
    /// Names the branches of a union, which is a type of a release.
    pub fn new(
        scope: &'a FileScope<'c>,
        union: (usize, TypeId),
        body: &'a UnionType,
        name: &'a str,
    ) -> Self {
        let branches = scope.schema(union.0).union_branches(body);
        let names = names::variants(branches.iter().map(|branch| branch.meta.name.as_str()));
        let branches = branches.into_iter().zip(names);
        let branches = branches.map(|(branch, variant)| NamedBranch {
            value: text(&branch.meta.name),
            variant,
            codec: branch_codec(scope, union, &branch),
            branch,
        });
        BranchesEnum {
            scope,
            union,
            name,
            tag: text(&body.discriminator),
            branches: branches.collect(),
        }
    }

    pub fn definition(&self, docs: &str) -> Lines {
        let variants = self.branches.iter().map(NamedBranch::definition);
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
            DOCS = &docs::comments(Place::Item, docs),
            NAME = self.name,
            VARIANTS = &variants.collect::<Lines>(),
            UNRECOGNIZED = UNRECOGNIZED
        )
    }

    /// The impl that writes the discriminator and the members of the branch.
    pub fn write_impl(&self) -> Lines {
        let arms = self
            .branches
            .iter()
            .map(|branch| branch.write_arm(&self.tag));
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
            NAME = self.name,
            TAG = &self.tag,
            ARMS = &arms.collect::<Lines>(),
            UNRECOGNIZED = UNRECOGNIZED
        )
    }

    /// The impl that reads the members of the branch.
    pub fn read_impl(&self) -> Lines {
        let arms = self.branches.iter().map(|branch| self.read_arm(branch));
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
            NAME = self.name,
            TAG = &self.tag,
            ARMS = &arms.collect::<Lines>(),
            UNRECOGNIZED = UNRECOGNIZED
        )
    }

    fn read_arm(&self, named: &NamedBranch<'_>) -> Lines {
        let NamedBranch { value, variant, .. } = named;
        let (release, id) = self.union;
        let name = named.branch.meta.name.as_str();
        match (named.branch.content, &named.codec) {
            (BranchContent::Data(_), Some(codec)) => codec.read_data_arm(variant, value),
            (BranchContent::Members(_), _) if self.scope.context.is_boxed(release, id, name) => {
                piece!(
                    InnerArm { VALUE => Self::VARIANT(Box::new(rest.members()?)), }
                    VALUE = value, VARIANT = variant
                )
            }
            (BranchContent::Members(_), _) => piece!(
                InnerArm { VALUE => Self::VARIANT(rest.members()?), }
                VALUE = value, VARIANT = variant
            ),
            _ => piece!(
                InnerArm { VALUE => { rest.nothing()?; Self::VARIANT } }
                VALUE = value, VARIANT = variant
            ),
        }
    }

    /// The impl of a union without shared members.
    pub fn empty_base(&self, wire_name: &str) -> Lines {
        piece!(
            Item { wire::no_base! { NAME = WIRE_NAME } }
            NAME = self.name, WIRE_NAME = &text(wire_name)
        )
    }
}

impl NamedBranch<'_> {
    fn definition(&self) -> Lines {
        let meta = self.branch.meta;
        let attributes = docs::part_attributes(&docs::entity(meta, &self.variant), meta);
        match &self.codec {
            Some(codec) => piece!(
                Variant { #[ATTRIBUTES] VARIANT(TYPE) }
                ATTRIBUTES = &attributes, VARIANT = &self.variant, TYPE = &codec.rust
            ),
            None => piece!(
                Variant { #[ATTRIBUTES] VARIANT }
                ATTRIBUTES = &attributes, VARIANT = &self.variant
            ),
        }
    }

    fn write_arm(&self, tag: &str) -> Lines {
        let (variant, value) = (&self.variant, &self.value);
        match (self.branch.content, &self.codec) {
            (BranchContent::Data(_), Some(codec)) => codec.put_data_arm(variant, tag, value),
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
}

/// How the content of a branch of a union is represented, if it has any.
fn branch_codec(
    scope: &FileScope<'_>,
    (release, id): (usize, TypeId),
    branch: &UnionBranch<'_>,
) -> Option<ValueCodec> {
    let ty = match branch.content {
        BranchContent::Nothing => return None,
        BranchContent::Members(id) => ValueType::One(NamedType::Defined(id)),
        BranchContent::Data(ty) => ty,
    };
    let owner = (id, branch.meta.name.as_str());
    Some(codec(scope, release, ty, Some(owner)))
}
