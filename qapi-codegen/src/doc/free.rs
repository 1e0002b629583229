//! Sections of comments without a checked syntax.
//!
//! Before 2.9 blocks lack their end or their beginning, name something else, or
//! name nothing; then the comment directly above the definition is read.

use std::collections::HashSet;

use super::section::{DocLine, Section, SectionKind, SectionList};
use crate::ast::Definition;
use crate::source::{Sources, Span};

/// The sections of the comment of a definition, from all comment lines since
/// the previous item; `names` may be described.
pub fn sections<'s>(
    sources: &'s Sources,
    definition: &Definition,
    comments: &[Span],
    names: &HashSet<&str>,
) -> Vec<Section<'s>> {
    let mut reader = FreeReader {
        names,
        in_features: false,
        sections: SectionList::new(),
    };
    for line in definition_lines(sources, definition, comments) {
        reader.line(line);
    }
    reader.sections.sections
}

struct FreeReader<'n, 's> {
    names: &'n HashSet<&'n str>,
    in_features: bool,
    sections: SectionList<'s>,
}

impl<'s> FreeReader<'_, 's> {
    fn line(&mut self, line: DocLine<'s>) {
        if line.text == "Features:" {
            self.in_features = true;
            self.sections.open(SectionKind::Body, line.span, None);
        } else if let Some((kind, rest)) = self.opened(line.text) {
            self.sections.open(kind, line.span, Some(rest));
        } else {
            self.sections.text(line);
        }
    }

    fn opened(&self, line: &'s str) -> Option<(SectionKind<'s>, &'s str)> {
        if let Some((name, rest)) = described(line) {
            if self.in_features {
                return Some((SectionKind::Feature(name), rest));
            }
            if self.names.contains(name) {
                return Some((SectionKind::Member(name), rest));
            }
        }
        let (tag, rest) = tagged(line)?;
        Some((SectionKind::Tagged(tag), rest))
    }
}

/// Splits `@name: text`; before 2.9 there may be a space more before the `@`.
fn described(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix(' ').unwrap_or(line);
    let (name, rest) = line.strip_prefix('@')?.split_once(':')?;
    let name = name.trim_end();
    (!name.is_empty() && !name.contains(char::is_whitespace)).then_some((name, rest))
}

const TAGS: [&str; 9] = [
    "Returns", "Return", "Errors", "Since", "Notes", "Note", "Examples", "Example", "TODO",
];

/// Splits `Returns: text` and `Since : 9.1`, but not `Example::`.
fn tagged(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.split_once(':')?;
    let tag = tag.trim_end();
    (TAGS.contains(&tag) && !rest.starts_with(':')).then_some((tag, rest))
}

/// The lines of the comment of a definition, below its header.
fn definition_lines<'s>(
    sources: &'s Sources,
    definition: &Definition,
    comments: &[Span],
) -> Vec<DocLine<'s>> {
    let file = definition.span.file;
    let start = comments.iter().rposition(|span| span.file != file);
    let comments = &comments[start.map_or(0, |index| index + 1)..];
    let line = |&span: &Span| DocLine {
        text: content(sources.text(span)),
        span,
    };
    let lines: Vec<DocLine<'_>> = comments.iter().map(line).collect();
    let name = &definition.name.value;
    if let Some(header) = lines.iter().position(|line| is_header(line.text, name)) {
        return up_to_end(&lines[header + 1..]);
    }
    let above = directly_above(sources, definition, comments);
    let lines = &lines[lines.len() - above..];
    let mut from_end = lines.iter().rev().skip(1);
    let opened = from_end.position(|line| line.text == DELIMITER);
    let block = &lines[opened.map_or(0, |from_end| lines.len() - 1 - from_end)..];
    let is_header = block.first().is_some_and(|line| is_any_header(line.text));
    up_to_end(&block[usize::from(is_header).min(block.len())..])
}

/// The [`content`] of a line `##`.
const DELIMITER: &str = "#";

/// A comment line without its `#` and the space after it; a line of several `#`
/// becomes [`DELIMITER`].
fn content(line: &str) -> &str {
    let line = line.trim_end();
    let text = line.trim_start_matches('#');
    if text.is_empty() && line.len() > 1 {
        return DELIMITER;
    }
    text.strip_prefix(' ').unwrap_or(text)
}

/// Returns `true` for the header of a name: `@NAME:`, `@NAME` or `NAME:`.
fn is_header(line: &str, name: &str) -> bool {
    let line = line.trim();
    let bare = line.strip_suffix(':').unwrap_or(line).trim_end();
    let marked = bare.strip_prefix('@');
    (marked.is_some() || bare.len() < line.len())
        && marked.unwrap_or(bare).eq_ignore_ascii_case(name)
}

/// Returns `true` for a line that looks like the header of any name.
fn is_any_header(line: &str) -> bool {
    line.strip_prefix('@')
        .is_some_and(|name| !name.trim_end_matches(':').contains([':', ' ']))
}

fn up_to_end<'s>(lines: &[DocLine<'s>]) -> Vec<DocLine<'s>> {
    let lines = lines.iter().copied();
    lines.take_while(|line| line.text != DELIMITER).collect()
}

/// The number of comment lines directly above a definition. One empty line may
/// follow a line `##`.
fn directly_above(sources: &Sources, definition: &Definition, comments: &[Span]) -> usize {
    let mut below = definition.span;
    let mut count = 0;
    let is_before = |span: &&Span| span.end <= definition.span.start;
    for &span in comments.iter().rev().filter(is_before) {
        let gap = sources.text(span.gap_before(below));
        let empty_lines = gap.matches('\n').count().saturating_sub(1);
        let closed = count == 0 && content(sources.text(span)) == DELIMITER;
        if empty_lines > usize::from(closed) {
            break;
        }
        below = span;
        count += 1;
    }
    count
}
