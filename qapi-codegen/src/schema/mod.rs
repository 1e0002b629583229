//! The resolved model: every name is the thing that it names.
//!
//! There are two layers because they are asked different questions. The syntax
//! tree says what a file says, with its mistakes and its places. This model
//! says what an interface is: it exists only for schemas that break no rule, so
//! whoever walks it never meets a missing type, and it is the same whether a
//! schema was written by QEMU or restated by this project.

mod introspectable;
mod prose;
mod resolve;

mod union;

use std::collections::HashMap;

pub use crate::ast::{BuiltinType, Condition, JsonKind};
pub use resolve::resolve;
pub use union::{BranchContent, DATA_MEMBER, UnionBranch};

use crate::dialect;
use crate::doc::{Block, Facts};
use crate::version::Version;

/// The interface of one release.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The release.
    pub version: Version,
    /// Structs, enums, unions and alternates in the order of the files.
    pub types: Vec<TypeDefinition>,
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
pub enum ValueType {
    /// One of these.
    One(NamedType),
    /// An array of these; arrays of arrays are not in the language.
    Array(NamedType),
}

impl ValueType {
    /// What it is, or what it is an array of.
    pub fn item(self) -> NamedType {
        match self {
            ValueType::One(item) | ValueType::Array(item) => item,
        }
    }
}

/// A type that is no array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamedType {
    /// A type of the language.
    Builtin(BuiltinType),
    /// A type of the schema.
    Defined(TypeId),
}

/// What all named things have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntityMeta {
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

impl EntityMeta {
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
pub struct TypeDefinition {
    /// Name, condition and features.
    pub meta: EntityMeta,
    /// What it is.
    pub kind: TypeKind,
}

/// What a type of the schema is.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// A set of strings.
    Enum(EnumType),
    /// An object with fixed members.
    Struct(StructType),
    /// An object whose members depend on one of them.
    Union(UnionType),
    /// A value that is told by its JSON type.
    Alternate(AlternateType),
}

/// A set of strings.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumType {
    /// The values in the order of the schema.
    pub values: Vec<EntityMeta>,
}

/// An object with fixed members.
#[derive(Debug, Clone, PartialEq)]
pub struct StructType {
    /// The struct whose members it has too.
    pub base: Option<TypeId>,
    /// Its own members.
    pub members: Vec<Member>,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Name, condition and features.
    pub meta: EntityMeta,
    /// Whether it may be absent.
    pub optional: bool,
    /// The type of its value.
    pub ty: ValueType,
}

/// An object whose members depend on one of them, the tag.
#[derive(Debug, Clone, PartialEq)]
pub struct UnionType {
    /// The struct that holds the members of all branches, if it has a name.
    pub base: Option<TypeId>,
    /// The members of all branches that stand in the union itself.
    pub members: Vec<Member>,
    /// The member that tells the branch.
    pub discriminator: String,
    /// The type of the tag; simple unions have an enum without a name.
    pub discriminator_enum: Option<TypeId>,
    /// The branches that the schema writes.
    pub branches: Vec<Branch>,
}

/// A branch of a union or of an alternate.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The value of the tag, and its condition.
    pub meta: EntityMeta,
    /// The type of the branch.
    pub ty: ValueType,
}

/// A value that is told by its JSON type.
#[derive(Debug, Clone, PartialEq)]
pub struct AlternateType {
    /// The branches, whose names are not on the wire.
    pub branches: Vec<Branch>,
}

/// A command.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Name, condition and features.
    pub meta: EntityMeta,
    /// The arguments.
    pub data: OperationData,
    /// The type of the value it returns, if any.
    pub returns: Option<ValueType>,
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
    pub meta: EntityMeta,
    /// The data that comes with it.
    pub data: OperationData,
}

/// The arguments of a command or the data of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum OperationData {
    /// These members; none where the schema has none.
    Members(Vec<Member>),
    /// The members of a struct or of a union.
    Defined(TypeId),
}

impl Schema {
    /// The type with this id.
    pub fn get(&self, id: TypeId) -> &TypeDefinition {
        &self.types[id.index()]
    }

    /// All types with their ids.
    pub fn types(&self) -> impl Iterator<Item = (TypeId, &TypeDefinition)> {
        (0..).map(TypeId).zip(&self.types)
    }

    /// The type with this name.
    pub fn find_type(&self, name: &str) -> Option<TypeId> {
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
    pub fn copy_prose_from(&mut self, other: &Schema) {
        prose::take(self, other);
    }

    /// Forgets what a running QEMU does not tell of its interface: how large
    /// integers are, which commands may be sent before the machine is made, and
    /// what documentation says. What is compared with a schema made of such a
    /// telling has to forget it too.
    pub fn erase_non_introspectable(&mut self) {
        introspectable::erase(self);
    }

    /// How a type is called in messages, such as `BlockInfo` or `[str]`.
    pub fn type_name(&self, ty: ValueType) -> String {
        let item = match ty.item() {
            NamedType::Builtin(builtin) => builtin.as_str(),
            NamedType::Defined(id) => &self.get(id).meta.name,
        };
        match ty {
            ValueType::One(_) => item.to_owned(),
            ValueType::Array(_) => format!("[{item}]"),
        }
    }
}
