//! Why a text is no expression.
//!
//! The grammar says that a text is wrong; this says where and what was expected
//! there. It reads tokens with a stack of its own and stops at the first that
//! does not fit, which is also where QEMU reports the mistake.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// Explains why `text[range]` is no expression.
///
/// The token after the range is looked at too: it is what an expression runs
/// into that is not closed.
pub fn explain(file: FileId, text: &str, range: Range<usize>) -> Diagnostic {
    let mut tokens = Tokens {
        text,
        next: range.start,
    };
    let mut open: Vec<(usize, Token)> = Vec::new();
    let mut expected = Expected::Expression;
    loop {
        let (place, token) = tokens.next();
        let after = match token {
            _ if place.start >= range.end => None,
            Token::End | Token::Unterminated => None,
            _ => expected.after(token, &mut open, place.start),
        };
        let Some(after) = after else {
            let span = span(file, place);
            return wrong(file, text, token, span, expected, open.last());
        };
        expected = after;
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    OpenObject,
    CloseObject,
    OpenList,
    CloseList,
    Colon,
    Comma,
    String,
    Word,
    Stray,
    Unterminated,
    End,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq)]
enum Expected {
    Expression,
    KeyOrClose,
    Key,
    Colon,
    Value,
    ValueOrClose,
    CommaOrCloseObject,
    CommaOrCloseList,
    Nothing,
}

impl Expected {
    /// What may come after a token, or nothing if the token may not come.
    fn after(self, token: Token, open: &mut Vec<(usize, Token)>, start: usize) -> Option<Expected> {
        use Expected::{
            Colon, CommaOrCloseList, CommaOrCloseObject, Expression, Key, KeyOrClose, Value,
            ValueOrClose,
        };
        match (self, token) {
            (Expression | Value | ValueOrClose, Token::OpenObject | Token::OpenList) => {
                open.push((start, token));
                let is_object = token == Token::OpenObject;
                Some(if is_object { KeyOrClose } else { ValueOrClose })
            }
            (Value | ValueOrClose, Token::String | Token::Word) => Some(Expected::within(open)),
            (KeyOrClose | CommaOrCloseObject, Token::CloseObject)
            | (ValueOrClose | CommaOrCloseList, Token::CloseList) => {
                open.pop();
                Some(Expected::within(open))
            }
            (KeyOrClose | Key, Token::String) => Some(Colon),
            (Colon, Token::Colon) => Some(Value),
            (CommaOrCloseObject, Token::Comma) => Some(Key),
            (CommaOrCloseList, Token::Comma) => Some(Value),
            _ => None,
        }
    }

    /// What may come after a whole value.
    fn within(open: &[(usize, Token)]) -> Expected {
        match open.last() {
            Some((_, Token::OpenObject)) => Expected::CommaOrCloseObject,
            Some(_) => Expected::CommaOrCloseList,
            None => Expected::Nothing,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Expected::Expression | Expected::Nothing => "an expression in `{ }`",
            Expected::KeyOrClose => "a string or `}`",
            Expected::Key => "a string",
            Expected::Colon => "`:`",
            Expected::Value => "a value",
            Expected::ValueOrClose => "a value or `]`",
            Expected::CommaOrCloseObject => "`,` or `}`",
            Expected::CommaOrCloseList => "`,` or `]`",
        }
    }
}

fn wrong(
    file: FileId,
    text: &str,
    token: Token,
    place: Span,
    expected: Expected,
    open: Option<&(usize, Token)>,
) -> Diagnostic {
    if token == Token::Unterminated {
        let message = "this string is not closed on its line";
        return Diagnostic::new(Code::UnterminatedString, place, message)
            .with_help("add the missing single quote; a string cannot hold a newline");
    }
    let found = match token {
        Token::End => "the end of the file".to_owned(),
        _ => format!("`{}`", shown(&text[place.range()])),
    };
    let message = format!("expected {}, found {found}", expected.as_str());
    let diagnostic = Diagnostic::new(Code::Syntax, place, message);
    let diagnostic = match open {
        Some(&(start, _)) if ends(text, place, token) => {
            let bracket = span(file, start..start + 1);
            diagnostic.with_label(bracket, "this bracket is not closed")
        }
        _ => diagnostic,
    };
    let help = help(&text[place.range()], token, expected, open.is_some());
    diagnostic.with_help(help.map_or_else(
        || format!("write {} here", expected.as_str()),
        str::to_owned,
    ))
}

