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
    let mut items = Vec::new();
    root.for_each(|pair| add_items(file, 0, pair, &mut items));
    Some(items)
}

/// Parses the expression in `text[range]`, with blanks and comments around it,
/// if it is valid.
pub fn fragment(file: FileId, text: &str, range: Range<usize>) -> Option<SyntaxItem> {
    let start = range.start;
    let mut pairs = Grammar::parse(Rule::fragment, &text[range]).ok()?;
    let inner = pairs.next().into_iter().flat_map(Pair::into_inner);
    let mut items = Vec::new();
    inner.for_each(|pair| add_items(file, start, pair, &mut items));
    let mut items = items.into_iter();
    items.find(|item| matches!(item, SyntaxItem::Expression(_)))
}

/// Adds an expression, or each line of a comment.
fn add_items(file: FileId, offset: usize, pair: Pair<'_, Rule>, items: &mut Vec<SyntaxItem>) {
    match pair.as_rule() {
        Rule::comment => {
            let mut start = offset + pair.as_span().start();
            for line in pair.as_str().split('\n') {
                let end = start + line.len();
                items.push(SyntaxItem::Comment(Span::new(file, start..end)));
                start = end + 1;
            }
        }
        Rule::expression => {
            let value = pair.into_inner().next();
            items.extend(value.map(|value| SyntaxItem::Expression(node(file, offset, value))));
        }
        _ => {}
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceFile, Sources};

    fn file_id() -> FileId {
        Sources::default().add(SourceFile {
            name: "a.json".to_owned(),
            text: String::new(),
            included_from: None,
        })
    }

    #[test]
    fn each_line_of_a_comment_is_an_item() {
        let text = "# a\n#b\n\n # c\n{ 'x': # d\n [ true, null, '\\'' ] } # e\n#";
        let items = file(file_id(), text).unwrap();
        let texts = items.iter().map(|item| match item {
            SyntaxItem::Comment(span) => &text[span.range()],
            SyntaxItem::Expression(node) => node.value.kind(),
        });
        let texts: Vec<&str> = texts.collect();
        assert_eq!(texts, ["# a", "#b", "# c", "an object", "# e", "#"]);
    }

    #[test]
    fn a_fragment_is_the_expression_between_comments() {
        let text = "x { 'a': 'b' } # c\n# d\n";
        let item = fragment(file_id(), text, 1..text.len());
        let Some(SyntaxItem::Expression(node)) = item else {
            panic!("no expression");
        };
        assert_eq!(&text[node.span.range()], "{ 'a': 'b' }");
    }
}
