//! The fields of a type: what a value of it contains.

use crate::wire::{BranchContentShape, Interface, ObjectShape, Shape, ShapeId};

/// A part of a value.
pub struct Field<'s> {
    /// The name of the member or branch; elements have none.
    pub name: &'s str,
    pub shape: ShapeId,
    pub kind: FieldKind,
}

/// The kinds of fields, in the order in which recursion boxes them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldKind {
    AlternateBranch,
    Member,
    Branch,
    /// The elements of an array, which are never boxed.
    Element,
}

/// The fields of a shape. The discriminator is part of its branches.
pub fn fields<'s>(interface: &Interface<'s>, id: ShapeId) -> Vec<Field<'s>> {
    let field = |name, shape, kind| Field { name, shape, kind };
    match interface.get(id) {
        Shape::Builtin(_) | Shape::Enum(_) => Vec::new(),
        Shape::Array(element) => vec![field("", *element, FieldKind::Element)],
        Shape::Alternate(branches) => {
            let kind = FieldKind::AlternateBranch;
            let branches = branches.iter();
            branches
                .map(|branch| field(&branch.meta.name, branch.shape, kind))
                .collect()
        }
        Shape::Object(object) => object_fields(interface, object),
    }
}

fn object_fields<'s>(interface: &Interface<'s>, object: &ObjectShape<'s>) -> Vec<Field<'s>> {
    let members = object.members.iter();
    let members = members.filter(|(name, _)| object.discriminator() != Some(name));
    let members = members.map(|(name, member)| Field {
        name,
        shape: member.shape,
        kind: FieldKind::Member,
    });
    let branches = object.branches.iter();
    let branches = branches.flat_map(|branches| branches.by_value.iter());
    let branches = branches.filter_map(|(name, branch)| match interface.branch_content(branch) {
        BranchContentShape::Nothing => None,
        BranchContentShape::Members(shape) | BranchContentShape::Data(shape) => Some(Field {
            name,
            shape,
            kind: FieldKind::Branch,
        }),
    });
    members.chain(branches).collect()
}
