//! The resolved model: every name is the thing that it names.
//!
//! There are two layers because they are asked different questions. The syntax
//! tree says what a file says, with its mistakes and its places. This model
//! says what an interface is: it exists only for schemas that break no rule, so
//! whoever walks it never meets a missing type, and it is the same whether a
//! schema was written by QEMU or restated by this project.

mod builtin;
mod condition;
mod prose;
mod resolve;
mod told;
mod union;

use std::collections::HashMap;

pub use builtin::{Builtin, JsonKind};
pub use condition::Condition;
pub use resolve::resolve;
pub use union::{Case, Content, DATA};

use crate::dialect;
use crate::doc::{Block, Facts};
use crate::version::Version;

/// The interface of one release.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The release.
    pub version: Version,
    /// Structs, enums, unions and alternates in the order of the files.
    pub types: Vec<TypeDef>,
    /// Commands in the order of the files.
    pub commands: Vec<Command>,
    /// Events in the order of the files.
    pub events: Vec<Event>,
    by_name: HashMap<String, TypeId>,
}

/// Which type of a [`Schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(u32);

impl TypeId {
    /// The place of the type in [`Schema::types`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// One of these.
    One(Item),
    /// An array of these; arrays of arrays are not in the language.
    Array(Item),
}

impl Type {
    /// What it is, or what it is an array of.
    pub fn item(self) -> Item {
        match self {
            Type::One(item) | Type::Array(item) => item,
        }
    }
}

/// A type that is no array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// A type of the language.
    Builtin(Builtin),
    /// A type of the schema.
    Defined(TypeId),
}

/// What all named things have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Meta {
    /// The name as it is written in the schema, and for most on the wire.
    pub name: String,
    /// The condition under which a build of QEMU has it.
    pub condition: Option<Condition>,
    /// Its features.
    pub features: Vec<Feature>,
    /// What its documentation tells a program.
    pub facts: Facts,
    /// The text of its documentation, which only QEMU's own schemas have.
    pub prose: Vec<Block>,
}

impl Meta {
    /// Whether it has this feature.
    pub fn has_feature(&self, name: &str) -> bool {
        self.features.iter().any(|feature| feature.name == name)
    }
}

/// Something that a client can probe for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// Its name; `deprecated` and `unstable` have a meaning of their own.
    pub name: String,
    /// The condition under which a build of QEMU has it.
    pub condition: Option<Condition>,
}

/// A type of the schema.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeDef {
    /// Name, condition and features.
    pub meta: Meta,
    /// What it is.
    pub kind: TypeKind,
}

/// What a type of the schema is.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// A set of strings.
    Enum(Enum),
    /// An object with fixed members.
    Struct(Struct),
    /// An object whose members depend on one of them.
    Union(Union),
    /// A value that is told by its JSON type.
    Alternate(Alternate),
}

/// A set of strings.
#[derive(Debug, Clone, PartialEq)]
pub struct Enum {
    /// The values in the order of the schema.
    pub values: Vec<Meta>,
}

/// An object with fixed members.
#[derive(Debug, Clone, PartialEq)]
pub struct Struct {
    /// The struct whose members it has too.
    pub base: Option<TypeId>,
    /// Its own members.
    pub members: Vec<Member>,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Name, condition and features.
    pub meta: Meta,
    /// Whether it may be absent.
    pub optional: bool,
    /// The type of its value.
    pub ty: Type,
}

/// An object whose members depend on one of them, the tag.
#[derive(Debug, Clone, PartialEq)]
pub struct Union {
    /// The struct that holds the members of all branches, if it has a name.
    pub base: Option<TypeId>,
    /// The members of all branches that stand in the union itself.
    pub members: Vec<Member>,
    /// The member that tells the branch.
    pub tag: String,
    /// The type of the tag; simple unions have an enum without a name.
    pub tag_enum: Option<TypeId>,
    /// The branches that the schema writes.
    pub branches: Vec<Branch>,
}

