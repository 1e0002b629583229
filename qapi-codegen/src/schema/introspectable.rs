//! What a running QEMU does not tell of its interface.

use super::{
    Branch, BuiltinType, EntityMeta, Facts, JsonKind, Member, NamedType, OperationData, Schema,
    TypeKind, ValueType,
};

/// Forgets how large integers are, which commands may be sent before the machine
/// is made, and what documentation says.
pub fn erase(schema: &mut Schema) {
    for def in &mut schema.types {
        match &mut def.kind {
            TypeKind::Enum(own) => forget_facts(&mut own.values),
            TypeKind::Struct(own) => members(&mut own.members),
            TypeKind::Union(own) => {
                members(&mut own.members);
                branches(&mut own.branches);
            }
            TypeKind::Alternate(own) => branches(&mut own.branches),
        }
    }
    for command in &mut schema.commands {
        command.allow_preconfig = false;
        command.meta.facts = Facts::default();
        command.returns.iter_mut().for_each(forget_size);
        data(&mut command.data);
    }
    for event in &mut schema.events {
        event.meta.facts = Facts::default();
        data(&mut event.data);
    }
}

fn forget_facts(metas: &mut [EntityMeta]) {
    for meta in metas {
        meta.facts = Facts::default();
    }
}

fn data(data: &mut OperationData) {
    if let OperationData::Members(own) = data {
        members(own);
    }
}

fn members(members: &mut [Member]) {
    for member in members {
        member.meta.facts = Facts::default();
        forget_size(&mut member.ty);
    }
}

fn branches(branches: &mut [Branch]) {
    for branch in branches {
        branch.meta.facts = Facts::default();
        forget_size(&mut branch.ty);
    }
}

fn forget_size(ty: &mut ValueType) {
    let (ValueType::One(item) | ValueType::Array(item)) = ty;
    if let NamedType::Builtin(builtin) = item
        && builtin.json_kind() == JsonKind::Integer
    {
        *builtin = BuiltinType::Int;
    }
}
