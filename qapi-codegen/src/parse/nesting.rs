//! A limit on the nesting of brackets.
//!
//! The parser is recursive, so that its stack is as deep as its input. No
//! schema nests deeper than ten.

use super::tokens::{SchemaToken, TokenReader};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// The maximum nesting depth.
const MAX_DEPTH: usize = 64;

/// Checks that no bracket is nested too deeply.
pub fn check(file: FileId, text: &str) -> Result<(), Diagnostic> {
    let mut depth = 0_usize;
    for (place, token) in TokenReader::new(text, 0) {
        match token {
            SchemaToken::OpenObject | SchemaToken::OpenArray => depth += 1,
            SchemaToken::CloseObject | SchemaToken::CloseArray => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} nested brackets");
            let found = Diagnostic::new(Code::NestedTooDeep, Span::new(file, place), message);
            let help = "no schema needs more than a dozen: close the brackets before this one";
            return Err(found.with_help(help));
        }
    }
    Ok(())
}
