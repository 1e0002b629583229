//! The form in which QEMU tells its interface, with the conditions that only a
//! schema knows.

use crate::schema::{BuiltinType, Condition};
use crate::version::Series;

/// An interface as introspection tells it: commands and events, and the types
/// that these lead to.
#[derive(Debug, Clone, Default)]
pub struct Interface {
    /// The commands.
    pub commands: Vec<Command>,
    /// The events.
    pub events: Vec<Event>,
    /// The types, in the order of their first use.
    pub types: Vec<Type>,
}

/// Which type of an [`Interface`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub(super) usize);

/// What all named things have.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// Its name on the wire.
    pub name: String,
    /// The conditions under which a build has it; a reply has evaluated them.
    pub conditions: Vec<Condition>,
    /// Its features.
    pub features: Vec<Feature>,
    /// The series that brought it, where a schema says so.
    pub since: Option<Series>,
    /// Where it is told: `BlockdevOptions.driver` in a schema, or the place in
    /// a reply, such as `[17].members[0]`.
    pub place: String,
}

/// Something that a client can probe for.
#[derive(Debug, Clone)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// The condition under which a build has it.
    pub condition: Option<Condition>,
}

/// A command.
#[derive(Debug, Clone)]
pub struct Command {
    /// Name, conditions, features and place.
    pub item: Item,
    /// The object of its arguments.
    pub arguments: TypeId,
    /// What it returns; an empty object where that is nothing.
    pub returns: TypeId,
    /// Whether it may be sent out of band.
    pub allow_oob: bool,
}

/// An event.
#[derive(Debug, Clone)]
pub struct Event {
    /// Name, conditions, features and place.
    pub item: Item,
    /// The object of its data.
    pub data: TypeId,
}

/// A type.
#[derive(Debug, Clone)]
pub struct Type {
    /// Its name in the schema; in a reply, a number that means nothing.
    pub name: String,
    /// Its features.
    pub features: Vec<Feature>,
    /// Where it is told.
    pub place: String,
    /// What it is.
    pub kind: Kind,
}

/// What a type is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A type of the language; all integers are `int`.
    Builtin(BuiltinType),
    /// A set of strings.
    Enum(Vec<Item>),
    /// An array.
    Array(TypeId),
    /// An object.
    Object(Object),
    /// A value that is told by its JSON type, by which its branches are named.
    Alternate(Vec<Case>),
}

/// An object.
#[derive(Debug, Clone, Default)]
pub struct Object {
    /// The members of all branches, those of its bases among them.
    pub members: Vec<Member>,
    /// The branches, if it has any.
    pub variants: Option<Variants>,
}

/// A member of an object.
#[derive(Debug, Clone)]
pub struct Member {
    /// Name, conditions, features and place.
    pub item: Item,
    /// Whether it may be absent.
    pub optional: bool,
    /// The type of its value.
    pub ty: TypeId,
}

/// The branches of an object.
#[derive(Debug, Clone)]
pub struct Variants {
    /// The member that tells the branch.
    pub tag: String,
    /// The branches.
    pub cases: Vec<Case>,
}

/// One branch.
#[derive(Debug, Clone)]
pub struct Case {
    /// The value of the tag, with conditions and place.
    pub item: Item,
    /// The type of the branch.
    pub ty: TypeId,
}

impl Interface {
    /// The type with this id.
    pub fn get(&self, id: TypeId) -> &Type {
        &self.types[id.0]
    }

    /// Whether a type is the object without anything in it.
    pub(super) fn is_empty(&self, id: TypeId) -> bool {
        let ty = self.get(id);
        let is_bare = |object: &Object| object.members.is_empty() && object.variants.is_none();
        ty.features.is_empty() && matches!(&ty.kind, Kind::Object(object) if is_bare(object))
    }

    /// The values of the member that tells the branches of an object.
    pub(super) fn values(&self, object: &Object, tag: &str) -> Option<&[Item]> {
        let mut members = object.members.iter();
        let member = members.find(|member| member.item.name == tag)?;
        match &self.get(member.ty).kind {
            Kind::Enum(values) => Some(values),
            _ => None,
        }
    }

    /// Names the branches of alternates, whose names in a schema are not told.
    pub(super) fn name_alternatives(&mut self) {
        for index in 0..self.types.len() {
            let Kind::Alternate(mut branches) = self.types[index].kind.clone() else {
                continue;
            };
            for branch in &mut branches {
                branch.item.name = self.json_kind(branch.ty).to_owned();
            }
            self.types[index].kind = Kind::Alternate(branches);
        }
    }

    /// By what an alternate tells a value of a type from others.
    fn json_kind(&self, id: TypeId) -> &'static str {
        match &self.get(id).kind {
            Kind::Builtin(BuiltinType::Bool) => "boolean",
            Kind::Builtin(BuiltinType::Null) => "null",
            Kind::Builtin(BuiltinType::Any) => "any",
            Kind::Builtin(BuiltinType::Int) => "integer",
            Kind::Builtin(BuiltinType::Number) => "number",
            Kind::Builtin(_) | Kind::Enum(_) => "string",
            Kind::Array(_) => "array",
            Kind::Object(_) => "object",
            Kind::Alternate(_) => "alternate",
        }
    }
}
