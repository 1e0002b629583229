//! The types of the wire model.

use super::name_table::NameTable;
use crate::schema::{BuiltinType, Condition, EntityMeta, JsonKind};
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
    /// Whether the sizes of integers are known; introspection has only `int`.
    pub has_integer_sizes: bool,
    pub(super) nodes: Vec<ShapeNode<'s>>,
}

/// An index into the shapes of an [`Interface`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(pub(super) u32);

#[derive(Debug, Clone)]
pub(super) struct ShapeNode<'s> {
    pub(super) shape: Shape<'s>,
    pub(super) origin: ShapeOrigin<'s>,
}

/// The definition that a shape was made from.
#[derive(Debug, Clone, Copy)]
pub(super) enum ShapeOrigin<'s> {
    /// A type with a name.
    Named(&'s EntityMeta),
    /// The arguments or the data written in this command or event.
    Inline(&'s str),
    /// The enum of the branches of this union, which has no name.
    Discriminator(&'s str),
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
    /// Whether other members are allowed too (`'gen': false`).
    pub open: bool,
}

/// A member of an object.
#[derive(Debug, Clone, Copy)]
pub struct MemberShape<'s> {
    /// The shape of its value.
    pub shape: ShapeId,
    /// Whether it may be absent.
    pub optional: bool,
    /// Its definition; simple unions have members without one.
    pub meta: Option<&'s EntityMeta>,
}

/// The branches of a union.
#[derive(Debug, Clone)]
pub struct Branches<'s> {
    /// The name of the discriminator.
    pub discriminator: &'s str,
    /// The branches by the value of the discriminator.
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
    /// Whether QEMU replies on success.
    pub success_response: bool,
    /// Whether the command may be sent out of band.
    pub allow_oob: bool,
    /// Whether the command is allowed in preconfig state.
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

    /// Whether all integers of another range are in this one.
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

    /// The definition of the type that a shape was made from, if it has a name.
    pub fn definition(&self, id: ShapeId) -> Option<&'s EntityMeta> {
        match self.nodes[id.0 as usize].origin {
            ShapeOrigin::Named(meta) => Some(meta),
            _ => None,
        }
    }

    /// The range of an integer type, if it is known.
    pub fn integer_range(&self, builtin: BuiltinType) -> Option<IntegerRange> {
        IntegerRange::from_builtin(builtin).filter(|_| self.has_integer_sizes)
    }

    /// The name of the type of a shape, such as `BlockInfo` or `[str]`.
    pub fn type_name(&self, id: ShapeId) -> String {
        let node = &self.nodes[id.0 as usize];
        match (&node.shape, node.origin) {
            (_, ShapeOrigin::Named(meta)) => meta.name.clone(),
            (_, ShapeOrigin::Inline(owner)) => owner.to_owned(),
            (_, ShapeOrigin::Discriminator(union)) => format!("{union}Kind"),
            (Shape::Builtin(builtin), _) => builtin.as_str().to_owned(),
            (Shape::Array(element), _) => format!("[{}]", self.type_name(*element)),
            (Shape::Object(object), _) => match object.members.values().next() {
                Some(only) => format!("{} as `data`", self.type_name(only.shape)),
                None => "{}".to_owned(),
            },
            (Shape::Enum(_) | Shape::Alternate(_), ShapeOrigin::Anonymous) => String::new(),
        }
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
