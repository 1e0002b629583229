//! Parts of a schema that could not be parsed.
//!
//! A reference to an undefined name is not an error if the definition has a
//! syntax error, or if its whole file is missing.

use std::collections::HashSet;

use crate::ast::Definition;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Sources, Span};

/// The parts of a schema that could not be parsed.
pub struct Unparsed<'s> {
    /// The definitions with an error inside.
    definitions: HashSet<Span>,
    /// The files with an error outside of all definitions.
    files: HashSet<FileId>,
    /// The names that the text of these files seems to define.
    names: HashSet<&'s str>,
    has_missing_file: bool,
}

impl<'s> Unparsed<'s> {
    /// Evaluates the diagnostics of loading and parsing.
    pub fn new(sources: &'s Sources, definitions: &[&Definition], found: &[Diagnostic]) -> Self {
        let mut spans: Vec<Span> = definitions.iter().map(|found| found.span).collect();
        spans.sort_by_key(|span| (span.file, span.start));
        let mut unparsed = Unparsed {
            definitions: HashSet::new(),
            files: HashSet::new(),
            names: HashSet::new(),
            has_missing_file: found.iter().any(is_missing_file),
        };
        for diagnostic in found {
            let span = diagnostic.location.span;
            match enclosing(&spans, span).filter(|_| !is_syntax_error(diagnostic)) {
                Some(span) => unparsed.definitions.insert(span),
                None => unparsed.files.insert(span.file),
            };
        }
        for &file in &unparsed.files {
            unparsed.names.extend(defined_in(&sources.file(file).text));
        }
        unparsed
    }

    /// Returns `true` if a definition has an error inside.
    pub fn is_inside(&self, definition: &Definition) -> bool {
        self.definitions.contains(&definition.span)
    }

    /// Returns `true` if a file has an error between its definitions.
    pub fn is_between(&self, file: FileId) -> bool {
        self.files.contains(&file)
    }

    /// Returns `true` if an unparsed part may define a name.
    pub fn may_define(&self, name: &str) -> bool {
        self.has_missing_file || self.names.contains(name)
    }
}

fn is_missing_file(diagnostic: &Diagnostic) -> bool {
    matches!(
        diagnostic.code,
        Code::UnreadableInclude | Code::IncludeTooDeep
    )
}

/// Returns `true` if a whole expression could not be parsed. The error may be
/// reported inside the next one, if the first is not closed.
fn is_syntax_error(diagnostic: &Diagnostic) -> bool {
    matches!(
        diagnostic.code,
        Code::Syntax | Code::UnterminatedString | Code::NestedTooDeep
    )
}

/// The definition around the start of a span.
fn enclosing(sorted: &[Span], inner: Span) -> Option<Span> {
    let is_before = |span: &Span| (span.file, span.start) <= (inner.file, inner.start);
    let after = sorted.partition_point(is_before);
    let span = *sorted.get(after.checked_sub(1)?)?;
    (span.file == inner.file && inner.start < span.end).then_some(span)
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
