//! The parts of a file: expressions, and lines of comment between them.
//!
//! The brackets alone say where an expression ends, so that the grammar is applied to
//! expressions and not to comments, which are most of a file.

use std::ops::Range;

use super::tokens::{SchemaToken, TokenReader};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// A part of a file, with its range.
pub enum Part {
    /// A line of comment outside of all expressions.
    Comment(Range<usize>),
    /// What should be an expression.
    Expression(Range<usize>),
}

/// The maximum nesting depth. The parser is recursive, so that its stack is as deep as
/// its input; no schema nests deeper than ten.
const MAX_DEPTH: usize = 64;

/// Divides a file, if no bracket is nested too deeply.
pub fn parts(file: FileId, text: &str) -> Result<Vec<Part>, Diagnostic> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    let mut tokens = TokenReader::new(text, 0);
    while let Some((place, token)) = tokens.next_or_comment() {
        if depth == 0 {
            start = place.start;
        }
        match token {
            SchemaToken::Comment if depth == 0 => parts.push(Part::Comment(place)),
            SchemaToken::Comment => {}
            SchemaToken::OpenObject | SchemaToken::OpenArray if depth == MAX_DEPTH => {
                return Err(nested_too_deep(Span::new(file, place)));
            }
            SchemaToken::OpenObject | SchemaToken::OpenArray => depth += 1,
            SchemaToken::CloseObject | SchemaToken::CloseArray if depth > 1 => depth -= 1,
            SchemaToken::CloseObject | SchemaToken::CloseArray => {
                depth = 0;
                parts.push(Part::Expression(start..place.end));
            }
            _ if depth == 0 => parts.push(Part::Expression(place)),
            _ => {}
        }
    }
    if depth > 0 {
        parts.push(Part::Expression(start..text.len()));
    }
    Ok(parts)
}

fn nested_too_deep(bracket: Span) -> Diagnostic {
    let message = format!("more than {MAX_DEPTH} nested brackets");
    Diagnostic::new(Code::NestedTooDeep, bracket, message)
        .with_help("no schema needs more than a dozen: close the brackets before this one")
}
