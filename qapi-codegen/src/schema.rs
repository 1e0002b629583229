//! The resolved model of an interface.
//!
//! The syntax tree states the content of files, with spans. The model states
//! the interface: names are resolved to types, and it is the same for QEMU's
//! files and for their canonical form. Only valid schemas are resolved, so no
//! type is missing.

mod entities;
pub(crate) mod lines;
mod resolve;
mod union;

use std::collections::HashMap;

pub use crate::ast::{BuiltinType, Condition, JsonKind};
pub use resolve::resolve;
pub use union::{BranchContent, DATA_MEMBER, UnionBranch};

use crate::doc::{Facts, ProseBlock};
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

/// The index of a type in a [`Schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(u32);

impl TypeId {
    /// The index in [`Schema::types`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// A single value.
    One(NamedType),
    /// An array. Arrays of arrays do not exist.
    Array(NamedType),
}

impl ValueType {
    /// The type itself, or that of the array's elements.
    pub fn item(self) -> NamedType {
        match self {
            ValueType::One(item) | ValueType::Array(item) => item,
        }
    }
}

/// A type with a name, which arrays do not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamedType {
    /// A built-in type.
    Builtin(BuiltinType),
    /// A type of the schema.
    Defined(TypeId),
}

/// The name and common properties of a definition, member, value or branch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntityMeta {
    /// The name in the schema, which for most is the name in QMP.
    pub name: String,
    /// The condition under which builds of QEMU have it.
    pub condition: Option<Condition>,
    /// The features.
    pub features: Vec<Feature>,
    /// The facts of its documentation.
    pub facts: Facts,
    /// The text of its documentation, which only QEMU's own files have.
    pub prose: Vec<ProseBlock>,
}

impl EntityMeta {
    /// Returns `true` if it is deprecated, which before 5.0 only comments mention.
    pub fn is_deprecated(&self) -> bool {
        self.has_feature("deprecated") || self.facts.deprecated.is_some()
    }

    /// Returns `true` if it has this feature.
    pub fn has_feature(&self, name: &str) -> bool {
        self.features.iter().any(|feature| feature.name == name)
    }
}

/// A feature, which clients can probe for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// The name; `deprecated` and `unstable` have a predefined meaning.
    pub name: String,
    /// The condition under which builds of QEMU have it.
    pub condition: Option<Condition>,
}

/// A type of the schema.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeDefinition {
    /// Name, condition and features.
    pub meta: EntityMeta,
    /// The module, such as `block-core`, if it is known.
    pub module: Option<String>,
    /// The kind of type with its content.
    pub kind: TypeKind,
}

/// The kinds of types.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum TypeKind {
    Enum(EnumType),
    Struct(StructType),
    Union(UnionType),
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
    /// The struct whose members it inherits.
    pub base: Option<TypeId>,
    /// The own members.
    pub members: Vec<Member>,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Name, condition and features.
    pub meta: EntityMeta,
    /// `true` if the member may be absent.
    pub optional: bool,
    /// The type of the value.
    pub ty: ValueType,
}

/// An object whose members depend on the value of its discriminator.
#[derive(Debug, Clone, PartialEq)]
pub struct UnionType {
    /// The struct of the members that all branches share, if it has a name.
    pub base: Option<TypeId>,
    /// The shared members of an inline base.
    pub members: Vec<Member>,
    /// The name of the discriminator, a shared member.
    pub discriminator: String,
    /// The type of the discriminator; that of simple unions has no name.
    pub discriminator_enum: Option<TypeId>,
    /// The branches in the order of the schema.
    pub branches: Vec<Branch>,
}

/// A branch of a union or alternate, as the schema states it.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The discriminator value, and the condition of the branch.
    pub meta: EntityMeta,
    /// The type of the branch.
    pub ty: ValueType,
}

/// A value that has one of several JSON types.
#[derive(Debug, Clone, PartialEq)]
pub struct AlternateType {
    /// The branches, whose names do not appear in QMP.
    pub branches: Vec<Branch>,
}

/// A command.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Name, condition and features.
    pub meta: EntityMeta,
    /// The module, such as `block-core`, if it is known.
    pub module: Option<String>,
    /// The arguments.
    pub data: OperationData,
    /// The type of the return value, if any.
    pub returns: Option<ValueType>,
    /// `true` if it takes arguments that are not in the schema.
    pub open: bool,
    /// `true` if QEMU replies on success.
    pub success_response: bool,
    /// `true` if it may be sent out of band.
    pub allow_oob: bool,
    /// `true` if it may be sent in preconfig state.
    pub allow_preconfig: bool,
}

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Name, condition and features.
    pub meta: EntityMeta,
    /// The module, such as `block-core`, if it is known.
    pub module: Option<String>,
    /// The data.
    pub data: OperationData,
}

/// The arguments of a command or the data of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum OperationData {
    /// Inline members, possibly none.
    Members(Vec<Member>),
    /// The members of a struct or union.
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

    /// Finds a type by its name.
    pub fn find_type(&self, name: &str) -> Option<TypeId> {
        self.by_name.get(name).copied()
    }

    /// Finds a command by its name.
    pub fn command(&self, name: &str) -> Option<&Command> {
        self.commands
            .iter()
            .find(|command| command.meta.name == name)
    }

    /// Finds an event by its name.
    pub fn event(&self, name: &str) -> Option<&Event> {
        self.events.iter().find(|event| event.meta.name == name)
    }

    /// The members of a struct with inherited ones, or those that all branches
    /// of a union share.
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

    /// The name of a type in messages, such as `BlockInfo` or `[str]`.
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
