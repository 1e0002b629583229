//! Errors for invalid expressions.
//!
//! The grammar only rejects a text. This reads its tokens with a stack of its
//! own and stops at the first unexpected one, where QEMU reports the error too.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// The syntax error in `text[range]`, which is not a valid expression.
///
/// It may be at the token after the range if the expression is not closed.
pub fn syntax_error(file: FileId, text: &str, range: Range<usize>) -> Diagnostic {
    let mut tokens = TokenReader {
        text,
        next: range.start,
    };
    let mut open: Vec<(usize, SchemaToken)> = Vec::new();
    let mut expected = ExpectedToken::Expression;
    loop {
        let (place, token) = tokens.next();
        let next = match token {
            _ if place.start >= range.end => None,
            SchemaToken::End | SchemaToken::Unterminated => None,
            _ => expected.after(token, &mut open, place.start),
        };
        let Some(next) = next else {
            let span = Span::new(file, place);
            return unexpected(text, token, span, expected, open.last());
        };
        expected = next;
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum SchemaToken {
    OpenObject,
    CloseObject,
    OpenArray,
    CloseArray,
    Colon,
    Comma,
    String,
    Word,
    Stray,
    Unterminated,
    End,
}

/// The tokens that may come next.
#[derive(Clone, Copy, PartialEq)]
enum ExpectedToken {
    Expression,
    KeyOrClose,
    Key,
    Colon,
    Value,
    ValueOrClose,
    CommaOrCloseObject,
    CommaOrCloseArray,
    Nothing,
}

impl ExpectedToken {
    /// The tokens that may come after a token, or `None` if it is unexpected.
    fn after(
        self,
        token: SchemaToken,
        open: &mut Vec<(usize, SchemaToken)>,
        start: usize,
    ) -> Option<ExpectedToken> {
        use ExpectedToken::{
            Colon, CommaOrCloseArray, CommaOrCloseObject, Expression, Key, KeyOrClose, Value,
            ValueOrClose,
        };
        match (self, token) {
            (
                Expression | Value | ValueOrClose,
                SchemaToken::OpenObject | SchemaToken::OpenArray,
            ) => {
                open.push((start, token));
                let is_object = token == SchemaToken::OpenObject;
                Some(if is_object { KeyOrClose } else { ValueOrClose })
            }
            (Value | ValueOrClose, SchemaToken::String | SchemaToken::Word) => {
                Some(ExpectedToken::after_value(open))
            }
            (KeyOrClose | CommaOrCloseObject, SchemaToken::CloseObject)
            | (ValueOrClose | CommaOrCloseArray, SchemaToken::CloseArray) => {
                open.pop();
                Some(ExpectedToken::after_value(open))
            }
            (KeyOrClose | Key, SchemaToken::String) => Some(Colon),
            (Colon, SchemaToken::Colon) => Some(Value),
            (CommaOrCloseObject, SchemaToken::Comma) => Some(Key),
            (CommaOrCloseArray, SchemaToken::Comma) => Some(Value),
            _ => None,
        }
    }

    /// The tokens that may come after a complete value.
    fn after_value(open: &[(usize, SchemaToken)]) -> ExpectedToken {
        match open.last() {
            Some((_, SchemaToken::OpenObject)) => ExpectedToken::CommaOrCloseObject,
            Some(_) => ExpectedToken::CommaOrCloseArray,
            None => ExpectedToken::Nothing,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            ExpectedToken::Expression | ExpectedToken::Nothing => "an expression in `{ }`",
            ExpectedToken::KeyOrClose => "a string or `}`",
            ExpectedToken::Key => "a string",
            ExpectedToken::Colon => "`:`",
            ExpectedToken::Value => "a value",
            ExpectedToken::ValueOrClose => "a value or `]`",
            ExpectedToken::CommaOrCloseObject => "`,` or `}`",
            ExpectedToken::CommaOrCloseArray => "`,` or `]`",
        }
    }
}

fn unexpected(
    text: &str,
    token: SchemaToken,
    place: Span,
    expected: ExpectedToken,
    open: Option<&(usize, SchemaToken)>,
) -> Diagnostic {
    if token == SchemaToken::Unterminated {
        let message = "unterminated string";
        return Diagnostic::new(Code::UnterminatedString, place, message)
            .with_help("add the missing single quote; a string cannot contain a newline");
    }
    let found = match token {
        SchemaToken::End => "the end of the file".to_owned(),
        _ => format!("`{}`", printable(&text[place.range()])),
    };
    let message = format!("expected {}, found {found}", expected.as_str());
    let mut diagnostic = Diagnostic::new(Code::Syntax, place, message);
    if let Some(&(start, _)) = open
        && is_end(text, place, token)
    {
        let bracket = Span::new(place.file, start..start + 1);
        diagnostic = diagnostic.with_label(bracket, "this bracket is not closed");
    }
    match help(&text[place.range()], token, expected, open.is_some()) {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic.with_help(format!("write {} here", expected.as_str())),
    }
}

/// Returns `true` if an unexpected token means that a bracket before it was not
/// closed.
fn is_end(text: &str, place: Span, token: SchemaToken) -> bool {
    let before = &text[..place.start as usize];
    token == SchemaToken::End || token == SchemaToken::OpenObject && before.ends_with('\n')
}

fn help(
    found: &str,
    token: SchemaToken,
    expected: ExpectedToken,
    open: bool,
) -> Option<&'static str> {
    use SchemaToken::{CloseArray, CloseObject, End, OpenArray, OpenObject, Stray, String, Word};
    match (token, expected) {
        (End, _) | (OpenObject, ExpectedToken::CommaOrCloseObject) if open => {
            Some("close the brackets that are open")
        }
        (CloseObject, ExpectedToken::Key) | (CloseArray, ExpectedToken::Value) => {
            Some("remove the trailing comma")
        }
        (CloseObject | CloseArray, ExpectedToken::Expression) => {
            Some("remove the bracket, or add the opening one")
        }
        (Stray, _) if found == "\"" => Some("write strings in single quotes"),
        (Stray, _) if found.starts_with(|c: char| c.is_ascii_digit()) => {
            Some("numbers are not supported: write a string or a boolean")
        }
        (Word, ExpectedToken::Key | ExpectedToken::KeyOrClose) => {
            Some("write keys in single quotes")
        }
        (Stray, _) if found.starts_with(char::is_alphabetic) => {
            Some("write strings in single quotes")
        }
        (String | OpenObject | OpenArray, ExpectedToken::CommaOrCloseArray)
        | (String, ExpectedToken::CommaOrCloseObject) => Some("put a comma before it"),
        (_, ExpectedToken::Expression) => Some("the top level of a schema consists of objects"),
        _ => None,
    }
}

/// The beginning of a token in printable characters.
fn printable(token: &str) -> String {
    const MAX_LENGTH: usize = 40;
    let mut printable = String::new();
    for character in token.chars().take(MAX_LENGTH) {
        match character {
            ' '..='~' => printable.push(character),
            _ => printable.extend(character.escape_debug()),
        }
    }
    if token.chars().nth(MAX_LENGTH).is_some() {
        printable += "...";
    }
    printable
}

/// A reader of tokens that skips blanks and comments.
struct TokenReader<'t> {
    text: &'t str,
    next: usize,
}

