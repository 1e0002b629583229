//! Texts that become the values they stand for.

use super::rewrite::command_name;
use crate::json::{JsonMember, JsonValue};
use crate::knowledge::DeviceList;
use crate::knowledge::devices::builtin_type;
use crate::schema::{
    BranchContent, BuiltinType, NamedType, OperationData, Schema, TypeId, TypeKind, ValueType,
};
use crate::traffic::option_text;

/// Gives each argument the JSON type that the schema wants.
pub fn by_schema(schema: &Schema, message: &mut JsonValue<'static>) {
    let name = command_name(message);
    let Some(command) = name.and_then(|name| schema.command(name)) else {
        return;
    };
    let OperationData::Defined(id) = command.data else {
        return;
    };
    if let Some(arguments) = message.get_mut("arguments") {
        object(schema, id, arguments);
    }
}

fn object(schema: &Schema, id: TypeId, value: &mut JsonValue<'static>) {
    for member in schema.members(id) {
        if let Some(given) = value.get_mut(&member.meta.name) {
            typed(schema, member.ty, given);
        }
    }
    let TypeKind::Union(union) = &schema.get(id).kind else {
        return;
    };
    let tag = value.get(&union.discriminator).and_then(JsonValue::as_str);
    let case = schema
        .union_branches(union)
        .into_iter()
        .find(|case| Some(case.meta.name.as_str()) == tag);
    match case.map(|case| case.content) {
        Some(BranchContent::Members(id)) => object(schema, id, value),
        Some(BranchContent::Data(_) | BranchContent::Nothing) | None => {}
    }
}

fn typed(schema: &Schema, ty: ValueType, value: &mut JsonValue<'static>) {
    match ty {
        ValueType::One(NamedType::Builtin(builtin)) => scalar(builtin, value),
        // Where a list is wanted, one option was one element.
        ValueType::Array(item) if !matches!(value, JsonValue::Array(_)) => {
            let mut element = std::mem::replace(value, JsonValue::Null);
            element = wrapped(schema, item, element);
            *value = JsonValue::Array(vec![element]);
        }
        ValueType::One(NamedType::Defined(id)) => {
            // An enum of `on` and `off` was given a truth value.
            if let (TypeKind::Enum(_), JsonValue::Bool(on)) = (&schema.get(id).kind, &value) {
                *value = JsonValue::string(option_text::from_boolean(*on));
            }
        }
        ValueType::Array(_) => {}
    }
}

/// An element as the later release wants it: a text may stand in an object of
/// its own.
fn wrapped(
    schema: &Schema,
    item: NamedType,
    mut element: JsonValue<'static>,
) -> JsonValue<'static> {
    match item {
        NamedType::Builtin(builtin) => {
            scalar(builtin, &mut element);
            element
        }
        NamedType::Defined(id) => {
            let members = schema.members(id);
            match (&members[..], &element) {
                ([only], JsonValue::String(_) | JsonValue::Number(_)) => {
                    typed(schema, only.ty, &mut element);
                    JsonValue::Object(vec![JsonMember::new(only.meta.name.clone(), element)])
                }
                _ => element,
            }
        }
    }
}

/// Writes a value as one of this type, where it stands for one.
fn scalar(builtin: BuiltinType, value: &mut JsonValue<'static>) {
    let new = match (builtin, &*value) {
        (BuiltinType::Str, JsonValue::Number(text)) => {
            Some(JsonValue::string(text.clone().into_owned()))
        }
        (BuiltinType::Str, JsonValue::Bool(on)) => {
            Some(JsonValue::string(option_text::from_boolean(*on)))
        }
        (BuiltinType::Bool, JsonValue::String(text)) => {
            option_text::parse_boolean(&text.value).map(JsonValue::Bool)
        }
        (BuiltinType::Size, JsonValue::String(text)) => {
            option_text::parse_size(&text.value).map(number)
        }
        (
            BuiltinType::Str
            | BuiltinType::Any
            | BuiltinType::Number
            | BuiltinType::Null
            | BuiltinType::QType,
            _,
        ) => None,
        (_, JsonValue::String(text)) => option_text::parse_integer(&text.value).map(number),
        _ => None,
    };
    if let Some(new) = new {
        *value = new;
    }
}

fn number(number: i128) -> JsonValue<'static> {
    JsonValue::Number(number.to_string().into())
}

/// Gives each property the JSON type that the device wants.
pub fn by_device(devices: Option<&DeviceList>, schema: &Schema, message: &mut JsonValue<'static>) {
    let Some(arguments) = message.get_mut("arguments") else {
        return;
    };
    let driver = arguments.get("driver").and_then(JsonValue::as_str);
    let known = devices
        .zip(driver)
        .and_then(|(devices, driver)| devices.device(driver).map(|device| (devices, device)));
    let Some((devices, device)) = known else {
        return;
    };
    for member in arguments.members_mut().into_iter().flatten() {
        let Some(ty) = devices.property_type(device, &member.name.value) else {
            continue;
        };
        let of_schema = schema
            .find_type(ty)
            .map(|id| ValueType::One(NamedType::Defined(id)));
        match (builtin_type(ty), of_schema) {
            // The place of a PCI device is a text whatever it looks like.
            _ if member.name.value == "addr" => {}
            (Some(builtin), _) => scalar(builtin, &mut member.value),
            (None, Some(ty)) => typed(schema, ty, &mut member.value),
            (None, None) => {}
        }
    }
}
