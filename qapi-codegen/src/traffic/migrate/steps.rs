//! The steps of a rewrite rule.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::argument_path::{ChangeObject, change_at, rename_member, string_at};
use super::flatten_unions::flatten_unions;
use super::{RequestRewrite, parse_strings};
use crate::json::{JsonMember, JsonValue};
use crate::knowledge::migrations::{
    AddedValue, MigrationRule, RewriteStep, StringTypes, UnionTypes,
};
use crate::knowledge::when::{ArgumentCondition, is_scalar};
use crate::traffic::check::Checker;

/// Applies all steps of a rule. Returns whether the request changed.
///
/// # Errors
///
/// A step cannot be applied. The error is a sentence.
pub fn apply_steps(
    rule: &MigrationRule,
    target: &Checker<'_>,
    rewrite: &mut RequestRewrite,
) -> Result<bool, String> {
    let before = rewrite.request.clone();
    for step in &rule.steps {
        match step {
            RewriteStep::RenameCommand(name) => rename_command(rewrite, name),
            RewriteStep::Unwrap(member) => unwrap(rewrite, member)?,
            RewriteStep::WrapArguments(name) => {
                replace_arguments(rewrite, name, &|old| JsonValue::Array(vec![old]));
            }
            RewriteStep::NestArguments(name) => replace_arguments(rewrite, name, &|old| old),
            RewriteStep::Add { member, value } => add(rewrite, member, value),
            RewriteStep::NumberToString(path) => number_to_string(rewrite, path),
            RewriteStep::WrapValue(path) => wrap_value(rewrite, path),
            RewriteStep::RemoveStrings { from, values } => remove_strings(rewrite, from, values),
            RewriteStep::FlattenUnions(UnionTypes::Schema) => {
                flatten_unions(target.interface(), &mut rewrite.request);
            }
            RewriteStep::Rename { from, to } => rename(rewrite, from, to)?,
            RewriteStep::MergeNames { from, to } => merge_names(rewrite, from, to)?,
            RewriteStep::Move { from, to } => move_member(rewrite, from, to),
            RewriteStep::Remove(path) => drop(remove(rewrite, path)),
            RewriteStep::RemoveValues(values) => remove_values(rewrite, values),
            RewriteStep::RemoveElements { from, when } => remove_elements(rewrite, from, when),
            RewriteStep::MoveToDevice {
                from,
                property,
                node,
            } => move_to_device(rewrite, from, property, node)?,
            RewriteStep::Multiply { member, by } => multiply(rewrite, member, *by)?,
            RewriteStep::ReplaceValues { member, values } => {
                replace_values(rewrite, member, values);
            }
            RewriteStep::ParseStrings(StringTypes::Schema) => {
                parse_strings::convert_by_schema(target.interface(), &mut rewrite.request);
            }
            RewriteStep::ParseStrings(StringTypes::Device) => {
                parse_strings::convert_by_device(target, &mut rewrite.request);
            }
        }
    }
    Ok(rewrite.request != before)
}

fn rename_command(rewrite: &mut RequestRewrite, name: &str) {
    for key in ["execute", "exec-oob"] {
        if let Some(command) = rewrite.request.get_mut(key) {
            *command = JsonValue::string(name.to_owned());
        }
    }
}

/// Returns the arguments, which are created if there are none.
fn arguments(rewrite: &mut RequestRewrite) -> Option<&mut JsonValue<'static>> {
    if rewrite.request.get("arguments").is_none()
        && let Some(members) = rewrite.request.members_mut()
    {
        let arguments = JsonMember::new("arguments", JsonValue::Object(Vec::new()));
        members.insert(members.len().min(1), arguments);
    }
    rewrite.request.get_mut("arguments")
}

fn change_argument(rewrite: &mut RequestRewrite, path: &str, change: &mut ChangeObject<'_>) {
    if let Some(arguments) = arguments(rewrite) {
        change_at(arguments, path, change);
    }
}

fn unwrap(rewrite: &mut RequestRewrite, name: &str) -> Result<(), String> {
    let Some(members) = arguments(rewrite).and_then(JsonValue::members_mut) else {
        return Ok(());
    };
    let Some(index) = members.iter().position(|m| m.name.value == name) else {
        return Ok(());
    };
    let JsonValue::Object(inner) = members.remove(index).value else {
        return Err(format!("`{name}` is not an object."));
    };
    let is_duplicate = |new: &&JsonMember<'_>| members.iter().any(|old| old.name == new.name);
    if let Some(duplicate) = inner.iter().find(is_duplicate) {
        let duplicate = &duplicate.name.value;
        return Err(format!(
            "`{duplicate}` occurs inside and outside of `{name}`."
        ));
    }
    members.splice(index..index, inner);
    Ok(())
}

