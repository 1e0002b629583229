//! Changes at argument paths; see [`knowledge::when`](crate::knowledge::when)
//! for their syntax.

use crate::json::{JsonMember, JsonValue};

/// Callback that changes a member of an object.
pub type ChangeObject<'f> = dyn FnMut(&mut JsonValue<'static>, &str) + 'f;

/// Calls `change` with each object at which the path without its last name
/// ends, and the last name. The object need not have a member of that name.
pub fn change_at(value: &mut JsonValue<'static>, path: &str, change: &mut ChangeObject<'_>) {
    let Some((name, rest)) = path.split_once('.') else {
        if value.members().is_some() {
            change(value, path);
        }
        return;
    };
    if let Some(name) = name.strip_suffix("[]") {
        if let Some(JsonValue::Array(elements)) = value.get_mut(name) {
            elements.iter_mut().for_each(|e| change_at(e, rest, change));
        }
    } else if let Some(inner) = value.get_mut(name) {
        change_at(inner, rest, change);
    }
}

/// Returns the string at a path without arrays.
pub fn string_at<'v>(value: &'v JsonValue<'_>, path: &str) -> Option<&'v str> {
    let mut names = path.split('.');
    names
        .try_fold(value, |value, name| value.get(name))?
        .as_str()
}

/// Renames a member of an object.
pub fn rename_member(object: &mut JsonValue<'static>, from: &str, to: &str) {
    let members = object.members_mut().into_iter().flatten();
    for member in members.filter(|member| member.name.value == from) {
        let value = std::mem::replace(&mut member.value, JsonValue::Null);
        *member = JsonMember::new(to.to_owned(), value);
    }
}
