//! A schema as the rules look at it: definitions by name, and what is broken.

use std::collections::HashMap;

use super::damage::Damage;
use super::pragmas::Pragmas;
use crate::ast::{BuiltinType, Definition, DefinitionBody, Item, MemberDefinition, UnionBase};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Releases;
use crate::load::{Documentation, Loaded};
use crate::source::{Name, Sources, Span};
use crate::version::Version;

/// How long a chain of types may be of which each holds the next as its base or
/// in a branch. QEMU's own longest has four.
pub const DEPTH_LIMIT: usize = 32;

/// A schema, its names looked up.
pub struct View<'s> {
    /// The release whose rules apply.
    pub version: Version,
    /// What the comments are.
    pub documentation: Documentation,
    /// The files.
    pub sources: &'s Sources,
    /// All items in order.
    pub items: &'s [Item],
    /// All definitions in order.
    pub definitions: Vec<&'s Definition>,
    /// What the pragmas say.
    pub pragmas: Pragmas<'s>,
    /// What could not be read.
    pub damage: Damage<'s>,
    types: HashMap<&'s str, &'s Definition>,
}

/// A type that a name means.
#[derive(Clone, Copy)]
pub enum Type<'s> {
    /// One of the language.
    Builtin(BuiltinType),
    /// One of the schema.
    Defined(&'s Definition),
}

impl<'s> View<'s> {
    /// Looks at a schema; `found` is what was wrong with it until now.
    pub fn new(loaded: &'s Loaded, found: &[Diagnostic]) -> Self {
        let definitions: Vec<&Definition> = loaded
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Definition(definition) => Some(definition),
                _ => None,
            })
            .collect();
        View {
            version: loaded.version,
            documentation: loaded.documentation,
            sources: &loaded.sources,
            items: &loaded.items,
            types: types(&definitions),
            pragmas: Pragmas::new(&loaded.items, loaded.version),
            damage: Damage::new(&loaded.sources, &definitions, found),
            definitions,
        }
    }

    /// Whether the release is one of these.
    pub fn is_in(&self, releases: Releases) -> bool {
        releases.contains(self.version)
    }

    /// The type of a name.
    pub fn lookup(&self, name: &str) -> Option<Type<'s>> {
        match BuiltinType::from_name(name) {
            Some(builtin) if self.is_in(builtin.releases()) => Some(Type::Builtin(builtin)),
            _ => self.types.get(name).copied().map(Type::Defined),
        }
    }

    /// The definition of the type of a name.
    pub fn defined(&self, name: &Name) -> Option<&'s Definition> {
        match self.lookup(&name.value)? {
            Type::Defined(definition) => Some(definition),
            Type::Builtin(_) => None,
        }
    }

    /// The names of all types of the schema.
    pub fn type_names(&self) -> impl Iterator<Item = &'s str> {
        self.types.keys().copied()
    }

    /// Whether something inside of a definition could not be read, so that what
    /// it lacks tells nothing.
    pub fn is_damaged(&self, definition: &Definition) -> bool {
        self.damage.is_inside(definition)
    }

    /// The definitions of which all could be read.
    pub fn sound(&self) -> impl Iterator<Item = &'s Definition> {
        let sound = |definition: &&Definition| !self.is_damaged(definition);
        self.definitions.iter().copied().filter(sound)
    }

    /// A struct or union and the structs it is based on, nearest first. A chain
    /// that bites its tail ends somewhere.
    pub fn lineage(&self, definition: &'s Definition) -> impl Iterator<Item = &'s Definition> {
        let next = |last: &&'s Definition| match self.defined(base_name(last)?)? {
            base if matches!(base.body, DefinitionBody::Struct(_)) => Some(base),
            _ => None,
        };
        std::iter::successors(Some(definition), next).take(DEPTH_LIMIT)
    }

    /// Whether all members that a definition has are known.
    pub fn knows_members(&self, definition: &'s Definition) -> bool {
        let known = |ancestor: &'s Definition| {
            let base = base_name(ancestor);
            !self.is_damaged(ancestor) && base.is_none_or(|name| self.is_struct(name))
        };
        self.lineage(definition).all(known)
    }

    fn is_struct(&self, name: &Name) -> bool {
        self.defined(name)
            .is_some_and(|definition| matches!(definition.body, DefinitionBody::Struct(_)))
    }
}

/// The struct that a struct or union names as its base.
pub fn base_name(definition: &Definition) -> Option<&Name> {
    match &definition.body {
        DefinitionBody::Struct(body) => body.base.as_ref(),
        DefinitionBody::Union(body) => match &body.base {
            UnionBase::Named(name) => Some(name),
            UnionBase::None | UnionBase::Inline(_) => None,
        },
        _ => None,
    }
}

/// The members that stand in a struct or in the base of a union.
pub fn own_members(definition: &Definition) -> &[MemberDefinition] {
    match &definition.body {
        DefinitionBody::Struct(body) => &body.members,
        DefinitionBody::Union(body) => match &body.base {
            UnionBase::Inline(members) => members,
            UnionBase::None | UnionBase::Named(_) => &[],
        },
        _ => &[],
    }
}

/// `struct 'Foo'`
pub fn title(definition: &Definition) -> String {
    format!("{} '{}'", definition.body.keyword(), definition.name)
}

/// A diagnostic about something inside a definition.
pub fn error(
    code: Code,
    definition: &Definition,
    focus: Span,
    message: impl Into<String>,
) -> Diagnostic {
    Diagnostic::new(code, definition.span, message).with_focus(focus)
}

/// Types by name; of two with the same name, the first.
fn types<'s>(definitions: &[&'s Definition]) -> HashMap<&'s str, &'s Definition> {
    let mut types = HashMap::with_capacity(definitions.len());
    for &definition in definitions {
        if !matches!(
            definition.body,
            DefinitionBody::Command(_) | DefinitionBody::Event(_)
        ) {
            types
                .entry(definition.name.value.as_str())
                .or_insert(definition);
        }
    }
    types
}
