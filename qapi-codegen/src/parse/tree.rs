//! Text to a tree of objects, lists and strings.
//!
//! The only file that knows pest.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pair;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Name, Span, Spanned};

#[derive(pest_derive::Parser)]
#[grammar = "parse/qapi.pest"]
struct Grammar;

/// One thing at the top level of a file.
pub enum Part {
    /// A line of comment.
    Comment(Span),
    /// An expression, which should be an object.
    Expression(Node),
}

/// A value and its place.
pub type Node = Spanned<Value>;

/// A value of the language.
pub enum Value {
    /// Keys and values in order; a key may come twice.
    Object(Vec<(Name, Node)>),
    /// Elements in order.
    Array(Vec<Node>),
    /// A string, as it stands between its quotes.
    String(String),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`, which releases up to 4.1 have.
    Null,
}

/// Reads a whole file.
pub fn file(file: FileId, text: &str) -> Result<Vec<Part>, Diagnostic> {
    let mut pairs =
        Grammar::parse(Rule::file, text).map_err(|error| syntax_error(file, text, &error))?;
    let root = pairs.next().into_iter().flat_map(Pair::into_inner);
    Ok(root.filter_map(|pair| part(file, 0, pair)).collect())
}

/// Reads the expression that is all of `text[range]`, but for blanks and comments.
pub fn fragment(
    file: FileId,
    text: &str,
    range: std::ops::Range<usize>,
) -> Result<Part, Diagnostic> {
    let start = range.start as u32;
    let fragment = &text[range];
    let mut pairs = Grammar::parse(Rule::fragment, fragment).map_err(|error| {
        let mut diagnostic = syntax_error(file, fragment, &error);
        for span in [&mut diagnostic.span, &mut diagnostic.focus] {
            span.start += start;
            span.end += start;
        }
        diagnostic
    })?;
    let inner = pairs.next().into_iter().flat_map(Pair::into_inner);
    let parts = inner.filter_map(|pair| part(file, start, pair));
    parts.last().ok_or_else(|| {
        Diagnostic::error(
            "syntax",
            span_at(file, text, start),
            "expected an expression",
        )
    })
}

fn part(file: FileId, offset: u32, pair: Pair<'_, Rule>) -> Option<Part> {
    match pair.as_rule() {
        Rule::comment => Some(Part::Comment(span(file, offset, &pair))),
        Rule::expression => {
            let value = pair.into_inner().next()?;
            Some(Part::Expression(node(file, offset, value)))
        }
        _ => None,
    }
}

fn node(file: FileId, offset: u32, value: Pair<'_, Rule>) -> Node {
    let span = span(file, offset, &value);
    let Some(inner) = value.into_inner().next() else {
        return Node::new(Value::Null, span);
    };
    let value = match inner.as_rule() {
        Rule::object => Value::Object(
            inner
                .into_inner()
                .map(|pair| entry(file, offset, pair))
                .collect(),
        ),
        Rule::array => Value::Array(
            inner
                .into_inner()
                .map(|pair| node(file, offset, pair))
                .collect(),
        ),
        Rule::string => Value::String(text(&inner).to_owned()),
        Rule::boolean => Value::Boolean(inner.as_str() == "true"),
        _ => Value::Null,
    };
    Node::new(value, span)
}

fn entry(file: FileId, offset: u32, pair: Pair<'_, Rule>) -> (Name, Node) {
    let place = span(file, offset, &pair);
    let mut inner = pair.into_inner();
    let key = inner.next().map_or_else(
        || Name::new(String::new(), place),
        |key| Name::new(text(&key).to_owned(), span(file, offset, &key)),
    );
    let value = inner.next().map_or_else(
        || Node::new(Value::Null, place),
        |value| node(file, offset, value),
    );
    (key, value)
}

fn text<'t>(string: &Pair<'t, Rule>) -> &'t str {
    let quoted = string.as_str();
    &quoted[1..quoted.len() - 1]
}

fn span(file: FileId, offset: u32, pair: &Pair<'_, Rule>) -> Span {
    let span = pair.as_span();
    Span {
        file,
        start: offset + span.start() as u32,
        end: offset + span.end() as u32,
    }
}

fn span_at(file: FileId, text: &str, start: u32) -> Span {
    let length = text[start as usize..]
        .chars()
        .next()
        .map_or(0, char::len_utf8);
    Span {
        file,
        start,
        end: start + length as u32,
    }
}

/// Says what the parser expected, in the words of the language.
fn syntax_error(file: FileId, text: &str, error: &pest::error::Error<Rule>) -> Diagnostic {
    let start = match error.location {
        InputLocation::Pos(start) | InputLocation::Span((start, _)) => start,
    };
    let span = span_at(file, text, start as u32);
    let rest = &text[start..];
    if let Some(diagnostic) = lexical_error(span, text, rest) {
        return diagnostic;
    }
    let found = rest
        .chars()
        .next()
        .map_or("the end of the file".to_owned(), |found| {
            format!("`{}`", found.escape_default())
        });
    let message = format!("expected {}, found {found}", expected(text, start, error));
    let diagnostic = Diagnostic::error("syntax", span, message);
    match rest.chars().next() {
        None => diagnostic.with_help("a bracket that was opened before is not closed"),
        Some('}' | ']') if last_token(text, start) == Some(',') => {
            diagnostic.with_help("the language has no trailing commas: leave out the comma before")
        }
        Some('"') => diagnostic.with_help("strings stand in single quotes"),
        Some('0'..='9') => diagnostic.with_help("the language has no numbers"),
        _ => diagnostic,
    }
}

/// Recognises a string that is not closed, where pest would only say that a
/// quote is missing somewhere.
fn lexical_error(span: Span, text: &str, rest: &str) -> Option<Diagnostic> {
    let line_start = text[..span.start as usize]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let quote = open_quote(&text[line_start..span.start as usize])?;
    if !(rest.is_empty() || rest.starts_with('\n') || rest.starts_with('\\')) {
        return None;
    }
    let start = (line_start + quote) as u32;
    let place = Span {
        start,
        end: span.start.max(start + 1),
        ..span
    };
    Some(
        Diagnostic::error(
            "unterminated-string",
            place,
            "this string is not closed on its line",
        )
        .with_help("add the missing single quote; a string cannot hold a newline"),
    )
}

/// Where the string begins that is still open at the end of this part of a line.
fn open_quote(line: &str) -> Option<usize> {
    let mut open = None;
    let mut escaped = false;
    for (offset, character) in line.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if open.is_some() => escaped = true,
            '#' if open.is_none() => return None,
            '\'' => open = if open.is_some() { None } else { Some(offset) },
            _ => {}
        }
    }
    open
}

fn last_token(text: &str, end: usize) -> Option<char> {
    text[..end].trim_end().chars().next_back()
}

fn expected(text: &str, start: usize, error: &pest::error::Error<Rule>) -> String {
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        return "an expression".to_owned();
    };
    let mut words: Vec<&str> = positives.iter().filter_map(rule_name).collect();
    words.sort_unstable();
    words.dedup();
    if words.is_empty() {
        return after(last_token(text, start)).to_owned();
    }
    words.join(" or ")
}

/// The parser does not report which punctuation it wanted; the token before
/// this place tells it.
fn after(token: Option<char>) -> &'static str {
    match token {
        Some('{') => "a string or `}`",
        Some('[') => "a value or `]`",
        Some(':') => "a value",
        Some(',') => "a string or a value",
        Some('\'' | ']' | '}' | 'e') => "`,`, `:` or a closing bracket",
        _ => "an expression in `{ }`",
    }
}

fn rule_name(rule: &Rule) -> Option<&'static str> {
    match rule {
        Rule::value | Rule::object | Rule::array | Rule::boolean | Rule::null => Some("a value"),
        Rule::string | Rule::pair => Some("a string"),
        Rule::expression | Rule::EOI => Some("an expression in `{ }`"),
        _ => None,
    }
}
