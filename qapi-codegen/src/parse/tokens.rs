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

    fn skip_blanks(&mut self) {
        loop {
            let rest = &self.text[self.next..];
            let blank = rest.len() - rest.trim_start_matches(is_blank).len();
            self.next += blank;
            if !rest[blank..].starts_with('#') {
                return;
            }
            let comment = &rest[blank..];
            self.next += memchr(b'\n', comment.as_bytes()).unwrap_or(comment.len());
        }
    }
}

impl Iterator for TokenReader<'_> {
    type Item = (Range<usize>, SchemaToken);

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_blanks();
        let start = self.next;
        let rest = &self.text[start..];
        let first = rest.chars().next()?;
        let (length, token) = match first {
            '{' => (1, SchemaToken::OpenObject),
            '}' => (1, SchemaToken::CloseObject),
            '[' => (1, SchemaToken::OpenArray),
            ']' => (1, SchemaToken::CloseArray),
            ':' => (1, SchemaToken::Colon),
            ',' => (1, SchemaToken::Comma),
            '\'' => string(rest),
            _ => word(rest, first),
        };
        self.next = start + length;
        Some((start..self.next, token))
    }
}

/// Returns `true` for white space between tokens.
pub fn is_blank(character: char) -> bool {
    character.is_ascii_whitespace() || character == '\u{0B}'
}

/// The length and kind of a token that begins with a quote.
fn string(text: &str) -> (usize, SchemaToken) {
    let mut next = 1;
    while let Some(offset) = memchr3(
        b'\'',
        b'\\',
        b'\n',
        text.as_bytes().get(next..).unwrap_or_default(),
    ) {
        next += offset;
        match text.as_bytes()[next] {
            b'\n' => return (next, SchemaToken::Unterminated),
            b'\'' => return (next + 1, SchemaToken::String),
            // An escape has two characters, but never reaches the next line.
            _ if text.as_bytes().get(next + 1) == Some(&b'\n') => next += 1,
            _ => next += 2,
        }
    }
    (text.len(), SchemaToken::Unterminated)
}

/// The length and kind of a word or of a character that begins no token.
fn word(text: &str, first: char) -> (usize, SchemaToken) {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    match &text[..end.unwrap_or(text.len())] {
        word @ ("true" | "false" | "null") => (word.len(), SchemaToken::Word),
        word => (word.len().max(first.len_utf8()), SchemaToken::Stray),
    }
}
