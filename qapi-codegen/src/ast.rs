//! The syntax tree of a schema file.
//!
//! Short and long forms of the language are one form here, and every name has
//! its span. Names are not resolved: that is the business of `validate` and
//! `schema`.

mod builtin;
mod condition;

pub use builtin::{BuiltinType, JsonKind};
pub use condition::Condition;

use crate::source::{Name, Span};

/// The contents of one file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyntaxTree {
    /// The items in order.
    pub items: Vec<Item>,
}

/// A top-level item.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A line of comment outside of all expressions, including its `#`.
    Comment(Span),
    /// `{ 'include': 'file.json' }`
    Include(IncludeDirective),
    /// `{ 'pragma': { ... } }`
    Pragma(PragmaDirective),
    /// A type, a command or an event. It is on the heap since most items are comments.
    Definition(Box<Definition>),
}

/// An `include` directive.
#[derive(Debug, Clone, PartialEq)]
pub struct IncludeDirective {
    /// The whole expression.
    pub span: Span,
    /// The path, relative to the including file.
    pub path: Name,
}

/// A `pragma` directive.
#[derive(Debug, Clone, PartialEq)]
pub struct PragmaDirective {
    /// The whole expression.
    pub span: Span,
    /// The settings; a later one replaces an earlier one of the same name.
    pub settings: Vec<(Name, PragmaValue)>,
}

/// The value of a pragma.
#[derive(Debug, Clone, PartialEq)]
pub enum PragmaValue {
    /// A boolean, such as `doc-required`.
    Boolean(bool),
    /// An array of names, such as `member-name-exceptions`.
    Names(Vec<Name>),
}

/// A type, a command or an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// The whole expression.
    pub span: Span,
    /// The defined name.
    pub name: Name,
    /// The `if` condition.
    pub condition: Option<Condition>,
    /// The features.
    pub features: Vec<FeatureDefinition>,
    /// The rest, by kind.
    pub body: DefinitionBody,
}

/// The kinds of definitions.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum DefinitionBody {
    Enum(EnumDefinition),
    Struct(StructDefinition),
    Union(UnionDefinition),
    Alternate(AlternateDefinition),
    Command(CommandDefinition),
    Event(EventDefinition),
}

impl DefinitionBody {
    /// The keyword, such as `struct`.
    pub fn keyword(&self) -> &'static str {
        match self {
            DefinitionBody::Enum(_) => "enum",
            DefinitionBody::Struct(_) => "struct",
            DefinitionBody::Union(_) => "union",
            DefinitionBody::Alternate(_) => "alternate",
            DefinitionBody::Command(_) => "command",
            DefinitionBody::Event(_) => "event",
        }
    }

    /// The members written inside the definition, if it may have some.
    pub fn members_mut(&mut self) -> Option<&mut Vec<MemberDefinition>> {
        let data = match self {
            DefinitionBody::Struct(body) => return Some(&mut body.members),
            DefinitionBody::Union(body) => match &mut body.base {
                UnionBase::Inline(members) => return Some(members),
                UnionBase::None | UnionBase::Named(_) => return None,
            },
            DefinitionBody::Command(command) => &mut command.data,
            DefinitionBody::Event(event) => &mut event.data,
            DefinitionBody::Enum(_) | DefinitionBody::Alternate(_) => return None,
        };
        match data {
            DataDefinition::Inline(members) => Some(members),
            DataDefinition::None | DataDefinition::Named(_) => None,
        }
    }

    /// The keyword with its article, such as `an enum`.
    pub fn keyword_with_article(&self) -> &'static str {
        match self {
            DefinitionBody::Enum(_) => "an enum",
            DefinitionBody::Struct(_) => "a struct",
            DefinitionBody::Union(_) => "a union",
            DefinitionBody::Alternate(_) => "an alternate",
            DefinitionBody::Command(_) => "a command",
            DefinitionBody::Event(_) => "an event",
        }
    }
}

impl Definition {
    /// Returns `true` for types and `false` for commands and events.
    pub fn is_type(&self) -> bool {
        !matches!(
            self.body,
            DefinitionBody::Command(_) | DefinitionBody::Event(_)
        )
    }

    /// The members written inside this definition: those of a struct, of an
    /// inline union base, or of inline `data`.
    pub fn members(&self) -> &[MemberDefinition] {
        match &self.body {
            DefinitionBody::Struct(body) => &body.members,
            DefinitionBody::Union(body) => match &body.base {
                UnionBase::Inline(members) => members,
                UnionBase::None | UnionBase::Named(_) => &[],
            },
            DefinitionBody::Command(body) => body.data.inline_members(),
            DefinitionBody::Event(body) => body.data.inline_members(),
            DefinitionBody::Enum(_) | DefinitionBody::Alternate(_) => &[],
        }
    }

    /// The branches of a union or an alternate.
    pub fn branches(&self) -> &[BranchDefinition] {
        match &self.body {
            DefinitionBody::Union(body) => &body.branches,
            DefinitionBody::Alternate(body) => &body.branches,
            _ => &[],
        }
    }

    /// The values of an enum.
    pub fn values(&self) -> &[EnumValueDefinition] {
        match &self.body {
            DefinitionBody::Enum(body) => &body.values,
            _ => &[],
        }
    }

