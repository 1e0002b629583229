//! Outlines of shapes, for messages about differences.

use crate::schema::JsonKind;
use crate::wire::{Interface, ObjectShape, Shape, ShapeId};

/// The depth of an outline; shapes may contain themselves.
const DEPTH: usize = 2;

/// The number of members, values or branches that are listed.
const LISTED: usize = 12;

/// Outlines a shape: `str`, `enum(off, on)`, `{ driver: str, *id: str }`.
pub fn outline(interface: &Interface<'_>, id: ShapeId) -> String {
    outline_to_depth(interface, id, DEPTH)
}

fn outline_to_depth(interface: &Interface<'_>, id: ShapeId, depth: usize) -> String {
    let inner = |id| outline_to_depth(interface, id, depth.saturating_sub(1));
    match interface.get(id) {
        // A reply has one integer type only.
        Shape::Builtin(builtin) if builtin.json_kind() == JsonKind::Integer => "int".to_owned(),
        Shape::Builtin(builtin) => builtin.as_str().to_owned(),
        Shape::Array(element) => format!("[{}]", outline_to_depth(interface, *element, depth)),
        Shape::Enum(values) => {
            let values = values.declared().map(|(name, _)| name.to_owned());
            format!("enum({})", join_listed(values, ", "))
        }
        Shape::Alternate(branches) => {
            join_listed(branches.iter().map(|branch| inner(branch.shape)), " or ")
        }
        Shape::Object(object) => outline_object(object, depth, inner),
    }
}

fn outline_object(
    object: &ObjectShape<'_>,
    depth: usize,
    inner: impl Fn(ShapeId) -> String,
) -> String {
    let members = match object.members.len() {
        0 => return "{}".to_owned(),
        count if depth == 0 => format!("{count} members"),
        _ => {
            let members = object.members.declared().map(|(name, member)| {
                let optional = if member.optional { "*" } else { "" };
                format!("{optional}{name}: {}", inner(member.shape))
            });
            join_listed(members, ", ")
        }
    };
    match &object.branches {
        None => format!("{{ {members} }}"),
        Some(branches) => {
            let discriminator = branches.discriminator;
            format!("{{ {members}, branches by `{discriminator}` }}")
        }
    }
}

fn join_listed(parts: impl ExactSizeIterator<Item = String>, separator: &str) -> String {
    let more = parts.len().saturating_sub(LISTED);
    let mut listed: Vec<String> = parts.take(LISTED).collect();
    if more > 0 {
        listed.push(format!("{more} more"));
    }
    listed.join(separator)
}
