//! The words of QEMU's documentation, from one reading of an interface to another.

use super::{EntityMeta, Member, OperationData, Schema, TypeKind};

/// Takes the prose of everything that has the same name in both.
pub fn take(schema: &mut Schema, from: &Schema) {
    for index in 0..schema.types.len() {
        let own = &mut schema.types[index];
        let Some(id) = from.find_type(&own.meta.name) else {
            continue;
        };
        let other = from.get(id);
        copy(&mut own.meta, &other.meta);
        match (&mut own.kind, &other.kind) {
            (TypeKind::Enum(own), TypeKind::Enum(other)) => values(&mut own.values, &other.values),
            (TypeKind::Struct(own), TypeKind::Struct(other)) => {
                members(&mut own.members, &other.members)
            }
            (TypeKind::Union(own), TypeKind::Union(other)) => {
                members(&mut own.members, &other.members)
            }
            _ => {}
        }
    }
    for own in &mut schema.commands {
        if let Some(other) = from.command(&own.meta.name) {
            copy(&mut own.meta, &other.meta);
            data(&mut own.data, &other.data);
        }
    }
    for own in &mut schema.events {
        if let Some(other) = from.event(&own.meta.name) {
            copy(&mut own.meta, &other.meta);
            data(&mut own.data, &other.data);
        }
    }
}

fn copy(own: &mut EntityMeta, other: &EntityMeta) {
    own.prose.clone_from(&other.prose);
}

fn values(own: &mut [EntityMeta], other: &[EntityMeta]) {
    for value in own {
        if let Some(other) = other.iter().find(|other| other.name == value.name) {
            copy(value, other);
        }
    }
}

fn members(own: &mut [Member], other: &[Member]) {
    for member in own {
        if let Some(other) = other
            .iter()
            .find(|other| other.meta.name == member.meta.name)
        {
            copy(&mut member.meta, &other.meta);
        }
    }
}

fn data(own: &mut OperationData, other: &OperationData) {
    if let (OperationData::Members(own), OperationData::Members(other)) = (own, other) {
        members(own, other);
    }
}
