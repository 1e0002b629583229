//! A bound on how deep brackets nest.
//!
//! The parser is recursive, so the depth of its input is the depth of its
//! stack. No schema nests deeper than ten; a file that does is not one.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// How deep brackets may nest.
const LIMIT: usize = 64;

/// Finds the first bracket that nests too deep.
pub fn check(file: FileId, text: &str) -> Result<(), Diagnostic> {
    let mut depth = 0_usize;
    for (offset, token) in Brackets::new(text.as_bytes(), 0) {
        match token {
            b'{' | b'[' => depth += 1,
            _ => depth = depth.saturating_sub(1),
        }
        if depth > LIMIT {
            let span = Span {
                file,
                start: offset as u32,
                end: offset as u32 + 1,
            };
            return Err(too_deep(span));
        }
    }
    Ok(())
}

fn too_deep(span: Span) -> Diagnostic {
    let message = format!("brackets nest deeper than {LIMIT} levels");
    Diagnostic::new(Code::NestedTooDeep, span, message)
        .with_help("no schema needs more than a dozen: close the brackets before this place")
}

/// The brackets of a text that stand outside of strings and comments.
pub struct Brackets<'t> {
    text: &'t [u8],
    offset: usize,
}

impl<'t> Brackets<'t> {
    /// The brackets from an offset on.
    pub fn new(text: &'t [u8], offset: usize) -> Self {
        Brackets { text, offset }
    }

    fn skip_comment(&mut self) {
        while self
            .text
            .get(self.offset)
            .is_some_and(|&byte| byte != b'\n')
        {
            self.offset += 1;
        }
    }

    /// Skips a string; one that is not closed ends with its line.
    fn skip_string(&mut self) {
        while let Some(&byte) = self.text.get(self.offset) {
            match byte {
                b'\n' => return,
                b'\'' => {
                    self.offset += 1;
                    return;
                }
                b'\\'
                    if self
                        .text
                        .get(self.offset + 1)
                        .is_some_and(|&next| next != b'\n') =>
                {
                    self.offset += 2;
                }
                _ => self.offset += 1,
            }
        }
    }
}

impl Iterator for Brackets<'_> {
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
