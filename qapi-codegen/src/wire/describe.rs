//! Shapes in words.

use super::interface::{IntegerRange, Interface, Shape, ShapeId};
use crate::schema::JsonKind;

/// The number of values of an enum that are listed.
const LISTED_VALUES: usize = 6;

/// The depth to which arrays of arrays are described; no schema has any.
const DEPTH: usize = 4;

/// Describes a shape: `string`, `32-bit integer` or `array, each object`.
pub fn describe(interface: &Interface<'_>, id: ShapeId) -> String {
    describe_to_depth(interface, id, DEPTH)
}

fn describe_to_depth(interface: &Interface<'_>, id: ShapeId, depth: usize) -> String {
    match interface.get(id) {
        Shape::Builtin(builtin) => match interface.integer_range(*builtin) {
            Some(range) => describe_range(range),
            None => kind_name(builtin.json_kind()).to_owned(),
        },
        Shape::Enum(values) => describe_values(values.names()),
        Shape::Object(_) => "object".to_owned(),
        Shape::Array(_) if depth == 0 => "array".to_owned(),
        Shape::Array(element) => {
            let element = describe_to_depth(interface, *element, depth - 1);
            format!("array, each {element}")
        }
        Shape::Alternate(branches) => {
            let mut kinds: Vec<JsonKind> = branches.iter().map(|branch| branch.kind).collect();
            kinds.sort();
            let kinds: Vec<&str> = kinds.into_iter().map(kind_name).collect();
            kinds.join(" or ")
        }
    }
}

fn describe_values<'v>(values: impl ExactSizeIterator<Item = &'v str>) -> String {
    let more = values.len().saturating_sub(LISTED_VALUES);
    let listed: Vec<String> = values
        .take(LISTED_VALUES)
        .map(|value| format!("\"{value}\""))
        .collect();
    match more {
        0 => format!("one of {}", listed.join(", ")),
        _ => format!("one of {} and {more} more", listed.join(", ")),
    }
}

fn describe_range(range: IntegerRange) -> String {
    let bits = (range.high - range.low + 1).ilog2();
    let sign = if range.low == 0 { "unsigned " } else { "" };
    format!("{sign}{bits}-bit integer")
}

/// The name of a JSON type.
pub fn kind_name(kind: JsonKind) -> &'static str {
    match kind {
        JsonKind::Any => "any value",
        kind => kind.as_str(),
    }
}
