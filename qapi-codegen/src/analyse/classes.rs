//! Classes of equal shapes, by partition refinement.
//!
//! A shape is what travels, and what of it is deprecated: the compiler warns of a
//! deprecated member, so releases in which it is and is not deprecated cannot
//! share a type. Shapes may contain themselves, so equality cannot be found from the inside
//! out. At first shapes are in one class if they are equal but for their parts. Then the
//! classes are split by the classes of the parts, until nothing new is split.

use foldhash::HashMap;

use super::names;
use crate::dialect;
use crate::schema::{BuiltinType, EntityMeta};
use crate::wire::{
    BranchContentShape, BranchShape, Interface, MemberShape, ObjectShape, Shape, ShapeId,
};

/// The classes of the shapes of several interfaces.
#[derive(Debug)]
pub struct ShapeClasses<'i, 's> {
    interfaces: &'i [Interface<'s>],
    /// The class of each shape of each interface.
    classes: Vec<Vec<usize>>,
}

/// The content of a shape, with classes for the shapes inside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShapeKey<'i> {
    /// The flag is set for integers that may be negative although unsigned.
    Builtin(BuiltinType, bool),
    /// The values, with a flag for those that are deprecated.
    Enum(Vec<(&'i str, bool)>),
    Array(usize),
    Object {
        members: Vec<MemberKey<'i>>,
        branches: Option<(&'i str, Vec<BranchKey<'i>>)>,
        open: bool,
    },
    /// The names of the branches are names of Rust variants.
    Alternate(Vec<(&'i str, usize)>),
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberKey<'i> {
    name: &'i str,
    presence: MemberPresence,
    is_deprecated: bool,
    class: usize,
}

/// A branch of a union.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BranchKey<'i> {
    value: &'i str,
    is_deprecated: bool,
    content: BranchContentKey,
}

/// The presence of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberPresence {
    Required,
    Conditional,
    Optional,
}

/// The members that a branch adds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BranchContentKey {
    Nothing,
    Members(usize),
    Data(usize),
}

/// The arguments of a command or the data of an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperationKey<'i> {
    Named(usize),
    Inline(ShapeKey<'i>),
}

