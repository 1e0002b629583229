//! Documentation comments: the facts they tell, and their prose.
//!
//! QEMU checks these comments from 2.9 on; before, they are free text with a
//! habit. What is read here is never required: a comment without the usual form
//! tells fewer facts and is no mistake. Nothing here knows what a name means.

mod facts;
mod lines;
mod names;
mod prose;
mod sections;

use std::collections::{HashMap, HashSet};

use crate::ast::{Definition, Item};
use crate::load::{Documentation, Loaded};
use crate::version::Series;

pub use prose::Block;
use sections::{Section, Target};

/// What the comment before a definition says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Docs {
    /// The facts of the definition itself.
    pub facts: Facts,
    /// The documented ones of the definition's own members, values and
    /// branches, in the order of the comment.
    pub members: Vec<EntryDocs>,
    /// The documented features, in the order of the comment.
    pub features: Vec<EntryDocs>,
    /// The text about the definition itself.
    pub prose: Vec<Block>,
}

impl Docs {
    /// What is said about a member, a value or a branch.
    pub fn member(&self, name: &str) -> Option<&EntryDocs> {
        self.members.iter().find(|entry| entry.name == name)
    }

    /// What is said about a feature.
    pub fn feature(&self, name: &str) -> Option<&EntryDocs> {
        self.features.iter().find(|entry| entry.name == name)
    }

    /// Keeps the facts alone, and the entries that tell one.
    pub fn forget_prose(&mut self) {
        self.prose.clear();
        for entries in [&mut self.members, &mut self.features] {
            entries.iter_mut().for_each(|entry| entry.prose.clear());
            entries.retain(|entry| !entry.facts.is_empty());
        }
    }
}

/// What a comment says about one member, value, branch or feature.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EntryDocs {
    /// Its name.
    pub name: String,
    /// Its facts.
    pub facts: Facts,
    /// The text about it.
    pub prose: Vec<Block>,
}

/// What a comment tells a program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The first series that has it.
    pub since: Option<Series>,
    /// Said to be deprecated or obsolete, which before 5.0 only comments say.
    pub deprecated: Option<Deprecation>,
}

impl Facts {
    /// Whether nothing is told.
    pub fn is_empty(&self) -> bool {
        *self == Facts::default()
    }
}

/// That something is deprecated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deprecation {
    /// The first series in which it is, where the comment says so.
    pub since: Option<Series>,
}

/// The documentation of each definition, in the order of the definitions.
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
/// let docs = doc::attach(&loaded);
/// assert_eq!(docs[0].facts.since.unwrap().to_string(), "1.7");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn attach(loaded: &Loaded) -> Vec<Docs> {
    let mut comments = Vec::new();
    let mut docs = Vec::new();
    for item in &loaded.items {
        match item {
            Item::Comment(span) => comments.push(*span),
            Item::Definition(definition) => {
                let lines = lines::of_definition(&loaded.sources, definition, &comments);
                let mut read = read(definition, &lines);
                if loaded.documentation == Documentation::Facts {
                    read.forget_prose();
                }
                docs.push(read);
                comments.clear();
            }
            Item::Include(_) | Item::Pragma(_) => comments.clear(),
        }
    }
    docs
}

/// Reads the lines of one comment, from below its header on.
fn read(definition: &Definition, lines: &[&str]) -> Docs {
    let names = names::of(definition);
    let mut docs = Docs::default();
    for section in sections::split(lines, &names) {
        match section.target {
            Target::Definition => docs.describe(&section),
            Target::Since => docs.date(&section, &names),
            Target::Member(name) => docs.members.push(entry(name, &section)),
            Target::Feature(name) => docs.features.push(entry(name, &section)),
        }
    }
    if names.are_wire_names() {
        return docs;
    }
    for branch in &mut docs.members {
        branch.facts.deprecated = None;
    }
    docs
}

impl Docs {
    fn describe(&mut self, section: &Section<'_>) {
        let text = section.text();
        self.facts.since = self.facts.since.or_else(|| facts::since_line(section));
        if self.facts.deprecated.is_none() {
            self.facts.deprecated = facts::definition_deprecated(&text);
        }
        self.prose.extend(prose::blocks(section));
    }

    /// Reads `Since: 2.1 (poweroff since 2.8)`.
    fn date(&mut self, section: &Section<'_>, names: &names::Names<'_>) {
        let text = section.text();
        self.facts.since = self.facts.since.or_else(|| facts::first_series(&text));
        let dates: Vec<_> = facts::named_since(&text)
            .into_iter()
            .filter(|(name, _)| names.has_member(name))
            .collect();
        let described: HashSet<String> = self.members.iter().map(|m| m.name.clone()).collect();
        let new = dates.iter().filter(|(name, _)| !described.contains(*name));
        self.members.extend(new.map(|(name, _)| EntryDocs {
            name: (*name).to_owned(),
            ..EntryDocs::default()
        }));
        let dates: HashMap<&str, Series> = dates.into_iter().collect();
        for entry in &mut self.members {
            let date = dates.get(entry.name.as_str()).copied();
            entry.facts.since = entry.facts.since.or(date);
        }
    }
}

fn entry(name: &str, section: &Section<'_>) -> EntryDocs {
    let text = section.text();
    EntryDocs {
        name: name.to_owned(),
        facts: Facts {
            since: facts::entry_since(&text).or_else(|| facts::since_line(section)),
            deprecated: facts::entry_deprecated(&text),
        },
        prose: prose::blocks(section),
    }
}

#[cfg(test)]
mod tests;
