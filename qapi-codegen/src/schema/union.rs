//! What a union looks like on the wire for each value of its tag.

use super::{Condition, Item, Meta, Schema, Type, TypeId, TypeKind, Union};
use crate::dialect;

/// One value of a union's tag.
#[derive(Debug, Clone, PartialEq)]
pub struct Case<'s> {
    /// The value of the tag, with its features.
    pub meta: &'s Meta,
    /// The condition of the value and that of its branch.
    pub conditions: Vec<&'s Condition>,
    /// What stands beside the tag and the shared members.
    pub content: Content,
}

/// What a branch adds to the members that all branches share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Content {
    /// Nothing.
    Nothing,
    /// The members of this struct or union, beside the tag.
    Members(TypeId),
    /// One member `data` of this type.
    ///
    /// Releases up to 6.1 write this as a union without a discriminator, later
    /// ones with a struct for each branch; it is the same on the wire.
    Data(Type),
}

/// The name of the member in [`Content::Data`].
pub const DATA: &str = "data";

impl Schema {
    /// All values of a union's tag, in the order of the schema: those with a
    /// branch first.
    pub fn cases<'s>(&'s self, union: &'s Union) -> Vec<Case<'s>> {
        let covered = union.branches.iter().map(|branch| Case {
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

    fn uncovered<'s>(&'s self, union: &'s Union) -> impl Iterator<Item = Case<'s>> {
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
            .map(|value| Case {
                meta: value,
                conditions: value.condition.iter().collect(),
                content: Content::Nothing,
            })
    }

    fn content(&self, union: &Union, ty: Type) -> Content {
        let simple = union.tag_enum.is_none();
        match ty {
            Type::One(Item::Defined(id)) if !simple => self.branch_content(id),
            ty => Content::Data(ty),
        }
    }

    fn branch_content(&self, id: TypeId) -> Content {
        let members = self.members(id);
        match (&self.get(id).kind, &members[..]) {
            (TypeKind::Union(_), _) => Content::Members(id),
            (_, []) => Content::Nothing,
            (_, [only]) if self.wraps(id) => Content::Data(only.ty),
            _ => Content::Members(id),
        }
    }

    /// Whether a struct is nothing but the wrapper of a branch: an object with
    /// the one member `data`.
    pub fn wraps(&self, id: TypeId) -> bool {
        let TypeKind::Struct(object) = &self.get(id).kind else {
            return false;
        };
        match (&object.base, &object.members[..]) {
            (None, [only]) => {
                only.meta.name == DATA && !only.optional && only.meta.condition.is_none()
            }
            _ => false,
        }
    }

    fn tag_values<'s>(&'s self, union: &Union) -> impl Iterator<Item = &'s Meta> + use<'s> {
        let values = union.tag_enum.map(|id| &self.get(id).kind);
        values.into_iter().flat_map(|kind| match kind {
            TypeKind::Enum(tag) => &tag.values[..],
            _ => &[],
        })
    }

    fn tag_value<'s>(&'s self, union: &Union, name: &str) -> Option<&'s Meta> {
        self.tag_values(union).find(|value| value.name == name)
    }
}
