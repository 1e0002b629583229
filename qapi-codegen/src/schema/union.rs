//! Branches of unions as they appear in QMP.

use super::{
    Branch, Condition, EntityMeta, NamedType, Schema, TypeId, TypeKind, UnionType, ValueType,
};
use crate::dialect;

/// A branch of a union: a discriminator value and the members it adds.
#[derive(Debug, Clone, PartialEq)]
pub struct UnionBranch<'s> {
    /// The discriminator value, with its features.
    pub meta: &'s EntityMeta,
    /// The conditions of the value and of its branch.
    pub conditions: Vec<&'s Condition>,
    /// The members in addition to the shared ones.
    pub content: BranchContent,
}

/// The members that a branch adds to those that all branches share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BranchContent {
    /// No members.
    Nothing,
    /// The members of this struct or union.
    Members(TypeId),
    /// One member `data` of this type.
    ///
    /// Releases up to 6.1 write this as a union without a discriminator, later
    /// ones with a struct for each branch.
    Data(ValueType),
}

/// The name of the member in [`BranchContent::Data`].
pub const DATA_MEMBER: &str = "data";

impl Schema {
    /// The branches of a union for all discriminator values: first those that
    /// the schema states, then the others.
    pub fn union_branches<'s>(&'s self, union: &'s UnionType) -> Vec<UnionBranch<'s>> {
        let stated = union
            .branches
            .iter()
            .map(|branch| self.stated_branch(union, branch));
        stated.chain(self.empty_branches(union)).collect()
    }

    fn stated_branch<'s>(&'s self, union: &UnionType, branch: &'s Branch) -> UnionBranch<'s> {
        let mut values = self.discriminator_values(union);
        let value = values.find(|value| value.name == branch.meta.name);
        let condition = value.and_then(|value| value.condition.as_ref());
        UnionBranch {
            meta: value.unwrap_or(&branch.meta),
            conditions: branch.meta.condition.iter().chain(condition).collect(),
            content: self.content(union, branch.ty),
        }
    }

    /// The values that the schema states no branch for.
    fn empty_branches<'s>(&'s self, union: &'s UnionType) -> impl Iterator<Item = UnionBranch<'s>> {
        let is_stated = |value: &EntityMeta| {
            let mut branches = union.branches.iter();
            branches.any(|branch| branch.meta.name == value.name)
        };
        let exist = dialect::EMPTY_BRANCHES.contains(self.version);
        let values = self.discriminator_values(union).filter(move |_| exist);
        values
            .filter(move |value| !is_stated(value))
            .map(|value| UnionBranch {
                meta: value,
                conditions: value.condition.iter().collect(),
                content: BranchContent::Nothing,
            })
    }

    fn content(&self, union: &UnionType, ty: ValueType) -> BranchContent {
        let is_simple = union.discriminator_enum.is_none();
        match ty {
            ValueType::One(NamedType::Defined(id)) if !is_simple => self.members_content(id),
            ty => BranchContent::Data(ty),
        }
    }

    fn members_content(&self, id: TypeId) -> BranchContent {
        match (&self.get(id).kind, &self.members(id)[..]) {
            (TypeKind::Union(_), _) => BranchContent::Members(id),
            (_, []) => BranchContent::Nothing,
            (_, [only]) if self.is_branch_wrapper(id) => BranchContent::Data(only.ty),
            _ => BranchContent::Members(id),
        }
    }

    /// Returns `true` for a struct that only wraps the type of a branch: its one
    /// member is `data`.
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

    fn discriminator_values<'s>(
        &'s self,
        union: &UnionType,
    ) -> impl Iterator<Item = &'s EntityMeta> + use<'s> {
        let kind = union.discriminator_enum.map(|id| &self.get(id).kind);
        kind.into_iter().flat_map(|kind| match kind {
            TypeKind::Enum(body) => &body.values[..],
            _ => &[],
        })
    }
}
