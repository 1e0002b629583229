//! Replaces `data` of a union by its members where the schema has them in the
//! union itself.

use super::parse_strings::selected_branch;
use super::rewrite::command_name;
use crate::json::JsonValue;
use crate::schema::{
    BranchContent, DATA_MEMBER, NamedType, OperationData, Schema, TypeId, TypeKind,
};

/// Flattens every union in the arguments of a request that the schema flattens.
pub fn flatten_unions(schema: &Schema, request: &mut JsonValue<'static>) {
    let command = command_name(request).and_then(|name| schema.command(name));
    let Some(command) = command else {
        return;
    };
    let Some(arguments) = request.get_mut("arguments") else {
        return;
    };
    match &command.data {
        OperationData::Defined(id) => flatten(schema, NamedType::Defined(*id), arguments),
        OperationData::Members(members) => {
            for member in members {
                flatten_member(schema, &member.meta.name, member.ty.item(), arguments);
            }
        }
    }
}

fn flatten_member(schema: &Schema, name: &str, ty: NamedType, object: &mut JsonValue<'static>) {
    match object.get_mut(name) {
        Some(JsonValue::Array(elements)) => {
            elements.iter_mut().for_each(|e| flatten(schema, ty, e));
        }
        Some(value) => flatten(schema, ty, value),
        None => {}
    }
}

fn flatten(schema: &Schema, ty: NamedType, value: &mut JsonValue<'static>) {
    let (NamedType::Defined(id), Some(_)) = (ty, value.members()) else {
        return;
    };
    match &schema.get(id).kind {
        TypeKind::Enum(_) => {}
        TypeKind::Alternate(alternate) => {
            for branch in &alternate.branches {
                flatten(schema, branch.ty.item(), value);
            }
        }
        TypeKind::Struct(_) => flatten_members(schema, id, value),
        TypeKind::Union(union) => {
            flatten_members(schema, id, value);
            match selected_branch(schema, union, value) {
                Some(BranchContent::Members(branch)) => {
                    replace_data(schema, [id, branch], value);
                    flatten(schema, NamedType::Defined(branch), value);
                }
                Some(BranchContent::Data(ty)) => {
                    flatten_member(schema, DATA_MEMBER, ty.item(), value);
                }
                Some(BranchContent::Nothing) | None => {}
            }
        }
    }
}

fn flatten_members(schema: &Schema, id: TypeId, object: &mut JsonValue<'static>) {
    for member in schema.members(id) {
        flatten_member(schema, &member.meta.name, member.ty.item(), object);
    }
}

/// Replaces `data` by its members unless one of the types has that member.
fn replace_data(schema: &Schema, types: [TypeId; 2], object: &mut JsonValue<'static>) {
    let mut members = types.into_iter().flat_map(|id| schema.members(id));
    if members.any(|member| member.meta.name == DATA_MEMBER) {
        return;
    }
    let Some(members) = object.members_mut() else {
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
