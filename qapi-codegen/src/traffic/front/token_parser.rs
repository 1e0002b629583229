//! Tokens as QEMU's parser reads them: whether they are a value, and the first
//! problem if they are not.

use std::collections::HashSet;

use super::scanner::{Token, TokenKind};
use super::string_token::check_string;

/// A problem of text, by its name in the wordings, with the part that QEMU quotes.
pub type TextProblem = (&'static str, Vec<u8>);

/// Reads the tokens of a value one after another.
#[derive(Debug)]
pub struct TokenParser {
    open: Vec<Container>,
    /// Names are read as any value, and refused afterwards.
    reads_names_as_values: bool,
    allows_duplicates: bool,
}

/// An object or an array that is open.
#[derive(Debug)]
struct Container {
    is_object: bool,
    expected: Expected,
    name: Vec<u8>,
    names: HashSet<Vec<u8>>,
}

/// What may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    FirstItem,
    Item,
    Colon,
    Value,
    Separator,
}

impl TokenParser {
    pub fn new(reads_names_as_values: bool, allows_duplicates: bool) -> Self {
        TokenParser {
            open: Vec::new(),
            reads_names_as_values,
            allows_duplicates,
        }
    }

    /// Forgets what is open.
    pub fn clear(&mut self) {
        self.open.clear();
    }

    /// Reads a token.
    pub fn push(&mut self, token: &Token) -> Result<(), TextProblem> {
        let Some(last) = self.open.last_mut() else {
            return self.begin_value(token);
        };
        let (open, close) = if last.is_object {
            (b'{', b'}')
        } else {
            (b'[', b']')
        };
        let punctuation = match token.kind {
            TokenKind::Punctuation(byte) => byte,
            _ => 0,
        };
        match (last.expected, punctuation) {
            (Expected::FirstItem | Expected::Separator, byte) if byte == close => {
                self.open.pop();
                self.end_value()
            }
            (Expected::Separator, b',') => {
                last.expected = Expected::Item;
                Ok(())
            }
            (Expected::Separator, _) if open == b'{' => Err(("syntax-object", Vec::new())),
            (Expected::Separator, _) => Err(("syntax-array", Vec::new())),
            (Expected::Colon, b':') => {
                last.expected = Expected::Value;
                Ok(())
            }
            (Expected::Colon, _) => Err(("syntax-colon", Vec::new())),
            (Expected::FirstItem | Expected::Item, _) if open == b'{' => self.begin_name(token),
            (Expected::FirstItem | Expected::Item | Expected::Value, _) => self.begin_value(token),
        }
    }

    fn begin_name(&mut self, token: &Token) -> Result<(), TextProblem> {
        if token.kind != TokenKind::String {
            return match self.reads_names_as_values {
                true => self.begin_value(token),
                false => Err(("syntax-key", Vec::new())),
            };
        }
        let name = check_string(&token.text)?;
        if let Some(last) = self.open.last_mut() {
            (last.name, last.expected) = (name, Expected::Colon);
        }
        Ok(())
    }

    fn begin_value(&mut self, token: &Token) -> Result<(), TextProblem> {
        match token.kind {
            TokenKind::Punctuation(byte @ (b'{' | b'[')) => {
                self.open.push(Container {
                    is_object: byte == b'{',
                    expected: Expected::FirstItem,
                    name: Vec::new(),
                    names: HashSet::new(),
                });
                return Ok(());
            }
            TokenKind::String => drop(check_string(&token.text)?),
            TokenKind::Number => {}
            TokenKind::Keyword if matches!(&token.text[..], b"true" | b"false" | b"null") => {}
            TokenKind::Keyword => return Err(("syntax-keyword", token.text.clone())),
            TokenKind::Punctuation(_) | TokenKind::Stray => {
                return Err(("syntax-value", Vec::new()));
            }
        }
        self.end_value()
    }

    /// Ends a value inside of what is open.
    fn end_value(&mut self) -> Result<(), TextProblem> {
        let Some(last) = self.open.last_mut() else {
            return Ok(());
        };
        if last.is_object && last.expected != Expected::Value {
            return Err(("syntax-key-type", Vec::new()));
        }
        last.expected = Expected::Separator;
        let name = std::mem::take(&mut last.name);
        if last.is_object && !last.names.insert(name) && !self.allows_duplicates {
            return Err(("duplicate-member", Vec::new()));
        }
        Ok(())
    }
}
