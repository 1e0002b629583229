//! Shapes in words.

use super::{NodeId, Range, Shape, Shapes};
use crate::schema::JsonKind;

/// How many values of an enum are named.
const VALUES: usize = 6;

/// How many lists within lists are named; no schema has more than one.
const DEPTH: usize = 4;

/// What a value is, such as `string`, `32-bit integer` or `list of objects`.
pub fn describe(shapes: &Shapes<'_>, id: NodeId) -> String {
    described(shapes, id, DEPTH)
}

fn described(shapes: &Shapes<'_>, id: NodeId, depth: usize) -> String {
    match shapes.get(id) {
        Shape::Text => "string".to_owned(),
        Shape::Number => "number".to_owned(),
        Shape::Integer(range) => integer(*range),
        Shape::Boolean => "boolean".to_owned(),
        Shape::Null => "null".to_owned(),
        Shape::Any => "any value".to_owned(),
        Shape::Enum(values) => one_of(values.keys()),
        Shape::Object(_) => "object".to_owned(),
        Shape::Array(_) if depth == 0 => "list".to_owned(),
        Shape::Array(item) => format!("list, each {}", described(shapes, *item, depth - 1)),
        Shape::Alternate(branches) => branches
            .keys()
            .map(|&kind| kind_name(kind))
            .collect::<Vec<_>>()
            .join(" or "),
    }
}

fn one_of<'v>(values: impl ExactSizeIterator<Item = &'v &'v str>) -> String {
    let more = values.len().saturating_sub(VALUES);
    let shown: Vec<String> = values
        .take(VALUES)
        .map(|value| format!("\"{value}\""))
        .collect();
    match more {
        0 => format!("one of {}", shown.join(", ")),
        _ => format!("one of {} and {more} more", shown.join(", ")),
    }
}

fn integer(range: Range) -> String {
    let bits = (range.high - range.low + 1).ilog2();
    let sign = if range.low == 0 { "unsigned " } else { "" };
    format!("{sign}{bits}-bit integer")
}

/// The kind of a JSON value in a word.
pub fn kind_name(kind: JsonKind) -> &'static str {
    match kind {
        JsonKind::String => "string",
        JsonKind::Number => "number",
        JsonKind::Integer => "integer",
        JsonKind::Boolean => "boolean",
        JsonKind::Null => "null",
        JsonKind::Object => "object",
        JsonKind::Array => "list",
        JsonKind::Any => "any value",
    }
}
