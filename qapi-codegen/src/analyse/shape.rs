//! What travels on the wire, and nothing else of a schema.
//!
//! Names of types, modules, bases, `boxed` and order are gone; simple unions
//! and the later unions of wrappers are the same; arguments that a schema does
//! not list make an object open. What is left is a graph, since shapes contain
//! themselves. What a difference means is not known here.

use std::collections::BTreeMap;

use crate::schema::{Condition, EntityMeta, JsonKind};
use crate::version::Version;

mod build;
mod describe;
mod equal;

pub use describe::{describe, kind_name};
pub use equal::same;

/// The wire of one release.
#[derive(Debug)]
pub struct Shapes<'s> {
    /// The release.
    pub version: Version,
    /// The commands by name.
    pub commands: BTreeMap<&'s str, CommandShape<'s>>,
    /// The events by name.
    pub events: BTreeMap<&'s str, EventShape<'s>>,
    /// The classes of errors, which no command mentions.
    pub error_class: Option<NodeId>,
    nodes: Vec<Shape<'s>>,
}

/// Which shape of a [`Shapes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// The values that can stand in one place.
#[derive(Debug, Clone)]
pub enum Shape<'s> {
    /// A text.
    Text,
    /// A number, which may have a fraction.
    Number,
    /// A number without a fraction.
    Integer(Range),
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
    /// Anything.
    Any,
    /// One of these texts.
    Enum(BTreeMap<&'s str, &'s EntityMeta>),
    /// An object.
    Object(Object<'s>),
    /// An array of these.
    Array(NodeId),
    /// One of these, told by the kind of the JSON value.
    Alternate(BTreeMap<JsonKind, NodeId>),
}

/// The whole numbers that a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// The least.
    pub low: i128,
    /// The greatest.
    pub high: i128,
}

impl Range {
    /// Whether all numbers of the other are in it.
    pub fn contains(self, other: Range) -> bool {
        self.low <= other.low && other.high <= self.high
    }
}

/// An object.
#[derive(Debug, Clone, Default)]
pub struct Object<'s> {
    /// The members that do not depend on a tag, and the tag.
    pub members: BTreeMap<&'s str, Member<'s>>,
    /// The members that depend on a tag.
    pub choice: Option<Choice<'s>>,
    /// Whether it takes members that nothing lists.
    pub open: bool,
}

/// A member of an object.
#[derive(Debug, Clone, Copy)]
pub struct Member<'s> {
    /// The shape of its value.
    pub shape: NodeId,
    /// Whether it may be absent.
    pub optional: bool,
    /// What the schema says of it; nothing of the members of simple unions.
    pub meta: Option<&'s EntityMeta>,
}

/// Members that depend on a tag.
#[derive(Debug, Clone)]
pub struct Choice<'s> {
    /// The member that is the tag.
    pub tag: &'s str,
    /// What each value of the tag adds.
    pub cases: BTreeMap<&'s str, CaseShape<'s>>,
}

/// What a value of a tag adds to an object.
#[derive(Debug, Clone)]
pub struct CaseShape<'s> {
    /// An object with the members it adds.
    pub content: NodeId,
    /// What the schema says of the value.
    pub meta: &'s EntityMeta,
    /// The conditions of value and branch.
    pub conditions: Vec<&'s Condition>,
}

/// A command.
#[derive(Debug, Clone)]
pub struct CommandShape<'s> {
    /// What the schema says of it.
    pub meta: &'s EntityMeta,
    /// The object `arguments`.
    pub arguments: NodeId,
    /// The value of `return`; an empty object where it is nothing.
    pub returns: Option<NodeId>,
    /// Whether there is a reply when it succeeds.
    pub success_response: bool,
    /// Whether it may be sent out of band.
    pub allow_oob: bool,
    /// Whether it may be sent before the machine is made.
    pub allow_preconfig: bool,
}

/// An event.
#[derive(Debug, Clone)]
pub struct EventShape<'s> {
    /// What the schema says of it.
    pub meta: &'s EntityMeta,
    /// The object `data`.
    pub data: NodeId,
}

impl<'s> Shapes<'s> {
    /// The shape with this id.
    pub fn get(&self, id: NodeId) -> &Shape<'s> {
        &self.nodes[id.0 as usize]
    }

    /// The object with this id, where it is one.
    pub fn object(&self, id: NodeId) -> Option<&Object<'s>> {
        match self.get(id) {
            Shape::Object(object) => Some(object),
            _ => None,
        }
    }
}

impl Shape<'_> {
    /// The kind of JSON value that it is; nothing for alternates, which are of
    /// several.
    pub fn json_kind(&self) -> Option<JsonKind> {
        Some(match self {
            Shape::Text | Shape::Enum(_) => JsonKind::String,
            Shape::Number => JsonKind::Number,
            Shape::Integer(_) => JsonKind::Integer,
            Shape::Boolean => JsonKind::Boolean,
            Shape::Null => JsonKind::Null,
            Shape::Any => JsonKind::Any,
            Shape::Object(_) => JsonKind::Object,
            Shape::Array(_) => JsonKind::Array,
            Shape::Alternate(_) => return None,
        })
    }
}
