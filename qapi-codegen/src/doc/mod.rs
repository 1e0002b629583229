//! Documentation comments, for validation, model and importer.
//!
//! Since 2.9 a block between two lines `##` is part of the language: `strict`
//! parses blocks as the releases since 9.0 do, `loose` as those before. Other
//! comments are free text with habits, which `free` reads; they never cause a
//! diagnostic. All three divide a comment into sections, of which `facts` and
//! `prose` make the documentation of a definition.

mod block;
mod facts;
mod free;
mod loose;
mod prose;
mod replacement;
mod section;
mod strict;

use std::collections::HashSet;

use crate::ast::{Definition, DefinitionBody, Item};
use crate::diagnostic::Diagnostic;
use crate::dialect;
use crate::load::{DocumentationKind, LoadedSchema};
use crate::source::{Name, Span};
use crate::version::{Series, Version};

pub use block::line_text;
pub use prose::ProseBlock;
use section::{Section, SectionKind};

/// The documentation comments of a schema, as far as rules apply to them.
#[derive(Debug, Default)]
pub struct DocComments {
    /// All blocks of a release that checks them, in order.
    pub blocks: Vec<DocBlock>,
    /// Syntax errors of the blocks.
    pub diagnostics: Vec<Diagnostic>,
}

/// A comment between two lines `##`.
#[derive(Debug)]
pub struct DocBlock {
    /// The index of the next item that is not a comment.
    pub next_item: usize,
    /// The line that opens the block.
    pub opening: Span,
    /// The last line of the block.
    pub closing: Span,
    /// The lines in between.
    pub lines: Vec<Span>,
    /// The name of the documented definition; free-form blocks have none.
    pub symbol: Option<Name>,
    /// The described members, values and branches.
    pub members: Vec<Name>,
    /// The described features.
    pub features: Vec<Name>,
    /// The tagged sections, such as `Returns`.
    pub tags: Vec<Name>,
    /// The block has a syntax error, so that the lists are incomplete.
    pub is_malformed: bool,
}

/// The documentation of a definition.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DefinitionDocs {
    /// The facts about the definition itself.
    pub facts: Facts,
    /// The documented members, values and branches, in the order of the comment.
    pub members: Vec<EntityDocs>,
    /// The documented features, in the order of the comment.
    pub features: Vec<EntityDocs>,
    /// The text about the definition itself.
    pub prose: Vec<ProseBlock>,
}

/// The documentation of a member, value, branch or feature.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EntityDocs {
    /// The name.
    pub name: String,
    /// The facts.
    pub facts: Facts,
    /// The text.
    pub prose: Vec<ProseBlock>,
}

/// The part of a documentation that programs can use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The first release that has the entity.
    pub since: Option<Version>,
    /// Deprecation, which before 5.0 only comments mention.
    pub deprecated: Option<Deprecation>,
    /// The names to use instead of a deprecated entity, such as `a` or `a and b`.
    pub replaced_by: Option<String>,
}

/// The deprecation of an entity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deprecation {
    /// The first series in which it is deprecated, if the comment names it.
    pub since: Option<Series>,
}

impl DocBlock {
    /// Returns `true` if the block is well-formed and names a definition.
    pub fn documents(&self, definition: &Definition) -> bool {
        let symbol = self.symbol.as_ref().map(|symbol| &symbol.value);
        !self.is_malformed && symbol == Some(&definition.name.value)
    }
}

impl DefinitionDocs {
    /// The documentation of a member, value or branch.
    pub fn member(&self, name: &str) -> Option<&EntityDocs> {
        self.members.iter().find(|entity| entity.name == name)
    }

    /// Removes all prose, and the entities without facts.
    pub fn remove_prose(&mut self) {
        self.prose.clear();
        for entities in [&mut self.members, &mut self.features] {
            entities.iter_mut().for_each(|entity| entity.prose.clear());
            entities.retain(|entity| !entity.facts.is_empty());
        }
    }
}

impl Facts {
    /// Returns `true` if there are no facts.
    pub fn is_empty(&self) -> bool {
        *self == Facts::default()
    }
}

/// Parses the blocks of a schema.
pub fn parse(loaded: &LoadedSchema) -> DocComments {
    read(loaded, |_, _, _| {})
}

/// The documentation of each definition of a schema, in the order of the definitions.
///
/// # Examples
///
/// ```
/// use std::collections::HashMap;
/// use qapi_codegen::{doc, load::load, version::Version};
///
/// let text = "##\n# @Mode:\n#\n# @on: (since 2.8)\n#\n# Since: 1.7\n##\n\
///             { 'enum': 'Mode', 'data': [ 'off', 'on' ] }\n";
/// let files = HashMap::from([("a.json".to_owned(), text.as_bytes().to_vec())]);
/// let loaded = load(&files, "a.json", Version::NEWEST)?;
/// let docs = doc::definitions(&loaded);
/// assert_eq!(format!("{:#}", docs[0].facts.since.unwrap()), "1.7");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn definitions(loaded: &LoadedSchema) -> Vec<DefinitionDocs> {
    let mut definitions = Vec::new();
    read(loaded, |definition, comments, before| {
        definitions.push(definition_docs(loaded, definition, comments, before));
    });
    definitions
}

/// Parses all blocks, and visits each definition with the comments before it and the
/// sections of the block that documents it.
fn read<'s>(
    loaded: &'s LoadedSchema,
    mut visit: impl FnMut(&Definition, &[Span], Option<Vec<Section<'s>>>),
) -> DocComments {
    let mut output = DocComments::default();
    let mut comments = Vec::new();
    for (index, item) in loaded.items.iter().enumerate() {
        let next = match item {
            Item::Comment(span) => {
                comments.push(*span);
                continue;
            }
            Item::Definition(definition) => definition.span,
            Item::Pragma(pragma) => pragma.span,
            Item::Include(include) => include.span,
        };
        let before = before_item(loaded, &comments, index, Some(next), &mut output);
        if let Item::Definition(definition) = item {
            let last = output.blocks.last();
            let documents = last.is_some_and(|block| block.documents(definition));
            visit(definition, &comments, before.filter(|_| documents));
        }
        comments.clear();
    }
    before_item(loaded, &comments, loaded.items.len(), None, &mut output);
    output
}

