//! The sound expressions of a file that has a syntax error.
//!
//! In every schema an expression begins at the beginning of a line. So a broken
//! one ends, at the latest, before the next line that begins with a brace.

use std::ops::Range;

use super::explain::explain;
use super::nesting::Brackets;
use super::tree::{self, Part};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// Reads what can be read, and reports each expression that cannot.
pub fn file(file: FileId, text: &str) -> (Vec<Part>, Vec<Diagnostic>) {
    let mut parts = Vec::new();
    let mut diagnostics = Vec::new();
    let mut offset = 0;
    while let Some(start) = next_token(text, offset) {
        let range = if text[start..].starts_with('#') {
            let end = line_end(text, start);
            parts.push(Part::Comment(Span {
                file,
                start: start as u32,
                end: end as u32,
            }));
            start..end
        } else {
            let range = expression(text, start);
            match tree::fragment(file, text, range.clone()) {
                Some(part) => parts.push(part),
                None => diagnostics.push(explain(file, text, range.clone())),
            }
            range
        };
        offset = range.end;
    }
    (parts, diagnostics)
}

fn next_token(text: &str, offset: usize) -> Option<usize> {
    let blank = |character: char| character.is_ascii_whitespace() || character == '\u{0B}';
    let rest = &text[offset..];
    rest.find(|character| !blank(character))
        .map(|start| offset + start)
}

fn line_end(text: &str, start: usize) -> usize {
    text[start..]
        .find('\n')
        .map_or(text.len(), |newline| start + newline)
}

/// The expression that begins here: up to the bracket that closes it, or to
/// where the next one begins if that comes first.
fn expression(text: &str, start: usize) -> Range<usize> {
    let limit = next_start(text, start);
    if !text[start..].starts_with(['{', '[']) {
        return start..limit;
    }
    let mut depth = 0_usize;
    for (offset, bracket) in Brackets::new(&text.as_bytes()[..limit], start) {
        match bracket {
            b'{' | b'[' => depth += 1,
            _ => depth -= 1,
        }
        if depth == 0 {
            return start..offset + 1;
        }
    }
    start..limit
}

fn next_start(text: &str, start: usize) -> usize {
    ["\n{", "\n##"]
        .iter()
        .filter_map(|beginning| text[start..].find(beginning))
        .min()
        .map_or(text.len(), |newline| start + newline + 1)
}
