//! The tokens of the schema language.

use std::ops::Range;

use memchr::{memchr, memchr3};

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SchemaToken {
    OpenObject,
    CloseObject,
    OpenArray,
    CloseArray,
    Colon,
    Comma,
    String,
    Word,
    /// A line of comment, without its end.
    Comment,
    /// A character or word that begins no token.
    Stray,
    /// A string without its closing quote, which ends with its line.
    Unterminated,
}

/// A reader of tokens that skips blanks and comments.
pub struct TokenReader<'t> {
    text: &'t str,
    next: usize,
}

impl<'t> TokenReader<'t> {
    /// Creates a reader that starts at an offset.
    pub fn new(text: &'t str, offset: usize) -> Self {
        TokenReader { text, next: offset }
    }

    /// Reads the next token, which may be a comment.
    pub fn next_or_comment(&mut self) -> Option<(Range<usize>, SchemaToken)> {
        let bytes = &self.text.as_bytes()[self.next..];
        let blank = bytes.iter().position(|&byte| !is_blank(byte.into()))?;
        let rest = &bytes[blank..];
        let start = self.next + blank;
        let (length, token) = match rest[0] {
            b'{' => (1, SchemaToken::OpenObject),
            b'}' => (1, SchemaToken::CloseObject),
            b'[' => (1, SchemaToken::OpenArray),
            b']' => (1, SchemaToken::CloseArray),
            b':' => (1, SchemaToken::Colon),
            b',' => (1, SchemaToken::Comma),
            b'\'' => string(rest),
            b'#' => {
                let line_end = memchr(b'\n', rest);
                (line_end.unwrap_or(rest.len()), SchemaToken::Comment)
            }
            _ => word(&self.text[start..]),
        };
        self.next = start + length;
        Some((start..self.next, token))
    }
}

impl Iterator for TokenReader<'_> {
    type Item = (Range<usize>, SchemaToken);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let found = self.next_or_comment()?;
            if found.1 != SchemaToken::Comment {
                return Some(found);
            }
        }
    }
}

/// Returns `true` for white space between tokens.
pub fn is_blank(character: char) -> bool {
    character.is_ascii_whitespace() || character == '\u{0B}'
}

/// The length and kind of a token that begins with a quote.
fn string(text: &[u8]) -> (usize, SchemaToken) {
    let mut next = 1;
    while let Some(offset) = memchr3(b'\'', b'\\', b'\n', text.get(next..).unwrap_or_default()) {
        next += offset;
        match text[next] {
            b'\n' => return (next, SchemaToken::Unterminated),
            b'\'' => return (next + 1, SchemaToken::String),
            // An escape has two characters, but never reaches the next line.
            _ if text.get(next + 1) == Some(&b'\n') => next += 1,
            _ => next += 2,
        }
    }
    (text.len(), SchemaToken::Unterminated)
}

/// The length and kind of a word or of a character that begins no token.
fn word(text: &str) -> (usize, SchemaToken) {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    match &text[..end.unwrap_or(text.len())] {
        word @ ("true" | "false" | "null") => (word.len(), SchemaToken::Word),
        "" => (
            text.chars().next().map_or(0, char::len_utf8),
            SchemaToken::Stray,
        ),
        word => (word.len(), SchemaToken::Stray),
    }
}
