//! Documentation of generated items: facts of the schema, in our own words.

use super::context::Scope;
use crate::analyse::sharing::Shared;
use crate::schema::{Branch, Member, Meta, Schema, TypeId, TypeKind};

/// The documentation of a type.
pub fn definition(scope: &Scope<'_>, shared: &Shared<TypeId>) -> Vec<String> {
    let (release, id) = shared.newest();
    let def = scope.schema(release).get(id);
    let kind = match def.kind {
        TypeKind::Enum(_) => "enum",
        TypeKind::Struct(_) => "struct",
        TypeKind::Union(_) => "union",
        TypeKind::Alternate(_) => "alternate",
    };
    lines([format!("The {kind} `{}`.", def.meta.name)])
}

/// The documentation of a member.
pub fn member(member: &Member) -> Vec<String> {
    lines([format!("`{}`.", member.meta.name)])
}

/// The documentation of an enum's value or of a union's branch.
pub fn value(value: &Meta) -> Vec<String> {
    lines([format!("`{}`.", value.name)])
}

/// The documentation of an alternate's branch.
pub fn branch(_: &Schema, branch: &Branch) -> Vec<String> {
    lines([format!("`{}`.", branch.meta.name)])
}

/// The documentation of the enum of a union's branches.
pub fn branches(union: &str, tag: &str) -> Vec<String> {
    lines([format!(
        "The branches of the union `{union}`, told by `{tag}`."
    )])
}

/// The documentation of the field that holds a union's branch.
pub fn tag(tag: &str) -> Vec<String> {
    lines([format!("`{tag}`, and the members that depend on it.")])
}

/// The documentation of a command or an event.
pub fn plain(kind: &str, name: &str) -> Vec<String> {
    lines([format!("The {kind} `{name}`.")])
}

fn lines<const N: usize>(lines: [String; N]) -> Vec<String> {
    lines
        .into_iter()
        .map(|line| {
            if line.is_empty() {
                line
            } else {
                format!(" {line}")
            }
        })
        .collect()
}
