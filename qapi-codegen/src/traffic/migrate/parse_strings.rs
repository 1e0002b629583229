//! Replaces strings by the values that they denote.

use super::rewrite::command_name;
use crate::json::{JsonMember, JsonValue};
use crate::knowledge::builds::builtin_type;
use crate::schema::{
    BranchContent, BuiltinType, NamedType, OperationData, Schema, TypeId, TypeKind, UnionType,
    ValueType,
};
use crate::traffic::check::Checker;
use crate::traffic::option_text;

/// Converts the arguments of a request to the types of the schema.
pub fn convert_by_schema(schema: &Schema, request: &mut JsonValue<'static>) {
    let command = command_name(request).and_then(|name| schema.command(name));
    let Some(OperationData::Defined(id)) = command.map(|command| &command.data) else {
        return;
    };
    if let Some(arguments) = request.get_mut("arguments") {
        convert_members(schema, *id, arguments);
    }
}

fn convert_members(schema: &Schema, id: TypeId, object: &mut JsonValue<'static>) {
    for member in schema.members(id) {
        if let Some(value) = object.get_mut(&member.meta.name) {
            convert(schema, member.ty, value);
        }
    }
    let TypeKind::Union(union) = &schema.get(id).kind else {
        return;
    };
    if let Some(BranchContent::Members(id)) = selected_branch(schema, union, object) {
        convert_members(schema, id, object);
    }
}

/// Returns the content of the branch that the discriminator selects.
pub fn selected_branch(
    schema: &Schema,
    union: &UnionType,
    object: &JsonValue<'_>,
) -> Option<BranchContent> {
    let value = object.get(&union.discriminator)?.as_str()?;
    let mut branches = schema.union_branches(union).into_iter();
    let branch = branches.find(|branch| branch.meta.name == value);
    branch.map(|branch| branch.content)
}

fn convert(schema: &Schema, ty: ValueType, value: &mut JsonValue<'static>) {
    match ty {
        ValueType::One(NamedType::Builtin(builtin)) => convert_scalar(builtin, value),
        // The older release had one option per element.
        ValueType::Array(item) if !matches!(value, JsonValue::Array(_)) => {
            convert_element(schema, item, value);
            let element = std::mem::replace(value, JsonValue::Null);
            *value = JsonValue::Array(vec![element]);
        }
        // Enums of `on` and `off` were booleans.
        ValueType::One(NamedType::Defined(id)) => {
            if let (TypeKind::Enum(_), JsonValue::Bool(on)) = (&schema.get(id).kind, &value) {
                *value = JsonValue::string(option_text::from_boolean(*on));
            }
        }
        ValueType::Array(_) => {}
    }
}

/// Converts an element, which may need an object around it.
fn convert_element(schema: &Schema, item: NamedType, element: &mut JsonValue<'static>) {
    let id = match item {
        NamedType::Builtin(builtin) => return convert_scalar(builtin, element),
        NamedType::Defined(id) => id,
    };
    let is_scalar = matches!(element, JsonValue::String(_) | JsonValue::Number(_));
    if let ([only], true) = (&schema.members(id)[..], is_scalar) {
        convert(schema, only.ty, element);
        let value = std::mem::replace(element, JsonValue::Null);
        let member = JsonMember::new(only.meta.name.clone(), value);
        *element = JsonValue::Object(vec![member]);
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
pub fn convert_by_device(target: &Checker<'_>, schema: &Schema, request: &mut JsonValue<'static>) {
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
        } else if let Some(id) = schema.find_type(ty) {
            let ty = ValueType::One(NamedType::Defined(id));
            convert(schema, ty, &mut member.value);
        }
    }
}
