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

fn node(file: FileId, offset: usize, pair: Pair<'_, Rule>) -> SyntaxNode {
    let span = span(file, offset, &pair);
    let value = match pair.as_rule() {
        Rule::object => SyntaxValue::Object(entries(file, offset, pair)),
        Rule::array => {
            let elements = pair.into_inner().map(|pair| node(file, offset, pair));
            SyntaxValue::Array(elements.collect())
        }
        Rule::string => SyntaxValue::String(unquoted(&pair).to_owned()),
        Rule::boolean => SyntaxValue::Boolean(pair.as_str() == "true"),
        _ => SyntaxValue::Null,
    };
    SyntaxNode::new(value, span)
}

/// The keys and values of an object, which follow one another.
fn entries(file: FileId, offset: usize, object: Pair<'_, Rule>) -> Vec<(Name, SyntaxNode)> {
    let mut inner = object.into_inner();
    let mut entries = Vec::with_capacity(inner.len() / 2);
    while let (Some(key), Some(value)) = (inner.next(), inner.next()) {
        let key = Name::new(unquoted(&key).to_owned(), span(file, offset, &key));
        entries.push((key, node(file, offset, value)));
    }
    entries
}

fn unquoted<'t>(string: &Pair<'t, Rule>) -> &'t str {
    let quoted = string.as_str();
    &quoted[1..quoted.len() - 1]
}

fn span(file: FileId, offset: usize, pair: &Pair<'_, Rule>) -> Span {
    let span = pair.as_span();
    Span::new(file, offset + span.start()..offset + span.end())
}
