//! Concrete syntax: objects, arrays and strings.
//!
//! The parser accepts the syntax of all releases; later stages check the
//! release, so that errors can name it. It only rejects a text: the error is
//! found by [`syntax_error`](super::syntax_error).

use std::ops::Range;

use super::tokens::{SchemaToken, TokenReader};
use crate::source::{FileId, Name, Span, Spanned};

pub enum SyntaxItem<'t> {
    Comment(Span),
    /// An expression, which should be an object.
    Expression(SyntaxNode<'t>),
}

pub type SyntaxNode<'t> = Spanned<SyntaxValue<'t>>;

/// The key of an object, without its quotes.
pub type Key<'t> = Spanned<&'t str>;

impl Key<'_> {
    /// The key as the name of an entity.
    pub fn into_name(self) -> Name {
        Name::new(self.value.to_owned(), self.span)
    }
}

pub enum SyntaxValue<'t> {
    /// The keys and values in order; keys may be duplicate.
    Object(Vec<(Key<'t>, SyntaxNode<'t>)>),
    Array(Vec<SyntaxNode<'t>>),
    /// The text between the quotes, with its escapes.
    String(&'t str),
    Boolean(bool),
    /// `null`, which releases up to 4.1 have.
    Null,
}

impl SyntaxValue<'_> {
    /// The kind of the value with its article, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            SyntaxValue::Object(_) => "an object",
            SyntaxValue::Array(_) => "an array",
            SyntaxValue::String(_) => "a string",
            SyntaxValue::Boolean(_) => "a boolean",
            SyntaxValue::Null => "null",
        }
    }
}

/// Parses the expression at an offset, if it is valid.
pub fn expression(file: FileId, text: &str, start: usize) -> Option<SyntaxNode<'_>> {
    let tokens = TokenReader::new(text, start);
    let mut parser = Parser {
        file,
        text,
        tokens,
        depth: 0,
    };
    let first = parser.tokens.next()?;
    parser.value(first)
}

/// The maximum number of nested brackets: the parser is recursive, so that its
/// stack is as deep as its input. No schema nests deeper than ten.
pub const MAX_DEPTH: usize = 64;

/// A token and its place.
type PlacedToken = (Range<usize>, SchemaToken);

struct Parser<'t> {
    file: FileId,
    text: &'t str,
    tokens: TokenReader<'t>,
    /// The number of open brackets.
    depth: usize,
}

impl<'t> Parser<'t> {
    /// Parses the value that begins with a token.
    fn value(&mut self, (place, token): PlacedToken) -> Option<SyntaxNode<'t>> {
        let start = place.start;
        let (value, end) = match token {
            SchemaToken::OpenObject => {
                let (entries, end) = self.list(SchemaToken::CloseObject, Parser::entry)?;
                (SyntaxValue::Object(entries), end)
            }
            SchemaToken::OpenArray => {
                let (elements, end) = self.list(SchemaToken::CloseArray, Parser::value)?;
                (SyntaxValue::Array(elements), end)
            }
            SchemaToken::String => (SyntaxValue::String(self.unquoted(&place)), place.end),
            SchemaToken::Word => (self.word(&place), place.end),
            _ => return None,
        };
        Some(SyntaxNode::new(value, Span::new(self.file, start..end)))
    }

    /// Parses elements and commas up to a closing bracket, and returns its end.
    fn list<T>(
        &mut self,
        close: SchemaToken,
        element: fn(&mut Self, PlacedToken) -> Option<T>,
    ) -> Option<(Vec<T>, usize)> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        let mut elements = Vec::new();
        let mut next = self.tokens.next()?;
        if next.1 == close {
            return Some((elements, next.0.end));
        }
        self.depth += 1;
        loop {
            elements.push(element(self, next)?);
            next = self.tokens.next()?;
            match next.1 {
                SchemaToken::Comma => next = self.tokens.next()?,
                token if token == close => break,
                _ => return None,
            }
        }
        self.depth -= 1;
        Some((elements, next.0.end))
    }

    /// Parses a key and its value.
    fn entry(&mut self, (place, token): PlacedToken) -> Option<(Key<'t>, SyntaxNode<'t>)> {
        if token != SchemaToken::String || self.tokens.next()?.1 != SchemaToken::Colon {
            return None;
        }
        let value = self.tokens.next()?;
        let key = self.unquoted(&place);
        let key = Key::new(key, Span::new(self.file, place));
        Some((key, self.value(value)?))
    }

    fn word(&self, place: &Range<usize>) -> SyntaxValue<'t> {
        match &self.text[place.clone()] {
            "true" => SyntaxValue::Boolean(true),
            "false" => SyntaxValue::Boolean(false),
            _ => SyntaxValue::Null,
        }
    }

    fn unquoted(&self, place: &Range<usize>) -> &'t str {
        &self.text[place.start + 1..place.end - 1]
    }
}