/// Whether a token, where it was not expected, means that something before it
/// was not closed.
fn ends(text: &str, place: Span, token: Token) -> bool {
    let before = &text[..place.start as usize];
    token == Token::End || token == Token::OpenObject && before.ends_with('\n')
}

fn help(found: &str, token: Token, expected: Expected, open: bool) -> Option<&'static str> {
    match (token, expected) {
        (Token::End | Token::OpenObject, Expected::CommaOrCloseObject) if open => {
            Some("close the brackets that are open")
        }
        (Token::End, _) if open => Some("close the brackets that are open"),
        (Token::CloseObject, Expected::Key) | (Token::CloseList, Expected::Value) => {
            Some("leave out the comma before: the language has no trailing commas")
        }
        (Token::CloseObject | Token::CloseList, Expected::Expression) => {
            Some("remove the bracket, or add the one that opens")
        }
        (Token::Stray, _) if found == "\"" => Some("write strings in single quotes"),
        (Token::Stray, _) if found.starts_with(|c: char| c.is_ascii_digit()) => {
            Some("the language has no numbers: write a string or a boolean")
        }
        (Token::Word, Expected::Key | Expected::KeyOrClose) => Some("write keys in single quotes"),
        (Token::Stray, _) if found.starts_with(char::is_alphabetic) => {
            Some("write strings in single quotes")
        }
        (Token::String | Token::OpenObject | Token::OpenList, Expected::CommaOrCloseList)
        | (Token::String, Expected::CommaOrCloseObject) => Some("put a comma before it"),
        (_, Expected::Expression) => Some("only objects stand at the top level of a schema"),
        _ => None,
    }
}

/// The beginning of a token, which may be long, in printable characters.
fn shown(token: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown = String::new();
    for character in token.chars().take(LONGEST) {
        match character {
            ' '..='~' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    if token.chars().nth(LONGEST).is_some() {
        shown += "...";
    }
    shown
}

fn span(file: FileId, range: Range<usize>) -> Span {
    Span {
        file,
        start: range.start as u32,
        end: range.end as u32,
    }
}

/// The tokens of a text, without blanks and comments.
struct Tokens<'t> {
    text: &'t str,
    next: usize,
}

impl Tokens<'_> {
    fn next(&mut self) -> (Range<usize>, Token) {
        self.skip_blanks();
        let start = self.next;
        let Some(first) = self.text[start..].chars().next() else {
            return (self.end(), Token::End);
        };
        let (length, token) = match first {
            '{' => (1, Token::OpenObject),
            '}' => (1, Token::CloseObject),
            '[' => (1, Token::OpenList),
            ']' => (1, Token::CloseList),
            ':' => (1, Token::Colon),
            ',' => (1, Token::Comma),
            '\'' => string(&self.text[start..]),
            _ => word(&self.text[start..], first),
        };
        self.next = start + length;
        (start..self.next, token)
    }

    /// The end of a file is at the newline that ends it.
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

/// Length and kind of a token that begins with a quote.
fn string(text: &str) -> (usize, Token) {
    let mut escaped = false;
    for (offset, character) in text.char_indices().skip(1) {
        match character {
            '\n' => return (offset, Token::Unterminated),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => return (offset + 1, Token::String),
            _ => {}
        }
    }
    (text.len(), Token::Unterminated)
}

/// Length and kind of a token that is a word of the language, or none at all.
fn word(text: &str, first: char) -> (usize, Token) {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    match &text[..end.unwrap_or(text.len())] {
        word @ ("true" | "false" | "null") => (word.len(), Token::Word),
        word => (word.len().max(first.len_utf8()), Token::Stray),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceFile, Sources};

    /// What is said about a text: place, message, help.
    fn said(text: &str) -> String {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile {
            name: "t".into(),
            text: text.into(),
            included_from: None,
        });
        let found = explain(file, text, 0..text.len());
        let at = sources.position(found.location.span);
        format!("{}:{}: {}", at.line, at.column, found.message)
    }

    #[test]
    fn the_first_token_that_does_not_fit_is_reported() {
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
            ("{ 'a", "1:3: this string is not closed on its line"),
            ("{ 'a' : [ } ]", "1:11: expected a value or `]`, found `}`"),
            ("}", "1:1: expected an expression in `{ }`, found `}`"),
            (
                "\u{1}",
                "1:1: expected an expression in `{ }`, found `\\u{1}`",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(said(text), expected, "{text}");
        }
    }
}
