//! Replaces `data` of a union by its members where the interface has them in
//! the union itself.

use super::parse_strings::selected_branch;
use super::rewrite::command_name;
use crate::json::JsonValue;
use crate::schema::DATA_MEMBER;
use crate::wire::{BranchContentShape, Interface, ObjectShape, Shape, ShapeId};

/// Flattens every union in the arguments of a request that the interface flattens.
pub fn flatten_unions(interface: &Interface<'_>, request: &mut JsonValue<'static>) {
    let command = command_name(request).and_then(|name| interface.commands.get(name));
    if let (Some(command), Some(arguments)) = (command, request.get_mut("arguments")) {
        flatten(interface, command.arguments, arguments);
    }
}

fn flatten(interface: &Interface<'_>, id: ShapeId, value: &mut JsonValue<'static>) {
    match (interface.get(id), value) {
        (Shape::Builtin(_) | Shape::Enum(_), _) => {}
        (Shape::Array(element), JsonValue::Array(elements)) => {
            let elements = elements.iter_mut();
            elements.for_each(|value| flatten(interface, *element, value));
        }
        (Shape::Array(element), value) => flatten(interface, *element, value),
        (Shape::Alternate(branches), value) => {
            let branches = branches.iter();
            branches.for_each(|branch| flatten(interface, branch.shape, value));
        }
        (Shape::Object(object), value) => flatten_object(interface, object, value),
    }
}

fn flatten_object(
    interface: &Interface<'_>,
    object: &ObjectShape<'_>,
    value: &mut JsonValue<'static>,
) {
    for (name, member) in object.members.iter() {
        if let Some(value) = value.get_mut(name) {
            flatten(interface, member.shape, value);
        }
    }
    let Some(branch) = selected_branch(object, value) else {
        return;
    };
    if let BranchContentShape::Members(content) = interface.branch_content(branch)
        && let Some(content) = interface.object(content)
    {
        replace_data([object, content], value);
    }
    flatten(interface, branch.content, value);
}

/// Replaces `data` by its members unless one of the objects has that member.
fn replace_data(objects: [&ObjectShape<'_>; 2], value: &mut JsonValue<'static>) {
    if objects
        .iter()
        .any(|object| object.members.contains(DATA_MEMBER))
    {
        return;
    }
    let Some(members) = value.members_mut() else {
        return;
    };
    let Some(index) = members.iter().position(|m| m.name.value == DATA_MEMBER) else {
        return;
    };
    let Some(inner) = members[index].value.members() else {
        return;
    };
    let is_duplicate = |name: &str| members.iter().any(|m| m.name.value == name);
    if !inner.iter().any(|m| is_duplicate(&m.name.value)) {
        let inner = inner.to_vec();
        members.splice(index..=index, inner);
    }
}