impl<'i, 's> ShapeClasses<'i, 's> {
    /// Finds the classes of all shapes.
    pub fn new(interfaces: &'i [Interface<'s>]) -> Self {
        let one_class = interfaces
            .iter()
            .map(|interface| vec![0; interface.shape_count()]);
        let mut classes = ShapeClasses {
            interfaces,
            classes: one_class.collect(),
        };
        let mut count = classes.split_by_content();
        let parts = interfaces.iter().map(|interface| {
            let each = interface.ids().map(|id| parts(interface, id));
            each.collect()
        });
        let parts: Vec<Vec<Vec<ShapeId>>> = parts.collect();
        loop {
            let refined = classes.split_by_parts(&parts);
            if refined == count {
                return classes;
            }
            count = refined;
        }
    }

    /// Splits the one class of all shapes by their names and by what they consist of
    /// but for the classes of their parts; returns the number of classes.
    fn split_by_content(&mut self) -> usize {
        let mut numbers = HashMap::default();
        let classes = self.interfaces.iter().enumerate();
        let classes = classes.map(|(release, interface)| {
            let number = |id| {
                let definition = interface.definition(id);
                let name = definition.map(|meta| names::type_name(&meta.name));
                let next = numbers.len();
                let key = (name, self.shape_key(release, id));
                *numbers.entry(key).or_insert(next)
            };
            interface.ids().map(number).collect()
        });
        self.classes = classes.collect();
        numbers.len()
    }

    /// Splits the classes once by the classes of the parts; returns their number.
    fn split_by_parts(&mut self, parts: &[Vec<Vec<ShapeId>>]) -> usize {
        let mut numbers: HashMap<Vec<usize>, usize> = HashMap::default();
        let mut key = Vec::new();
        let classes = parts.iter().zip(&self.classes).map(|(parts, classes)| {
            let number = |(parts, class): (&Vec<ShapeId>, &usize)| {
                key.clear();
                key.push(*class);
                key.extend(parts.iter().map(|part| classes[part.index()]));
                let next = numbers.len();
                match numbers.get(&key) {
                    Some(number) => *number,
                    None => *numbers.entry(key.clone()).or_insert(next),
                }
            };
            parts.iter().zip(classes).map(number).collect()
        });
        self.classes = classes.collect();
        numbers.len()
    }

    /// The class of a shape; equal shapes have equal classes.
    pub fn class(&self, release: usize, id: ShapeId) -> usize {
        self.classes[release][id.index()]
    }

    /// The key of the arguments of a command or the data of an event.
    pub fn operation_key(&self, release: usize, id: ShapeId) -> OperationKey<'i> {
        if self.interfaces[release].is_named(id) {
            return OperationKey::Named(self.class(release, id));
        }
        OperationKey::Inline(self.shape_key(release, id))
    }

    fn shape_key(&self, release: usize, id: ShapeId) -> ShapeKey<'i> {
        let interface = &self.interfaces[release];
        match interface.get(id) {
            Shape::Builtin(builtin) => {
                let may_be_negative = builtin.is_unsigned_64()
                    && dialect::NEGATIVE_UNSIGNED.contains(interface.version);
                ShapeKey::Builtin(*builtin, may_be_negative)
            }
            Shape::Enum(values) => {
                let values = values.values();
                let key = values.map(|meta| (meta.name.as_str(), meta.is_deprecated()));
                let mut key: Vec<_> = key.collect();
                key.sort_unstable();
                ShapeKey::Enum(key)
            }
            Shape::Array(element) => ShapeKey::Array(self.class(release, *element)),
            Shape::Object(object) => self.object_key(release, object),
            Shape::Alternate(branches) => {
                let branches = branches.iter();
                let key = branches.map(|b| (b.meta.name.as_str(), self.class(release, b.shape)));
                let mut key: Vec<_> = key.collect();
                key.sort_unstable();
                ShapeKey::Alternate(key)
            }
        }
    }

    fn object_key(&self, release: usize, object: &'i ObjectShape<'s>) -> ShapeKey<'i> {
        let members = object.members.iter();
        let members = members.filter(|(name, _)| object.discriminator() != Some(name));
        let members = members.map(|(name, member)| MemberKey {
            name,
            presence: MemberPresence::from_member(member),
            is_deprecated: member.meta.is_some_and(EntityMeta::is_deprecated),
            class: self.class(release, member.shape),
        });
        let branches = object.branches.as_ref().map(|branches| {
            let by_value = branches.by_value.iter();
            let by_value = by_value.map(|(value, branch)| BranchKey {
                value,
                is_deprecated: branch.meta.is_deprecated(),
                content: self.branch_key(release, branch),
            });
            (branches.discriminator, by_value.collect())
        });
        ShapeKey::Object {
            members: members.collect(),
            branches,
            open: object.open,
        }
    }

    fn branch_key(&self, release: usize, branch: &BranchShape<'_>) -> BranchContentKey {
        match self.interfaces[release].branch_content(branch) {
            BranchContentShape::Nothing => BranchContentKey::Nothing,
            BranchContentShape::Members(id) => BranchContentKey::Members(self.class(release, id)),
            BranchContentShape::Data(id) => BranchContentKey::Data(self.class(release, id)),
        }
    }
}

/// The shapes that a shape consists of, in the order of its key.
fn parts(interface: &Interface<'_>, id: ShapeId) -> Vec<ShapeId> {
    match interface.get(id) {
        Shape::Builtin(_) | Shape::Enum(_) => Vec::new(),
        Shape::Array(element) => vec![*element],
        Shape::Object(object) => {
            let members = object.members.iter();
            let members = members.filter(|(name, _)| object.discriminator() != Some(name));
            let members = members.map(|(_, member)| member.shape);
            let branches = object.branches.iter();
            let branches = branches.flat_map(|branches| branches.by_value.iter());
            let branches =
                branches.filter_map(|(_, branch)| match interface.branch_content(branch) {
                    BranchContentShape::Nothing => None,
                    BranchContentShape::Members(id) | BranchContentShape::Data(id) => Some(id),
                });
            members.chain(branches).collect()
        }
        Shape::Alternate(branches) => {
            let branches = branches.iter();
            let branches = branches.map(|branch| (branch.meta.name.as_str(), branch.shape));
            let mut branches: Vec<(&str, ShapeId)> = branches.collect();
            branches.sort_unstable_by_key(|(name, _)| *name);
            branches.into_iter().map(|(_, shape)| shape).collect()
        }
    }
}

impl MemberPresence {
    fn from_member(member: &MemberShape<'_>) -> Self {
        let condition = member.meta.and_then(|meta| meta.condition.as_ref());
        match (member.optional, condition) {
            (true, _) => MemberPresence::Optional,
            (false, Some(_)) => MemberPresence::Conditional,
            (false, None) => MemberPresence::Required,
        }
    }
}