/// Parses the blocks before an item and returns the sections of the last one.
fn before_item<'s>(
    loaded: &'s LoadedSchema,
    comments: &[Span],
    next_item: usize,
    next: Option<Span>,
    output: &mut DocComments,
) -> Option<Vec<Section<'s>>> {
    if !dialect::CHECKED_DOCS.contains(loaded.version) {
        return None;
    }
    let mut last = None;
    let sources = &loaded.sources;
    for mut block in block::find(sources, comments, next_item, next, &mut output.diagnostics) {
        let parsed = block.parse(sources, loaded.version);
        last = Some(parsed.unwrap_or_else(|diagnostic| {
            output.diagnostics.push(diagnostic);
            Vec::new()
        }));
        output.blocks.push(block);
    }
    last
}

fn definition_docs(
    loaded: &LoadedSchema,
    definition: &Definition,
    comments: &[Span],
    before: Option<Vec<Section<'_>>>,
) -> DefinitionDocs {
    let names = member_names(definition);
    let sections =
        before.unwrap_or_else(|| free::sections(&loaded.sources, definition, comments, &names));
    let mut docs = DefinitionDocs::default();
    for section in &sections {
        docs.add(section, &names);
    }
    if matches!(definition.body, DefinitionBody::Alternate(_)) {
        // The names of the branches are not on the wire: a value is deprecated.
        let members = docs.members.iter_mut();
        members.for_each(|branch| {
            branch.facts.deprecated = None;
            branch.facts.replaced_by = None;
        });
    }
    if loaded.documentation == DocumentationKind::Facts {
        docs.remove_prose();
    }
    docs
}

/// The names that the comment of a definition may describe.
fn member_names(definition: &Definition) -> HashSet<&str> {
    let values = definition.values().iter().map(|value| &value.name);
    let members = definition.members().iter().map(|member| &member.name);
    let branches = definition.branches().iter().map(|branch| &branch.name);
    let names = values.chain(members).chain(branches);
    names.map(|name| name.value.as_str()).collect()
}

impl DefinitionDocs {
    fn add(&mut self, section: &Section<'_>, names: &HashSet<&str>) {
        match section.kind {
            SectionKind::Tagged("Since") => self.add_since(section, names),
            SectionKind::Member(name) if names.contains(name) => {
                self.members.push(entity(name, section));
            }
            SectionKind::Feature(name) => {
                if name == "deprecated" {
                    self.add_replacements(&section.text());
                }
                self.features.push(entity(name, section));
            }
            _ => self.add_body(section),
        }
    }

    fn add_body(&mut self, section: &Section<'_>) {
        let text = section.text();
        self.facts.since = self.facts.since.or_else(|| facts::since_line(section));
        if self.facts.deprecated.is_none() {
            self.facts.deprecated = facts::definition_deprecation(&text);
        }
        if self.facts.replaced_by.is_none() {
            self.facts.replaced_by = replacement::find(&text, self.facts.deprecated.is_some());
        }
        let heading = match section.kind {
            SectionKind::Body | SectionKind::Feature(_) => None,
            SectionKind::Tagged(tag) if tag.starts_with("Example") => None,
            SectionKind::Tagged(tag) => Some(format!("{tag}:")),
            SectionKind::Member(name) => Some(format!("@{name}:")),
        };
        self.prose
            .extend(prose::blocks(section, heading.as_deref()));
    }

    /// Adds what a feature `deprecated` says about the definition and its members.
    fn add_replacements(&mut self, text: &str) {
        for (subject, names) in replacement::of_subjects(text) {
            let Some(subject) = subject else {
                self.facts.replaced_by = Some(names);
                continue;
            };
            let known = self
                .members
                .iter_mut()
                .find(|member| member.name == subject);
            match known {
                Some(member) => member.facts.replaced_by = Some(names),
                None => self.members.push(EntityDocs {
                    name: subject.to_owned(),
                    facts: Facts {
                        replaced_by: Some(names),
                        ..Facts::default()
                    },
                    prose: Vec::new(),
                }),
            }
        }
    }

    /// Parses `Since: 2.1 (poweroff since 2.8)`.
    fn add_since(&mut self, section: &Section<'_>, names: &HashSet<&str>) {
        let text = section.text();
        self.facts.since = self.facts.since.or(facts::first_release(&text));
        let dates = facts::named_since(&text).into_iter();
        for (name, date) in dates.filter(|(name, _)| names.contains(name)) {
            let described = self.members.iter().position(|entity| entity.name == name);
            let index = described.unwrap_or(self.members.len());
            if described.is_none() {
                self.members.push(EntityDocs {
                    name: name.to_owned(),
                    ..EntityDocs::default()
                });
            }
            self.members[index].facts.since.get_or_insert(date);
        }
    }
}

fn entity(name: &str, section: &Section<'_>) -> EntityDocs {
    let text = section.text();
    let deprecated = facts::member_deprecation(&text);
    EntityDocs {
        name: name.to_owned(),
        facts: Facts {
            since: facts::member_since(&text).or_else(|| facts::since_line(section)),
            replaced_by: replacement::find(&text, deprecated.is_some()),
            deprecated,
        },
        prose: prose::blocks(section, None),
    }
}

#[cfg(test)]
mod tests;
