//! The syntax tree: what one file says, before any name is looked up.
//!
//! Short and long forms are one form here, and a tree says where each part of
//! it stands. Whether names mean something is the business of
//! the stage after this one.

use crate::source::{Name, Span};

/// One file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct File {
    /// What stands in it, in order.
    pub items: Vec<Item>,
}

/// One thing at the top level of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A line of comment outside of all expressions, from its `#` on.
    Comment(Span),
    /// `{ 'include': 'file.json' }`
    Include(Include),
    /// `{ 'pragma': { ... } }`
    Pragma(Pragma),
    /// A type, a command or an event.
    Definition(Definition),
}

/// A request to read another file here.
#[derive(Debug, Clone, PartialEq)]
pub struct Include {
    /// The whole expression.
    pub span: Span,
    /// The path, relative to the file that says it.
    pub path: Name,
}

/// Settings for the whole schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Pragma {
    /// The whole expression.
    pub span: Span,
    /// Each setting; a later one replaces an earlier one of the same name.
    pub settings: Vec<(Name, PragmaValue)>,
}

/// The value of a pragma.
#[derive(Debug, Clone, PartialEq)]
pub enum PragmaValue {
    /// A switch, such as `doc-required`.
    Switch(bool),
    /// A list of names, such as `member-name-exceptions`.
    Names(Vec<Name>),
}

/// A type, a command or an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// The whole expression.
    pub span: Span,
    /// The name it defines.
    pub name: Name,
    /// The condition under which a build of QEMU has it.
    pub condition: Option<Condition>,
    /// Its features.
    pub features: Vec<Feature>,
    /// What it is.
    pub body: Body,
}

/// What a definition is.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// A set of strings.
    Enum(Enum),
    /// An object with fixed members.
    Struct(Struct),
    /// An object whose members depend on one of them.
    Union(Union),
    /// A value that is told by its JSON type.
    Alternate(Alternate),
    /// A command.
    Command(Command),
    /// An event.
    Event(Event),
}

impl Body {
    /// The keyword of the language for this kind.
    pub fn keyword(&self) -> &'static str {
        match self {
            Body::Enum(_) => "enum",
            Body::Struct(_) => "struct",
            Body::Union(_) => "union",
            Body::Alternate(_) => "alternate",
            Body::Command(_) => "command",
            Body::Event(_) => "event",
        }
    }
}

/// The body of an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct Enum {
    /// What QEMU's C constants begin with.
    pub prefix: Option<Name>,
    /// The values in order.
    pub values: Vec<EnumValue>,
}

/// One value of an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumValue {
    /// The string on the wire.
    pub name: Name,
    /// The condition under which a build of QEMU has it.
    pub condition: Option<Condition>,
    /// Its features.
    pub features: Vec<Feature>,
}

/// The body of a struct.
#[derive(Debug, Clone, PartialEq)]
pub struct Struct {
    /// The struct whose members it has too.
    pub base: Option<Name>,
    /// Its own members.
    pub members: Vec<Member>,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The name, without the `*` of optional members.
    pub name: Name,
    /// Whether it may be absent.
    pub optional: bool,
    /// The type of its value.
    pub ty: TypeRef,
    /// The condition under which a build of QEMU has it.
    pub condition: Option<Condition>,
    /// Its features.
    pub features: Vec<Feature>,
}

/// A type that is mentioned by name.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeRef {
    /// The name of the type, or of the elements' type.
    pub name: Name,
    /// Whether it is an array.
    pub array: bool,
}

/// The body of a union.
#[derive(Debug, Clone, PartialEq)]
pub struct Union {
    /// The members that all branches share.
    pub base: Base,
    /// The member that tells the branch; simple unions have none.
    pub discriminator: Option<Name>,
    /// The branches.
    pub branches: Vec<Branch>,
}

/// The members that all branches of a union share.
#[derive(Debug, Clone, PartialEq)]
pub enum Base {
    /// None: the union is a simple one.
    None,
    /// Those of a struct.
    Named(Name),
    /// Those that stand here.
    Inline(Vec<Member>),
}

/// A branch of a union or of an alternate.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The value of the tag; the branch of an alternate has a name for C only.
    pub name: Name,
    /// The type of the branch.
    pub ty: TypeRef,
    /// The condition under which a build of QEMU has it.
    pub condition: Option<Condition>,
}

/// The body of an alternate.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternate {
    /// The branches.
    pub branches: Vec<Branch>,
}

/// The body of a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// The arguments.
    pub data: Data,
    /// The type of the value it returns.
    pub returns: Option<TypeRef>,
    /// Whether QEMU's C code takes the arguments as one pointer.
    pub boxed: bool,
    /// Whether QEMU checks the arguments against the schema.
    pub generated: bool,
    /// Whether it takes arguments that the schema does not list. No schema can
    /// say so: an override does.
    pub open: bool,
    /// Whether QEMU replies when the command succeeds.
    pub success_response: bool,
    /// Whether it may be sent out of band.
    pub allow_oob: bool,
    /// Whether it may be sent before the machine is made.
    pub allow_preconfig: bool,
    /// Whether QEMU runs it in a coroutine.
    pub coroutine: bool,
}

/// The body of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The data that comes with it.
    pub data: Data,
    /// Whether QEMU's C code takes the data as one pointer.
    pub boxed: bool,
}

/// The arguments of a command or the data of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// None.
    None,
    /// The members of a struct or of a union.
    Named(Name),
    /// The members that stand here.
    Inline(Vec<Member>),
}

/// Something that a client can probe for.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its name.
    pub name: Name,
    /// The condition under which a build of QEMU has it.
    pub condition: Option<Condition>,
}

/// A condition on how QEMU was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// An expression of the C preprocessor, as releases 3.0 to 6.1 write it.
    Expression(Name),
    /// A macro that is defined, as releases from 6.2 on write it.
    Defined(Name),
    /// All of these.
    All(Vec<Condition>),
    /// At least one of these.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
}
