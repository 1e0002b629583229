//! Text to a tree of objects, lists and strings.
//!
//! The only file that knows pest.

use std::ops::Range;

use pest::Parser;
use pest::iterators::Pair;

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

/// Reads a whole file, if all of it is sound.
pub fn file(file: FileId, text: &str) -> Option<Vec<Part>> {
    let mut pairs = Grammar::parse(Rule::file, text).ok()?;
    let root = pairs.next().into_iter().flat_map(Pair::into_inner);
    Some(root.filter_map(|pair| part(file, 0, pair)).collect())
}

/// Reads the expression that is all of `text[range]`, but for blanks and
/// comments, if it is sound.
pub fn fragment(file: FileId, text: &str, range: Range<usize>) -> Option<Part> {
    let start = range.start as u32;
    let mut pairs = Grammar::parse(Rule::fragment, &text[range]).ok()?;
    let inner = pairs.next().into_iter().flat_map(Pair::into_inner);
    inner.filter_map(|pair| part(file, start, pair)).last()
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