impl TokenReader<'_> {
    fn next(&mut self) -> (Range<usize>, SchemaToken) {
        self.skip_blanks();
        let start = self.next;
        let Some(first) = self.text[start..].chars().next() else {
            return (self.end(), SchemaToken::End);
        };
        let (length, token) = match first {
            '{' => (1, SchemaToken::OpenObject),
            '}' => (1, SchemaToken::CloseObject),
            '[' => (1, SchemaToken::OpenArray),
            ']' => (1, SchemaToken::CloseArray),
            ':' => (1, SchemaToken::Colon),
            ',' => (1, SchemaToken::Comma),
            '\'' => string(&self.text[start..]),
            _ => word(&self.text[start..], first),
        };
        self.next = start + length;
        (start..self.next, token)
    }

    /// The end of the file: before the newline of the last line.
    fn end(&self) -> Range<usize> {
        let end = self.text.strip_suffix('\n').unwrap_or(self.text).len();
        end..end
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = &self.text[self.next..];
            let is_blank = |c: char| c.is_ascii_whitespace() || c == '\u{0B}';
            let blank = rest.len() - rest.trim_start_matches(is_blank).len();
            self.next += blank;
            if !rest[blank..].starts_with('#') {
                return;
            }
            let comment = &rest[blank..];
            self.next += comment.find('\n').unwrap_or(comment.len());
        }
    }
}

/// The length and kind of a token that begins with a quote.
fn string(text: &str) -> (usize, SchemaToken) {
    let mut escaped = false;
    for (offset, character) in text.char_indices().skip(1) {
        match character {
            '\n' => return (offset, SchemaToken::Unterminated),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => return (offset + 1, SchemaToken::String),
            _ => {}
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceFile, Sources};

    /// The position and message of the error.
    fn error_in(text: &str) -> String {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile {
            name: "t".into(),
            text: text.into(),
            included_from: None,
        });
        let found = syntax_error(file, text, 0..text.len());
        let at = sources.position(found.location.span);
        format!("{}:{}: {}", at.line, at.column, found.message)
    }

    #[test]
    fn the_first_unexpected_token_is_reported() {
        let cases = [
            ("{ 'a' 'b' }", "1:7: expected `:`, found `'b'`"),
            ("{ 'a': 'b' 'c' }", "1:12: expected `,` or `}`, found `'c'`"),
            (
                "{ 'a': [ 'b' 'c' ] }",
                "1:14: expected `,` or `]`, found `'c'`",
            ),
            ("{ 'a': 'b',\n}", "2:1: expected a string, found `}`"),
            ("{ 'a': [ 'b', ] }", "1:15: expected a value, found `]`"),
            ("{ 'a': }", "1:8: expected a value, found `}`"),
            ("{ a }", "1:3: expected a string or `}`, found `a`"),
            ("{ 'a': 12 }", "1:8: expected a value, found `12`"),
            ("{ 'a': \"b\" }", "1:8: expected a value, found `\"`"),
            ("{ 'a': truer }", "1:8: expected a value, found `truer`"),
            (
                "{ # }\n\n",
                "2:1: expected a string or `}`, found the end of the file",
            ),
            ("{ 'a", "1:3: unterminated string"),
            ("{ 'a' : [ } ]", "1:11: expected a value or `]`, found `}`"),
            ("}", "1:1: expected an expression in `{ }`, found `}`"),
            (
                "\u{1}",
                "1:1: expected an expression in `{ }`, found `\\u{1}`",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(error_in(text), expected, "{text}");
        }
    }
}
