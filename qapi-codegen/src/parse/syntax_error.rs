//! Errors for invalid expressions.
//!
//! The grammar only rejects a text. This reads its tokens with a stack of its
//! own and stops at the first unexpected one, where QEMU reports the error too.

use std::ops::Range;

use super::tokens::{SchemaToken, TokenReader};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// The brackets that are open, with their offsets.
type OpenBrackets = Vec<(usize, SchemaToken)>;

/// The syntax error in `text[range]`, which is not a valid expression.
///
/// It may be at the token after the range if the expression is not closed.
pub fn syntax_error(file: FileId, text: &str, range: Range<usize>) -> Diagnostic {
    let mut open = OpenBrackets::new();
    let mut expected = ExpectedToken::Expression;
    for (place, token) in TokenReader::new(text, range.start) {
        let is_inside = place.start < range.end;
        let next = is_inside.then(|| expected.after(token, &mut open, place.start));
        match next.flatten() {
            Some(next) => expected = next,
            None => return unexpected(text, Span::new(file, place), Some(token), expected, &open),
        }
    }
    // The end of the file: before the newline of the last line.
    let end = text.strip_suffix('\n').unwrap_or(text).len();
    unexpected(text, Span::new(file, end..end), None, expected, &open)
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
        open: &mut OpenBrackets,
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

/// The error for an unexpected token, or for the end of the file.
fn unexpected(
    text: &str,
    place: Span,
    token: Option<SchemaToken>,
    expected: ExpectedToken,
    open: &OpenBrackets,
) -> Diagnostic {
    if token == Some(SchemaToken::Unterminated) {
        let message = "unterminated string";
        return Diagnostic::new(Code::UnterminatedString, place, message)
            .with_help("add the missing single quote; a string cannot contain a newline");
    }
    let found = &text[place.range()];
    let shown = match token {
        None => "the end of the file".to_owned(),
        Some(_) => format!("`{}`", printable(found)),
    };
    let message = format!("expected {}, found {shown}", expected.as_str());
    let mut diagnostic = Diagnostic::new(Code::Syntax, place, message);
    // These mean that a bracket before them was not closed.
    let begins_line = text[..place.start as usize].ends_with('\n');
    let is_end = token.is_none() || token == Some(SchemaToken::OpenObject) && begins_line;
    if let Some(&(start, _)) = open.last()
        && is_end
    {
        let bracket = Span::new(place.file, start..start + 1);
        diagnostic = diagnostic.with_label(bracket, "this bracket is not closed");
    }
    let help = help(found, token, expected, !open.is_empty());
    diagnostic.with_help(help.map_or_else(
        || format!("write {} here", expected.as_str()),
        str::to_owned,
    ))
}

fn help(
    found: &str,
    token: Option<SchemaToken>,
    expected: ExpectedToken,
    open: bool,
) -> Option<&'static str> {
    use ExpectedToken::{
        CommaOrCloseArray, CommaOrCloseObject, Expression, Key, KeyOrClose, Value,
    };
    use SchemaToken::{CloseArray, CloseObject, OpenArray, OpenObject, Stray, String, Word};
    Some(match (token, expected) {
        (None, _) | (Some(OpenObject), CommaOrCloseObject) if open => {
            "close the brackets that are open"
        }
        (Some(CloseObject), Key) | (Some(CloseArray), Value) => "remove the trailing comma",
        (Some(CloseObject | CloseArray), Expression) => {
            "remove the bracket, or add the opening one"
        }
        (Some(Stray), _) if found == "\"" => "write strings in single quotes",
        (Some(Stray), _) if found.starts_with(|c: char| c.is_ascii_digit()) => {
            "numbers are not supported: write a string or a boolean"
        }
        (Some(Word), Key | KeyOrClose) => "write keys in single quotes",
        (Some(Stray), _) if found.starts_with(char::is_alphabetic) => {
            "write strings in single quotes"
        }
        (Some(String | OpenObject | OpenArray), CommaOrCloseArray)
        | (Some(String), CommaOrCloseObject) => "put a comma before it",
        (_, Expression) => "the top level of a schema consists of objects",
        _ => return None,
    })
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
