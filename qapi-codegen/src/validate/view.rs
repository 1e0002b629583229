//! The schema as rules see it, with types by name.

use std::collections::HashMap;

use super::pragmas::Pragmas;
use super::unparsed::Unparsed;
use crate::ast::{BuiltinType, Definition, DefinitionBody, Item};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Releases;
use crate::doc::DocComments;
use crate::load::{DocumentationKind, LoadedSchema};
use crate::source::{Name, Sources, Span};
use crate::version::Version;

/// The maximum length of a chain of types of which each has the next as its
/// base or in a branch. QEMU's own longest has four.
pub const MAX_CHAIN: usize = 32;

/// A schema with types by name.
pub struct SchemaView<'s> {
    /// The release whose rules apply.
    pub version: Version,
    /// The origin of the comments.
    pub documentation: DocumentationKind,
    pub docs: &'s DocComments,
    pub sources: &'s Sources,
    pub items: &'s [Item],
    pub definitions: Vec<&'s Definition>,
    /// The settings of the pragmas.
    pub pragmas: Pragmas<'s>,
    /// The parts that could not be parsed.
    pub unparsed: Unparsed<'s>,
    types: HashMap<&'s str, &'s Definition>,
}

/// The type that a name refers to.
#[derive(Clone, Copy)]
pub enum ReferencedType<'s> {
    /// A built-in type.
    Builtin(BuiltinType),
    /// A type that the schema defines.
    Defined(&'s Definition),
}

impl<'s> ReferencedType<'s> {
    /// The body of the definition; built-in types have none.
    pub fn body(self) -> Option<&'s DefinitionBody> {
        match self {
            ReferencedType::Builtin(_) => None,
            ReferencedType::Defined(definition) => Some(&definition.body),
        }
    }

    /// The kind with its article, such as `a struct`.
    pub fn kind(self) -> &'static str {
        match self {
            ReferencedType::Builtin(_) => "a built-in type",
            ReferencedType::Defined(definition) => definition.body.keyword_with_article(),
        }
    }
}

impl<'s> SchemaView<'s> {
    /// Creates a view; `found` are the diagnostics of loading and parsing.
    pub fn new(loaded: &'s LoadedSchema, docs: &'s DocComments, found: &[Diagnostic]) -> Self {
        let definitions: Vec<&Definition> = loaded.definitions().collect();
        SchemaView {
            version: loaded.version,
            documentation: loaded.documentation,
            docs,
            sources: &loaded.sources,
            items: &loaded.items,
            types: types_by_name(&definitions),
            pragmas: Pragmas::new(&loaded.items, loaded.version),
            unparsed: Unparsed::new(&loaded.sources, &definitions, found),
            definitions,
        }
    }

    /// Returns `true` if the release is in a range.
    pub fn is_in(&self, releases: Releases) -> bool {
        releases.contains(self.version)
    }

    /// The type with a name.
    pub fn lookup(&self, name: &str) -> Option<ReferencedType<'s>> {
        match BuiltinType::from_name(name) {
            Some(builtin) if self.is_in(builtin.releases()) => {
                Some(ReferencedType::Builtin(builtin))
            }
            _ => self.types.get(name).copied().map(ReferencedType::Defined),
        }
    }

    /// The definition of the type with a name.
    pub fn defined(&self, name: &Name) -> Option<&'s Definition> {
        match self.lookup(&name.value)? {
            ReferencedType::Defined(definition) => Some(definition),
            ReferencedType::Builtin(_) => None,
        }
    }

    /// The names of all types that the schema defines.
    pub fn type_names(&self) -> impl Iterator<Item = &'s str> {
        self.types.keys().copied()
    }

    /// Returns `true` if a part of a definition could not be parsed.
    pub fn is_incomplete(&self, definition: &Definition) -> bool {
        self.unparsed.is_inside(definition)
    }

    /// The definitions that were parsed completely.
    pub fn complete_definitions(&self) -> impl Iterator<Item = &'s Definition> {
        let is_complete = |definition: &&Definition| !self.is_incomplete(definition);
        self.definitions.iter().copied().filter(is_complete)
    }

    /// A struct or union and its bases, nearest first. A cyclic chain is cut.
    pub fn lineage(&self, definition: &'s Definition) -> impl Iterator<Item = &'s Definition> {
        let base = |last: &&'s Definition| {
            let base = self.defined(last.base()?)?;
            matches!(base.body, DefinitionBody::Struct(_)).then_some(base)
        };
        std::iter::successors(Some(definition), base).take(MAX_CHAIN)
    }

    /// Returns `true` if all members of a definition are known, including
    /// inherited ones.
    pub fn knows_members(&self, definition: &'s Definition) -> bool {
        self.lineage(definition).all(|ancestor| {
            let base = ancestor.base().map(|name| self.lookup(&name.value));
            let is_struct = |base: Option<ReferencedType<'_>>| {
                let body = base.and_then(ReferencedType::body);
                matches!(body, Some(DefinitionBody::Struct(_)))
            };
            !self.is_incomplete(ancestor) && base.is_none_or(is_struct)
        })
    }
}

/// The kind and name of a definition, such as `struct 'Foo'`.
pub fn title(definition: &Definition) -> String {
    format!("{} '{}'", definition.body.keyword(), definition.name)
}

/// An error inside a definition.
pub fn error(code: Code, definition: &Definition, focus: Span, message: String) -> Diagnostic {
    Diagnostic::new(code, definition.span, message).with_focus(focus)
}

/// An error inside a definition, whose message begins with its title.
pub fn titled_error(code: Code, definition: &Definition, focus: Span, problem: &str) -> Diagnostic {
    let message = format!("{}{problem}", title(definition));
    error(code, definition, focus, message)
}

/// The types by name; of several with the same name, the first.
fn types_by_name<'s>(definitions: &[&'s Definition]) -> HashMap<&'s str, &'s Definition> {
    let mut types = HashMap::with_capacity(definitions.len());
    for &definition in definitions.iter().filter(|definition| definition.is_type()) {
        types
            .entry(definition.name.value.as_str())
            .or_insert(definition);
    }
    types
}
