//! The types of the wire model.

use super::name_table::NameTable;
use super::path::PathSegment;
use crate::schema::{BuiltinType, Condition, DATA_MEMBER, EntityMeta, JsonKind};
use crate::version::Version;

/// The interface of one release or of one running QEMU.
#[derive(Debug, Clone)]
pub struct Interface<'s> {
    /// The release.
    pub version: Version,
    /// The commands.
    pub commands: NameTable<'s, CommandShape<'s>>,
    /// The events.
    pub events: NameTable<'s, EventShape<'s>>,
    /// The enum of error classes, which no command refers to.
    pub error_class: Option<ShapeId>,
    /// `true` for an introspection reply, in which conditions are evaluated and
    /// all integers have the type `int`.
    pub is_introspected: bool,
    pub(crate) empty: ShapeId,
    pub(crate) nodes: Vec<ShapeNode<'s>>,
}

/// An index into the shapes of an [`Interface`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(pub(crate) u32);

#[derive(Debug, Clone)]
pub(crate) struct ShapeNode<'s> {
    pub(crate) shape: Shape<'s>,
    pub(crate) origin: ShapeOrigin<'s>,
}

impl ShapeId {
    /// The index of the shape in the order of [`Interface::ids`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The definition that a shape was made from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ShapeOrigin<'s> {
    /// A type with a name.
    Named(&'s EntityMeta),
    /// The arguments or the data written in this command or event.
    Inline(&'s str),
    /// The enum of the branches of this union, which has no name.
    Discriminator(&'s str),
    /// The entry of an introspection reply at this index.
    Entry { index: u32, meta: &'s EntityMeta },
    /// Anything else.
    Anonymous,
}

/// A set of JSON values.
#[derive(Debug, Clone)]
pub enum Shape<'s> {
    /// The values of a built-in type.
    Builtin(BuiltinType),
    /// Some strings.
    Enum(EnumShape<'s>),
    /// Objects.
    Object(ObjectShape<'s>),
    /// Arrays with elements of one shape.
    Array(ShapeId),
    /// Values of several JSON types.
    Alternate(Vec<AlternateBranch<'s>>),
}

/// The values of an enum.
pub type EnumShape<'s> = NameTable<'s, &'s EntityMeta>;

/// Objects with certain members.
#[derive(Debug, Clone, Default)]
pub struct ObjectShape<'s> {
    /// The members that all of them may have, with inherited ones and the
    /// discriminator.
    pub members: NameTable<'s, MemberShape<'s>>,
    /// The members that depend on the discriminator.
    pub branches: Option<Branches<'s>>,
    /// `true` if other members are allowed too (`'gen': false`).
    pub open: bool,
}

/// A member of an object.
#[derive(Debug, Clone, Copy)]
pub struct MemberShape<'s> {
    /// The shape of its value.
    pub shape: ShapeId,
    /// `true` if it may be absent.
    pub optional: bool,
    /// Its definition; simple unions have members without one.
    pub meta: Option<&'s EntityMeta>,
}

/// The branches of a union.
#[derive(Debug, Clone)]
pub struct Branches<'s> {
    /// The name of the discriminator.
    pub discriminator: &'s str,
    /// The branches by the values of the discriminator.
    pub by_value: NameTable<'s, BranchShape<'s>>,
}

/// A branch of a union.
#[derive(Debug, Clone)]
pub struct BranchShape<'s> {
    /// An object with the members that the branch adds.
    pub content: ShapeId,
    /// The definition of the value of the discriminator.
    pub meta: &'s EntityMeta,
    /// The conditions of the branch and of the value.
    pub conditions: Vec<&'s Condition>,
}

/// The members that a branch adds, by the way the schema writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BranchContentShape {
    /// No members.
    Nothing,
    /// The members of an object.
    Members(ShapeId),
    /// The one member `data` with this shape.
    Data(ShapeId),
}

/// A branch of an alternate.
#[derive(Debug, Clone, Copy)]
pub struct AlternateBranch<'s> {
    /// The JSON type of its values; [`JsonKind::Any`] for alternates.
    pub kind: JsonKind,
    /// The shape of its values.
    pub shape: ShapeId,
    /// Its definition. Its name is not part of any message.
    pub meta: &'s EntityMeta,
}

/// A command.
#[derive(Debug, Clone)]
pub struct CommandShape<'s> {
    /// Its definition.
    pub meta: &'s EntityMeta,
    /// The object in `arguments`.
    pub arguments: ShapeId,
    /// The value in `return`; `None` for commands that return nothing.
    pub returns: Option<ShapeId>,
    /// `true` if QEMU replies on success.
    pub success_response: bool,
    /// `true` if the command may be sent out of band.
    pub allow_oob: bool,
    /// `true` if the command is allowed in preconfig state.
    pub allow_preconfig: bool,
}

/// An event.
#[derive(Debug, Clone)]
pub struct EventShape<'s> {
    /// Its definition.
    pub meta: &'s EntityMeta,
    /// The object in `data`.
    pub data: ShapeId,
}

/// The integers from `low` to `high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IntegerRange {
    /// The smallest one.
    pub low: i128,
    /// The largest one.
    pub high: i128,
}