    /// The `data` of a command or an event.
    pub fn data(&self) -> Option<&DataDefinition> {
        match &self.body {
            DefinitionBody::Command(body) => Some(&body.data),
            DefinitionBody::Event(body) => Some(&body.data),
            _ => None,
        }
    }

    /// The names of the types that it refers to, also of built-in ones.
    pub fn referenced_types(&self) -> Vec<&str> {
        let data = match self.data() {
            Some(DataDefinition::Named(name)) => Some(name),
            _ => None,
        };
        let returns = match &self.body {
            DefinitionBody::Command(command) => command.returns.as_ref(),
            _ => None,
        };
        let members = self.members().iter().map(|member| &member.ty.name);
        let branches = self.branches().iter().map(|branch| &branch.ty.name);
        let single = self.base().into_iter().chain(data);
        let single = single.chain(returns.map(|returns| &returns.name));
        let names = single.chain(members).chain(branches);
        names.map(|name| name.value.as_str()).collect()
    }

    /// The type that a struct or union names as its base.
    pub fn base(&self) -> Option<&Name> {
        match &self.body {
            DefinitionBody::Struct(body) => body.base.as_ref(),
            DefinitionBody::Union(body) => match &body.base {
                UnionBase::Named(name) => Some(name),
                UnionBase::None | UnionBase::Inline(_) => None,
            },
            _ => None,
        }
    }
}

/// The body of an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumDefinition {
    /// The prefix of QEMU's C constants.
    pub prefix: Option<Name>,
    /// The values in order.
    pub values: Vec<EnumValueDefinition>,
}

/// A value of an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumValueDefinition {
    /// The string on the wire.
    pub name: Name,
    /// The `if` condition.
    pub condition: Option<Condition>,
    /// The features.
    pub features: Vec<FeatureDefinition>,
}

/// The body of a struct.
#[derive(Debug, Clone, PartialEq)]
pub struct StructDefinition {
    /// The struct whose members are inherited.
    pub base: Option<Name>,
    /// The struct's own members.
    pub members: Vec<MemberDefinition>,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberDefinition {
    /// The name, without the `*` of optional members.
    pub name: Name,
    /// The member may be absent.
    pub optional: bool,
    /// The type of its value.
    pub ty: TypeReference,
    /// The `if` condition.
    pub condition: Option<Condition>,
    /// The features.
    pub features: Vec<FeatureDefinition>,
}

/// A reference to a type by name.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeReference {
    /// The name of the type, or of the element type.
    pub name: Name,
    /// The reference is to an array of the type.
    pub array: bool,
}

/// The body of a union.
#[derive(Debug, Clone, PartialEq)]
pub struct UnionDefinition {
    /// The members that all branches have in common.
    pub base: UnionBase,
    /// The member whose value selects the branch; simple unions have none.
    pub discriminator: Option<Name>,
    /// The branches.
    pub branches: Vec<BranchDefinition>,
}

/// The base of a union.
#[derive(Debug, Clone, PartialEq)]
pub enum UnionBase {
    /// No base: a simple union.
    None,
    /// A struct.
    Named(Name),
    /// Members written in place.
    Inline(Vec<MemberDefinition>),
}

/// A branch of a union or an alternate.
#[derive(Debug, Clone, PartialEq)]
pub struct BranchDefinition {
    /// The discriminator value; for alternates a name that only C code uses.
    pub name: Name,
    /// The type of the branch.
    pub ty: TypeReference,
    /// The `if` condition.
    pub condition: Option<Condition>,
}

/// The body of an alternate.
#[derive(Debug, Clone, PartialEq)]
pub struct AlternateDefinition {
    /// The branches.
    pub branches: Vec<BranchDefinition>,
}

/// The body of a command.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandDefinition {
    /// The arguments.
    pub data: DataDefinition,
    /// The return type.
    pub returns: Option<TypeReference>,
    /// QEMU's C code takes the arguments as one pointer.
    pub boxed: bool,
    /// QEMU checks the arguments against the schema.
    pub generated: bool,
    /// The command takes arguments that the schema does not list. Only
    /// overrides can express it.
    pub open: bool,
    /// QEMU replies when the command succeeds.
    pub success_response: bool,
    /// The command may be executed out of band.
    pub allow_oob: bool,
    /// The command may be executed in the preconfig state.
    pub allow_preconfig: bool,
    /// QEMU runs the command in a coroutine.
    pub coroutine: bool,
}

/// The body of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct EventDefinition {
    /// The event's data.
    pub data: DataDefinition,
    /// QEMU's C code takes the data as one pointer.
    pub boxed: bool,
}

/// The arguments of a command or the data of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum DataDefinition {
    /// No data.
    None,
    /// The members of a named struct or union.
    Named(Name),
    /// Members written in place.
    Inline(Vec<MemberDefinition>),
}

impl DataDefinition {
    /// Returns `true` if members are written in place.
    pub fn is_inline(&self) -> bool {
        matches!(self, DataDefinition::Inline(_))
    }

    /// The members written in place.
    pub fn inline_members(&self) -> &[MemberDefinition] {
        match self {
            DataDefinition::Inline(members) => members,
            DataDefinition::None | DataDefinition::Named(_) => &[],
        }
    }
}

/// A feature that clients can probe for.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureDefinition {
    /// The name.
    pub name: Name,
    /// The `if` condition.
    pub condition: Option<Condition>,
}
