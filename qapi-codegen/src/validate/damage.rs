//! What could not be read, so that nobody is blamed for what others broke.
//!
//! A name that nothing defines is a mistake, unless the definition is there and
//! has a syntax error, or its whole file is missing.

use std::collections::HashSet;

use crate::ast::Definition;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Sources, Span};

/// What could not be read of a schema.
pub struct Damage<'s> {
    /// The definitions that are there and have a mistake inside.
    definitions: HashSet<Span>,
    /// The files that have a mistake outside of all definitions.
    files: HashSet<FileId>,
    /// What is defined in text that could not be read.
    names: HashSet<&'s str>,
    /// Whether a file is missing.
    missing_file: bool,
}

impl<'s> Damage<'s> {
    /// Works out what the diagnostics of the stages before mean.
    pub fn new(sources: &'s Sources, definitions: &[&Definition], found: &[Diagnostic]) -> Self {
        let mut spans: Vec<Span> = definitions.iter().map(|found| found.span).collect();
        spans.sort_by_key(|span| (span.file, span.start));
        let mut damage = Damage {
            definitions: HashSet::new(),
            files: HashSet::new(),
            names: HashSet::new(),
            missing_file: false,
        };
        for diagnostic in found {
            damage.missing_file |= MISSING.contains(&diagnostic.code);
            let span = diagnostic.location.span;
            let is_lost = LOST.contains(&diagnostic.code);
            match enclosing(&spans, span).filter(|_| !is_lost) {
                Some(span) => damage.definitions.insert(span),
                None => damage.files.insert(span.file),
            };
        }
        for &file in &damage.files {
            damage.names.extend(defined_in(&sources.file(file).text));
        }
        damage
    }

    /// Whether something inside of a definition could not be read.
    pub fn is_inside(&self, definition: &Definition) -> bool {
        self.definitions.contains(&definition.span)
    }

    /// Whether something between the definitions of a file could not be read.
    pub fn is_between(&self, file: FileId) -> bool {
        self.files.contains(&file)
    }

    /// Whether a name that is not there may be defined in what could not be read.
    pub fn may_define(&self, name: &str) -> bool {
        self.missing_file || self.names.contains(name)
    }
}

/// The codes that say a file is not there.
const MISSING: [Code; 2] = [Code::UnreadableInclude, Code::IncludeTooDeep];

/// The codes that say an expression could not be read at all; where it runs into
/// the next one, they are reported there.
const LOST: [Code; 3] = [Code::Syntax, Code::UnterminatedString, Code::NestedTooDeep];

/// The definition around a place.
fn enclosing(sorted: &[Span], place: Span) -> Option<Span> {
    let is_before = |span: &Span| (span.file, span.start) <= (place.file, place.start);
    let after = sorted.partition_point(is_before);
    let span = *sorted.get(after.checked_sub(1)?)?;
    (span.file == place.file && place.start < span.end).then_some(span)
}

/// The names of the types that a text seems to define.
fn defined_in(text: &str) -> impl Iterator<Item = &str> {
    let kinds = ["'enum'", "'struct'", "'union'", "'alternate'"];
    kinds
        .into_iter()
        .flat_map(move |kind| text.match_indices(kind))
        .filter_map(|(start, kind)| {
            let value = text[start + kind.len()..].trim_start().strip_prefix(':')?;
            let name = value.trim_start().strip_prefix('\'')?;
            name.split(['\'', '\n']).next()
        })
}
