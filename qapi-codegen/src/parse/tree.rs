//! Concrete syntax: objects, arrays and strings.
//!
//! The only file that uses pest. Its parser in `grammar.rs` is made from `qapi.pest` by
//! the test in `tests/grammar`.

use std::ops::Range;

use pest::Parser;
use pest::iterators::Pair;

use super::grammar::{Grammar, Rule};
use super::outline::Part;
use crate::source::{FileId, Name, Span, Spanned};

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

/// Parses the parts of a file, if all expressions are valid.
pub fn file(file: FileId, text: &str, parts: Vec<Part>) -> Option<Vec<SyntaxItem>> {
    let item = |part| match part {
        Part::Comment(range) => Some(SyntaxItem::Comment(Span::new(file, range))),
        Part::Expression(range) => expression(file, text, range),
    };
    parts.into_iter().map(item).collect()
}

/// Parses the expression in `text[range]`, with blanks and comments around it,
/// if it is valid.
pub fn expression(file: FileId, text: &str, range: Range<usize>) -> Option<SyntaxItem> {
    let start = range.start;
    let parsed = Grammar::parse(Rule::expression, &text[range]).ok()?;
    let value = parsed.flat_map(Pair::into_inner).next()?;
    Some(SyntaxItem::Expression(node(file, start, value)))
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
    use crate::parse::outline;
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
        let parts = outline::parts(file_id(), text).unwrap();
        let items = file(file_id(), text, parts).unwrap();
        let texts = items.iter().map(|item| match item {
            SyntaxItem::Comment(span) => &text[span.range()],
            SyntaxItem::Expression(node) => node.value.kind(),
        });
        let texts: Vec<&str> = texts.collect();
        assert_eq!(texts, ["# a", "#b", "# c", "an object", "# e", "#"]);
    }

    #[test]
    fn blanks_and_comments_may_stand_around_an_expression() {
        let text = "x { 'a': 'b' } # c\n# d\n";
        let item = expression(file_id(), text, 1..text.len());
        let Some(SyntaxItem::Expression(node)) = item else {
            panic!("no expression");
        };
        assert_eq!(&text[node.span.range()], "{ 'a': 'b' }");
    }
}