/// Replaces the arguments by one with a value made of the old ones.
fn replace_arguments(
    rewrite: &mut RequestRewrite,
    name: &str,
    make: &dyn Fn(JsonValue<'static>) -> JsonValue<'static>,
) {
    if let Some(arguments) = arguments(rewrite) {
        let old = std::mem::replace(arguments, JsonValue::Object(Vec::new()));
        arguments.set(name.to_owned(), make(old));
    }
}

fn add(rewrite: &mut RequestRewrite, path: &str, value: &AddedValue) {
    let value = match value {
        AddedValue::Integer(number) => JsonValue::number(*number),
        AddedValue::Text(text) => JsonValue::string(text.clone()),
    };
    change_argument(rewrite, path, &mut |object, name| {
        if object.get(name).is_none() {
            object.set(name.to_owned(), value.clone());
        }
    });
}

fn number_to_string(rewrite: &mut RequestRewrite, path: &str) {
    change_argument(rewrite, path, &mut |object, name| {
        if let Some(value @ JsonValue::Number(_)) = object.get_mut(name) {
            let JsonValue::Number(number) = &value else {
                return;
            };
            *value = JsonValue::string(number.clone().into_owned());
        }
    });
}

fn wrap_value(rewrite: &mut RequestRewrite, path: &str) {
    change_argument(rewrite, path, &mut |object, name| {
        if let Some(value) = object.get_mut(name) {
            let element = std::mem::replace(value, JsonValue::Null);
            *value = JsonValue::Array(vec![element]);
        }
    });
}

fn remove_strings(rewrite: &mut RequestRewrite, path: &str, values: &[String]) {
    let is_listed = |value: &JsonValue<'_>| values.iter().any(|text| is_scalar(value, text));
    change_argument(rewrite, path, &mut |object, name| {
        if let Some(JsonValue::Array(elements)) = object.get_mut(name) {
            elements.retain(|element| !is_listed(element));
        }
    });
}

fn rename(rewrite: &mut RequestRewrite, from: &str, to: &str) -> Result<(), String> {
    let mut has_both = false;
    change_argument(rewrite, from, &mut |object, old| {
        if object.get(old).is_some() {
            has_both |= object.get(to).is_some();
            rename_member(object, old, to);
        }
    });
    match has_both {
        true => Err(format!("Both `{from}` and `{to}` are set.")),
        false => Ok(()),
    }
}

fn merge_names(rewrite: &mut RequestRewrite, from: &str, to: &str) -> Result<(), String> {
    let Some(arguments) = arguments(rewrite) else {
        return Ok(());
    };
    let string = |name: &str| arguments.get(name)?.as_str().map(str::to_owned);
    let Some(old) = string(from) else {
        return Ok(());
    };
    if let Some(new) = string(to) {
        arguments.remove(from);
        rewrite.nodes.record_node(&old, &new);
        return Ok(());
    }
    rewrite.nodes.record_node(&old, &old);
    rename(rewrite, from, to)
}

fn move_member(rewrite: &mut RequestRewrite, from: &str, to: &str) {
    if let Some(value) = remove(rewrite, from) {
        change_argument(rewrite, to, &mut |object, name| {
            if let Some(members) = object.members_mut() {
                members.push(JsonMember::new(name.to_owned(), value.clone()));
            }
        });
    }
}

fn remove(rewrite: &mut RequestRewrite, path: &str) -> Option<JsonValue<'static>> {
    let mut removed = None;
    change_argument(rewrite, path, &mut |object, name| {
        removed = object.remove(name);
    });
    removed
}

fn remove_values(rewrite: &mut RequestRewrite, values: &BTreeMap<String, String>) {
    for (path, text) in values {
        change_argument(rewrite, path, &mut |object, name| {
            if object.get(name).is_some_and(|value| is_scalar(value, text)) {
                object.remove(name);
            }
        });
    }
}

fn remove_elements(rewrite: &mut RequestRewrite, path: &str, when: &ArgumentCondition) {
    change_argument(rewrite, path, &mut |object, name| {
        if let Some(JsonValue::Array(elements)) = object.get_mut(name) {
            elements.retain(|element| !when.holds(element));
        }
    });
}

fn move_to_device(
    rewrite: &mut RequestRewrite,
    from: &str,
    property: &str,
    node: &str,
) -> Result<(), String> {
    let Some(value) = remove(rewrite, from) else {
        return Ok(());
    };
    if let Some((outer, _)) = from.rsplit_once('.') {
        change_argument(rewrite, outer, &mut remove_if_empty);
    }
    let arguments = rewrite.request.get("arguments");
    let Some(node) = arguments.and_then(|arguments| string_at(arguments, node)) else {
        return Err("The node has no name by which its device could be found.".to_owned());
    };
    rewrite.nodes.record_property(node, property, value);
    Ok(())
}

fn remove_if_empty(object: &mut JsonValue<'static>, name: &str) {
    let members = object.get(name).and_then(JsonValue::members);
    if members.is_some_and(<[_]>::is_empty) {
        object.remove(name);
    }
}

fn multiply(rewrite: &mut RequestRewrite, path: &str, by: f64) -> Result<(), String> {
    let mut is_integer = true;
    change_argument(rewrite, path, &mut |object, name| {
        let Some(JsonValue::Number(number)) = object.get_mut(name) else {
            return;
        };
        match number.parse::<f64>().map(|number| number * by) {
            // An `f64` represents every integer below this limit.
            Ok(product) if product.fract() == 0.0 && product.abs() < 9e15 => {
                *number = Cow::Owned(format!("{product:.0}"));
            }
            _ => is_integer = false,
        }
    });
    match is_integer {
        true => Ok(()),
        false => Err(format!("`{path}` times {by} is not an integer.")),
    }
}

fn replace_values(rewrite: &mut RequestRewrite, path: &str, values: &BTreeMap<String, String>) {
    change_argument(rewrite, path, &mut |object, name| {
        let Some(value) = object.get_mut(name) else {
            return;
        };
        if let Some(new) = value.as_str().and_then(|old| values.get(old)) {
            *value = JsonValue::string(new.clone());
        }
    });
}
