//! The valid expressions of a file with syntax errors.
//!
//! In every schema an expression begins at the beginning of a line. An invalid
//! one therefore ends, at the latest, before the next line that begins with a
//! brace.

use std::ops::Range;

use super::syntax_error::syntax_error;
use super::tokens::{SchemaToken, TokenReader, is_blank};
use super::tree::{self, SyntaxItem};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// Parses the valid expressions, and reports an error for each other one.
pub fn file(file: FileId, text: &str) -> (Vec<SyntaxItem>, Vec<Diagnostic>) {
    let mut items = Vec::new();
    let mut diagnostics = Vec::new();
    let mut offset = 0;
    while let Some(start) = next_token(text, offset) {
        let range = if text[start..].starts_with('#') {
            let range = start..line_end(text, start);
            items.push(SyntaxItem::Comment(Span::new(file, range.clone())));
            range
        } else {
            let range = expression(text, start);
            match tree::expression(file, text, range.clone()) {
                Some(item) => items.push(item),
                None => diagnostics.push(syntax_error(file, text, range.clone())),
            }
            range
        };
        offset = range.end;
    }
    (items, diagnostics)
}

fn next_token(text: &str, offset: usize) -> Option<usize> {
    let start = text[offset..].find(|character| !is_blank(character))?;
    Some(offset + start)
}

fn line_end(text: &str, start: usize) -> usize {
    text[start..]
        .find('\n')
        .map_or(text.len(), |newline| start + newline)
}

/// The range of the expression at an offset: up to its closing bracket or to
/// the next expression, whichever comes first.
fn expression(text: &str, start: usize) -> Range<usize> {
    let limit = next_expression(text, start);
    if !text[start..].starts_with(['{', '[']) {
        return start..limit;
    }
    let mut depth = 0_usize;
    for (place, token) in TokenReader::new(&text[..limit], start) {
        match token {
            SchemaToken::OpenObject | SchemaToken::OpenArray => depth += 1,
            SchemaToken::CloseObject | SchemaToken::CloseArray => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return start..place.end;
        }
    }
    start..limit
}

fn next_expression(text: &str, start: usize) -> usize {
    ["\n{", "\n##"]
        .iter()
        .filter_map(|beginning| text[start..].find(beginning))
        .min()
        .map_or(text.len(), |newline| start + newline + 1)
}
