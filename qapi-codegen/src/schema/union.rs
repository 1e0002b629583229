//! What a union looks like on the wire for each value of its tag.

use super::{Condition, EntityMeta, NamedType, Schema, TypeId, TypeKind, UnionType, ValueType};
use crate::dialect;

/// One value of a union's tag.
#[derive(Debug, Clone, PartialEq)]
pub struct UnionBranch<'s> {
    /// The value of the tag, with its features.
    pub meta: &'s EntityMeta,
    /// The condition of the value and that of its branch.
    pub conditions: Vec<&'s Condition>,
    /// What stands beside the tag and the shared members.
    pub content: BranchContent,
}

/// What a branch adds to the members that all branches share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BranchContent {
    /// Nothing.
    Nothing,
    /// The members of this struct or union, beside the tag.
    Members(TypeId),
    /// One member `data` of this type.
    ///
    /// Releases up to 6.1 write this as a union without a discriminator, later
    /// ones with a struct for each branch; it is the same on the wire.
    Data(ValueType),
}

/// The name of the member in [`BranchContent::Data`].
pub const DATA_MEMBER: &str = "data";

impl Schema {
    /// All values of a union's tag, in the order of the schema: those with a
    /// branch first.
    pub fn union_branches<'s>(&'s self, union: &'s UnionType) -> Vec<UnionBranch<'s>> {
        let covered = union.branches.iter().map(|branch| UnionBranch {
            meta: self
                .tag_value(union, &branch.meta.name)
                .unwrap_or(&branch.meta),
            conditions: branch
                .meta
                .condition
                .iter()
                .chain(
                    self.tag_value(union, &branch.meta.name)
                        .and_then(|value| value.condition.as_ref()),
                )
                .collect(),
            content: self.content(union, branch.ty),
        });
        covered.chain(self.uncovered(union)).collect()
    }

    fn uncovered<'s>(&'s self, union: &'s UnionType) -> impl Iterator<Item = UnionBranch<'s>> {
        let values = self
            .tag_values(union)
            .filter(|_| dialect::EMPTY_BRANCHES.contains(self.version));
        values
            .filter(|value| {
                union
                    .branches
                    .iter()
                    .all(|branch| branch.meta.name != value.name)
            })
            .map(|value| UnionBranch {
                meta: value,
                conditions: value.condition.iter().collect(),
                content: BranchContent::Nothing,
            })
    }

    fn content(&self, union: &UnionType, ty: ValueType) -> BranchContent {
        let simple = union.discriminator_enum.is_none();
        match ty {
            ValueType::One(NamedType::Defined(id)) if !simple => self.branch_content(id),
            ty => BranchContent::Data(ty),
        }
    }

    fn branch_content(&self, id: TypeId) -> BranchContent {
        let members = self.members(id);
        match (&self.get(id).kind, &members[..]) {
            (TypeKind::Union(_), _) => BranchContent::Members(id),
            (_, []) => BranchContent::Nothing,
            (_, [only]) if self.is_branch_wrapper(id) => BranchContent::Data(only.ty),
            _ => BranchContent::Members(id),
        }
    }

    /// Whether a struct is nothing but the wrapper of a branch: an object with
    /// the one member `data`.
    pub fn is_branch_wrapper(&self, id: TypeId) -> bool {
        let TypeKind::Struct(object) = &self.get(id).kind else {
            return false;
        };
        match (&object.base, &object.members[..]) {
            (None, [only]) => {
                only.meta.name == DATA_MEMBER && !only.optional && only.meta.condition.is_none()
            }
            _ => false,
        }
    }

    fn tag_values<'s>(
        &'s self,
        union: &UnionType,
    ) -> impl Iterator<Item = &'s EntityMeta> + use<'s> {
        let values = union.discriminator_enum.map(|id| &self.get(id).kind);
        values.into_iter().flat_map(|kind| match kind {
            TypeKind::Enum(tag) => &tag.values[..],
            _ => &[],
        })
    }

    fn tag_value<'s>(&'s self, union: &UnionType, name: &str) -> Option<&'s EntityMeta> {
        self.tag_values(union).find(|value| value.name == name)
    }
}
