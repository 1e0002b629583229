//! Concrete syntax: objects, arrays and strings.
//!
//! The only file that uses pest.

use std::ops::Range;

use pest::Parser;
use pest::iterators::Pair;

use crate::source::{FileId, Name, Span, Spanned};

#[derive(pest_derive::Parser)]
#[grammar = "parse/qapi.pest"]
struct Grammar;

pub enum SyntaxItem {
    Comment(Span),
    /// An expression, which should be an object.
    Expression(SyntaxNode),
}

pub type SyntaxNode = Spanned<SyntaxValue>;

pub enum SyntaxValue {
    /// The keys and values in order; keys may be duplicate.
    Object(Vec<(Name, SyntaxNode)>),
    Array(Vec<SyntaxNode>),
    /// The text between the quotes, with its escapes.
    String(String),
    Boolean(bool),
    /// `null`, which releases up to 4.1 have.
    Null,
}

impl SyntaxValue {
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

/// Parses a file, if all of it is valid.
pub fn file(file: FileId, text: &str) -> Option<Vec<SyntaxItem>> {
    let mut pairs = Grammar::parse(Rule::file, text).ok()?;
    let root = pairs.next().into_iter().flat_map(Pair::into_inner);
    Some(root.filter_map(|pair| item(file, 0, pair)).collect())
}

/// Parses the expression in `text[range]`, with blanks and comments around it,
/// if it is valid.
pub fn fragment(file: FileId, text: &str, range: Range<usize>) -> Option<SyntaxItem> {
    let start = range.start;
    let mut pairs = Grammar::parse(Rule::fragment, &text[range]).ok()?;
    let inner = pairs.next().into_iter().flat_map(Pair::into_inner);
    inner.filter_map(|pair| item(file, start, pair)).last()
}

fn item(file: FileId, offset: usize, pair: Pair<'_, Rule>) -> Option<SyntaxItem> {
    match pair.as_rule() {
        Rule::comment => Some(SyntaxItem::Comment(span(file, offset, &pair))),
        Rule::expression => {
            let value = pair.into_inner().next()?;
            Some(SyntaxItem::Expression(node(file, offset, value)))
        }
        _ => None,
    }
}

fn node(file: FileId, offset: usize, value: Pair<'_, Rule>) -> SyntaxNode {
    let span = span(file, offset, &value);
    let Some(inner) = value.into_inner().next() else {
        return SyntaxNode::new(SyntaxValue::Null, span);
    };
    let value = match inner.as_rule() {
        Rule::object => {
            let pairs = inner.into_inner();
            let entries = pairs.filter_map(|pair| entry(file, offset, pair));
            SyntaxValue::Object(entries.collect())
        }
        Rule::array => {
            let elements = inner.into_inner().map(|pair| node(file, offset, pair));
            SyntaxValue::Array(elements.collect())
        }
        Rule::string => SyntaxValue::String(unquoted(&inner).to_owned()),
        Rule::boolean => SyntaxValue::Boolean(inner.as_str() == "true"),
        _ => SyntaxValue::Null,
    };
    SyntaxNode::new(value, span)
}

/// A key and its value, which every pair of the grammar has.
fn entry(file: FileId, offset: usize, pair: Pair<'_, Rule>) -> Option<(Name, SyntaxNode)> {
    let mut inner = pair.into_inner();
    let (key, value) = (inner.next()?, inner.next()?);
    let key = Name::new(unquoted(&key).to_owned(), span(file, offset, &key));
    Some((key, node(file, offset, value)))
}

fn unquoted<'t>(string: &Pair<'t, Rule>) -> &'t str {
    let quoted = string.as_str();
    &quoted[1..quoted.len() - 1]
}

fn span(file: FileId, offset: usize, pair: &Pair<'_, Rule>) -> Span {
    let span = pair.as_span();
    Span::new(file, offset + span.start()..offset + span.end())
}
