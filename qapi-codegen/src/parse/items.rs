//! The comments and expressions of a file.
//!
//! In every schema an expression begins at the beginning of a line. An invalid
//! one therefore ends, at the latest, before the next line that begins with a
//! brace.

use std::ops::Range;

use super::syntax_error::syntax_error;
use super::tokens::{SchemaToken, TokenReader, is_blank};
use super::tree::{self, SyntaxItem, SyntaxNode};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// The brackets that an expression begins with.
const BRACKETS: [char; 2] = ['{', '['];

/// Parses the valid expressions, and reports an error for each invalid one.
pub fn file(file: FileId, text: &str) -> (Vec<SyntaxItem<'_>>, Vec<Diagnostic>) {
    let mut items = Vec::new();
    let mut diagnostics = Vec::new();
    let mut offset = 0;
    while let Some(start) = next_token(text, offset) {
        if text[start..].starts_with('#') {
            offset = line_end(text, start);
            items.push(SyntaxItem::Comment(Span::new(file, start..offset)));
        } else if let Some(node) = valid_expression(file, text, start) {
            offset = node.span.range().end;
            items.push(SyntaxItem::Expression(node));
        } else {
            let range = invalid_expression(text, start);
            offset = range.end;
            diagnostics.push(syntax_error(file, text, range));
        }
    }
    (items, diagnostics)
}

/// Parses the expression at an offset, if it is valid. One without brackets is
/// valid if nothing follows it, because noise has quotes, too.
fn valid_expression(file: FileId, text: &str, start: usize) -> Option<SyntaxNode<'_>> {
    let node = tree::expression(file, text, start)?;
    let limit = || next_expression(text, start);
    let rest = || TokenReader::new(&text[..limit()], node.span.range().end);
    let is_valid = text[start..].starts_with(BRACKETS) || rest().next().is_none();
    is_valid.then_some(node)
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

/// The range of the invalid expression at an offset: up to its closing bracket or to
/// the next expression, whichever comes first.
fn invalid_expression(text: &str, start: usize) -> Range<usize> {
    let limit = next_expression(text, start);
    if !text[start..].starts_with(BRACKETS) {
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