impl IntegerRange {
    /// The range of a built-in type; `None` if its values are not integers.
    pub fn from_builtin(builtin: BuiltinType) -> Option<IntegerRange> {
        let (low, high): (i128, i128) = match builtin {
            BuiltinType::Int8 => (i8::MIN.into(), i8::MAX.into()),
            BuiltinType::Int16 => (i16::MIN.into(), i16::MAX.into()),
            BuiltinType::Int32 => (i32::MIN.into(), i32::MAX.into()),
            BuiltinType::Int | BuiltinType::Int64 => (i64::MIN.into(), i64::MAX.into()),
            BuiltinType::Uint8 => (0, u8::MAX.into()),
            BuiltinType::Uint16 => (0, u16::MAX.into()),
            BuiltinType::Uint32 => (0, u32::MAX.into()),
            BuiltinType::Uint64 | BuiltinType::Size => (0, u64::MAX.into()),
            BuiltinType::Str
            | BuiltinType::QType
            | BuiltinType::Number
            | BuiltinType::Bool
            | BuiltinType::Any
            | BuiltinType::Null => return None,
        };
        Some(IntegerRange { low, high })
    }

    /// Returns `true` if all integers of another range are in this one.
    pub fn contains(self, other: IntegerRange) -> bool {
        self.low <= other.low && other.high <= self.high
    }
}

impl<'s> Interface<'s> {
    /// The shape with this id.
    pub fn get(&self, id: ShapeId) -> &Shape<'s> {
        &self.nodes[id.0 as usize].shape
    }

    /// The shape with this id, if it is an object.
    pub fn object(&self, id: ShapeId) -> Option<&ObjectShape<'s>> {
        match self.get(id) {
            Shape::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The members that a branch adds.
    pub fn branch_content(&self, branch: &BranchShape<'_>) -> BranchContentShape {
        let object = self.object(branch.content);
        let data = object.and_then(|object| object.only_member(DATA_MEMBER));
        match data {
            _ if object.is_some_and(ObjectShape::is_empty) => BranchContentShape::Nothing,
            Some(data) if data.is_always_present() => BranchContentShape::Data(data.shape),
            _ => BranchContentShape::Members(branch.content),
        }
    }

    /// The definition of the type that a shape was made from, if it has a name.
    pub fn definition(&self, id: ShapeId) -> Option<&'s EntityMeta> {
        match self.nodes[id.0 as usize].origin {
            ShapeOrigin::Named(meta) | ShapeOrigin::Entry { meta, .. } => Some(meta),
            _ => None,
        }
    }

    /// All shapes.
    pub fn ids(&self) -> impl Iterator<Item = ShapeId> {
        (0..self.nodes.len() as u32).map(ShapeId)
    }

    /// The number of shapes.
    pub fn shape_count(&self) -> usize {
        self.nodes.len()
    }

    /// The value that a command returns; an empty object if it returns nothing.
    pub fn returned(&self, command: &CommandShape<'_>) -> ShapeId {
        command.returns.unwrap_or(self.empty)
    }

    /// The object without members.
    pub fn empty(&self) -> ShapeId {
        self.empty
    }

    /// Returns `true` if a shape was made from a type with a name.
    pub fn is_named(&self, id: ShapeId) -> bool {
        self.definition(id).is_some()
    }

    /// The range of an integer type, if it is known.
    pub fn integer_range(&self, builtin: BuiltinType) -> Option<IntegerRange> {
        IntegerRange::from_builtin(builtin).filter(|_| !self.is_introspected)
    }
}

impl MemberShape<'_> {
    /// Returns `true` if the member is required in all builds.
    pub fn is_always_present(&self) -> bool {
        !self.optional && self.meta.is_none_or(|meta| meta.condition.is_none())
    }
}

impl<'s> Branches<'s> {
    /// The path segment of a branch.
    pub fn segment(&self, value: &'s str) -> PathSegment<'s> {
        PathSegment::Branch {
            discriminator: self.discriminator,
            value,
        }
    }

    /// The branches with their path segments.
    pub fn iter(&self) -> impl Iterator<Item = (PathSegment<'s>, &BranchShape<'s>)> {
        let branches = self.by_value.iter();
        branches.map(|(value, branch)| (self.segment(value), branch))
    }
}

impl<'s> ObjectShape<'s> {
    /// The member with this name, if the object has no other and no branches.
    pub fn only_member(&self, name: &str) -> Option<&MemberShape<'s>> {
        let is_only = self.members.len() == 1 && self.branches.is_none();
        self.members.get(name).filter(|_| is_only)
    }

    /// The name of the discriminator.
    pub fn discriminator(&self) -> Option<&'s str> {
        let branches = self.branches.as_ref();
        branches.map(|branches| branches.discriminator)
    }

    /// Returns `true` if the object has neither members nor branches.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.branches.is_none()
    }
}

impl Shape<'_> {
    /// The JSON type of its values; `None` for alternates, which have several.
    pub fn json_kind(&self) -> Option<JsonKind> {
        match self {
            Shape::Builtin(builtin) => Some(builtin.json_kind()),
            Shape::Enum(_) => Some(JsonKind::String),
            Shape::Object(_) => Some(JsonKind::Object),
            Shape::Array(_) => Some(JsonKind::Array),
            Shape::Alternate(_) => None,
        }
    }
}