/// A branch of a union or of an alternate.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The value of the tag, and its condition.
    pub meta: Meta,
    /// The type of the branch.
    pub ty: Type,
}

/// A value that is told by its JSON type.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternate {
    /// The branches, whose names are not on the wire.
    pub branches: Vec<Branch>,
}

/// A command.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Name, condition and features.
    pub meta: Meta,
    /// The arguments.
    pub data: Data,
    /// The type of the value it returns, if any.
    pub returns: Option<Type>,
    /// Whether it takes arguments that the schema does not list.
    pub open: bool,
    /// Whether QEMU replies when the command succeeds.
    pub success_response: bool,
    /// Whether it may be sent out of band.
    pub allow_oob: bool,
    /// Whether it may be sent before the machine is made.
    pub allow_preconfig: bool,
}

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Name, condition and features.
    pub meta: Meta,
    /// The data that comes with it.
    pub data: Data,
}

/// The arguments of a command or the data of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// These members; none where the schema has none.
    Members(Vec<Member>),
    /// The members of a struct or of a union.
    Defined(TypeId),
}

impl Schema {
    /// The type with this id.
    pub fn get(&self, id: TypeId) -> &TypeDef {
        &self.types[id.index()]
    }

    /// All types with their ids.
    pub fn types(&self) -> impl Iterator<Item = (TypeId, &TypeDef)> {
        (0..).map(TypeId).zip(&self.types)
    }

    /// The type with this name.
    pub fn type_named(&self, name: &str) -> Option<TypeId> {
        self.by_name.get(name).copied()
    }

    /// The command with this name.
    pub fn command(&self, name: &str) -> Option<&Command> {
        self.commands
            .iter()
            .find(|command| command.meta.name == name)
    }

    /// The event with this name.
    pub fn event(&self, name: &str) -> Option<&Event> {
        self.events.iter().find(|event| event.meta.name == name)
    }

    /// Whether unsigned numbers from 2^63 on are negative ones on the wire, as
    /// they are up to 2.9.
    pub fn has_negative_unsigned(&self) -> bool {
        dialect::NEGATIVE_UNSIGNED.contains(self.version)
    }

    /// The members of a struct with those it inherits, or the members that all
    /// branches of a union share; a union's tag is among them.
    pub fn members(&self, id: TypeId) -> Vec<&Member> {
        let mut lineage: Vec<TypeId> = self.lineage(id).collect();
        lineage.reverse();
        lineage
            .into_iter()
            .flat_map(|id| self.own_members(id))
            .collect()
    }

    /// A struct or union, its base, the base of that, and so on.
    fn lineage(&self, id: TypeId) -> impl Iterator<Item = TypeId> {
        std::iter::successors(Some(id), |&id| match &self.get(id).kind {
            TypeKind::Struct(object) => object.base,
            TypeKind::Union(union) => union.base,
            TypeKind::Enum(_) | TypeKind::Alternate(_) => None,
        })
    }

    fn own_members(&self, id: TypeId) -> &[Member] {
        match &self.get(id).kind {
            TypeKind::Struct(object) => &object.members,
            TypeKind::Union(union) => &union.members,
            TypeKind::Enum(_) | TypeKind::Alternate(_) => &[],
        }
    }

    /// Takes the prose of another reading of the same interface, by name.
    pub fn take_prose(&mut self, other: &Schema) {
        prose::take(self, other);
    }

    /// Forgets what a running QEMU does not tell of its interface: how large
    /// integers are, which commands may be sent before the machine is made, and
    /// what documentation says. What is compared with a schema made of such a
    /// telling has to forget it too.
    pub fn forget_untold(&mut self) {
        told::forget_untold(self);
    }

    /// How a type is called in messages, such as `BlockInfo` or `[str]`.
    pub fn type_name(&self, ty: Type) -> String {
        let item = match ty.item() {
            Item::Builtin(builtin) => builtin.name(),
            Item::Defined(id) => &self.get(id).meta.name,
        };
        match ty {
            Type::One(_) => item.to_owned(),
            Type::Array(_) => format!("[{item}]"),
        }
    }
}
