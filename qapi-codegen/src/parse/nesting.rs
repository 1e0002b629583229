//! A limit on the nesting of brackets.
//!
//! The parser is recursive, so that its stack is as deep as its input. No
//! schema nests deeper than ten.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// The maximum nesting depth.
const MAX_DEPTH: usize = 64;

/// Checks that no bracket is nested too deeply.
pub fn check(file: FileId, text: &str) -> Result<(), Diagnostic> {
    let mut depth = 0_usize;
    for (offset, bracket) in BracketReader::new(text.as_bytes(), 0) {
        match bracket {
            b'{' | b'[' => depth += 1,
            _ => depth = depth.saturating_sub(1),
        }
        if depth > MAX_DEPTH {
            return Err(too_deep(Span::new(file, offset..offset + 1)));
        }
    }
    Ok(())
}

fn too_deep(span: Span) -> Diagnostic {
    let message = format!("more than {MAX_DEPTH} nested brackets");
    Diagnostic::new(Code::NestedTooDeep, span, message)
        .with_help("no schema needs more than a dozen: close the brackets before this one")
}

/// An iterator over the brackets outside of strings and comments.
pub struct BracketReader<'t> {
    text: &'t [u8],
    offset: usize,
}

impl<'t> BracketReader<'t> {
    /// Creates an iterator that starts at an offset.
    pub fn new(text: &'t [u8], offset: usize) -> Self {
        BracketReader { text, offset }
    }

    fn skip_comment(&mut self) {
        let rest = &self.text[self.offset..];
        self.offset += rest.iter().take_while(|&&byte| byte != b'\n').count();
    }

    /// Skips a string, which ends with its line if it is not closed.
    fn skip_string(&mut self) {
        while let Some(&byte) = self.text.get(self.offset) {
            let next = self.text.get(self.offset + 1);
            match byte {
                b'\n' => return,
                b'\'' => {
                    self.offset += 1;
                    return;
                }
                b'\\' if next.is_some_and(|&next| next != b'\n') => self.offset += 2,
                _ => self.offset += 1,
            }
        }
    }
}

impl Iterator for BracketReader<'_> {
    type Item = (usize, u8);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let byte = *self.text.get(self.offset)?;
            self.offset += 1;
            match byte {
                b'#' => self.skip_comment(),
                b'\'' => self.skip_string(),
                b'{' | b'[' | b'}' | b']' => return Some((self.offset - 1, byte)),
                _ => {}
            }
        }
    }
}
