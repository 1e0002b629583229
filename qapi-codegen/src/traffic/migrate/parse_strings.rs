//! Replaces strings by the values that they denote.

use super::rewrite::command_name;
use crate::json::{JsonMember, JsonValue};
use crate::knowledge::builds::builtin_type;
use crate::schema::BuiltinType;
use crate::traffic::check::Checker;
use crate::traffic::option_text;
use crate::wire::{BranchShape, Interface, ObjectShape, Shape, ShapeId};

/// Converts the arguments of a request to the types of the interface.
pub fn convert_by_schema(interface: &Interface<'_>, request: &mut JsonValue<'static>) {
    let command = command_name(request).and_then(|name| interface.commands.get(name));
    if let (Some(command), Some(arguments)) = (command, request.get_mut("arguments")) {
        convert_members(interface, command.arguments, arguments);
    }
}

fn convert_members(interface: &Interface<'_>, id: ShapeId, value: &mut JsonValue<'static>) {
    let Some(object) = interface.object(id) else {
        return;
    };
    for (name, member) in object.members.iter() {
        if let Some(value) = value.get_mut(name) {
            convert(interface, interface.get(member.shape), value);
        }
    }
    if let Some(branch) = selected_branch(object, value) {
        convert_members(interface, branch.content, value);
    }
}

/// Returns the branch that the discriminator of a value selects.
pub fn selected_branch<'o, 's>(
    object: &'o ObjectShape<'s>,
    value: &JsonValue<'_>,
) -> Option<&'o BranchShape<'s>> {
    let branches = object.branches.as_ref()?;
    let selected = value.get(branches.discriminator)?.as_str()?;
    branches.by_value.get(selected)
}

fn convert(interface: &Interface<'_>, shape: &Shape<'_>, value: &mut JsonValue<'static>) {
    match (shape, &*value) {
        (Shape::Builtin(builtin), _) => convert_scalar(*builtin, value),
        (Shape::Array(_), JsonValue::Array(_)) => {}
        // The older release had one option per element.
        (Shape::Array(element), _) => {
            convert_element(interface, interface.get(*element), value);
            let element = std::mem::replace(value, JsonValue::Null);
            *value = JsonValue::Array(vec![element]);
        }
        // Enums of `on` and `off` were booleans.
        (Shape::Enum(_), JsonValue::Bool(on)) => {
            *value = JsonValue::string(option_text::from_boolean(*on));
        }
        _ => {}
    }
}

/// Converts an element, which may need an object around it.
fn convert_element(interface: &Interface<'_>, shape: &Shape<'_>, element: &mut JsonValue<'static>) {
    let object = match shape {
        Shape::Builtin(builtin) => return convert_scalar(*builtin, element),
        Shape::Object(object) if object.members.len() == 1 => object,
        _ => return,
    };
    let is_scalar = matches!(element, JsonValue::String(_) | JsonValue::Number(_));
    for (name, only) in object.members.iter().filter(|_| is_scalar) {
        convert(interface, interface.get(only.shape), element);
        let value = std::mem::replace(element, JsonValue::Null);
        *element = JsonValue::Object(vec![JsonMember::new(name.to_owned(), value)]);
    }
}

/// Converts a scalar if it denotes a value of the built-in type.
fn convert_scalar(builtin: BuiltinType, value: &mut JsonValue<'static>) {
    use BuiltinType::{Any, Bool, Null, Number, QType, Size, Str};
    let converted = match (builtin, &*value) {
        (Str, JsonValue::Number(number)) => Some(JsonValue::string(number.clone())),
        (Str, JsonValue::Bool(on)) => Some(JsonValue::string(option_text::from_boolean(*on))),
        (Str | Any | Number | Null | QType, _) => None,
        (builtin, JsonValue::String(text)) => match builtin {
            Bool => option_text::parse_boolean(&text.value).map(JsonValue::Bool),
            Size => option_text::parse_size(&text.value).map(JsonValue::number),
            _ => option_text::parse_integer(&text.value).map(JsonValue::number),
        },
        _ => None,
    };
    if let Some(converted) = converted {
        *value = converted;
    }
}

/// Converts the arguments of a `device_add` to the types of the properties.
pub fn convert_by_device(target: &Checker<'_>, request: &mut JsonValue<'static>) {
    let Some(arguments) = request.get_mut("arguments") else {
        return;
    };
    let driver = arguments.get("driver").and_then(JsonValue::as_str);
    let Some(driver) = driver.map(str::to_owned) else {
        return;
    };
    for member in arguments.members_mut().into_iter().flatten() {
        // A PCI address is a string even if it looks like a number.
        if member.name.value == "addr" {
            continue;
        }
        let Some(ty) = target.property_type(&driver, &member.name.value) else {
            continue;
        };
        if let Some(builtin) = builtin_type(ty) {
            convert_scalar(builtin, &mut member.value);
        } else if let Some(shape) = target.find_shape(ty) {
            convert(target.interface(), shape, &mut member.value);
        }
    }
}
