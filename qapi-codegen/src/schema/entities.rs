//! Changes of a model that concern all of its entities.

use std::collections::HashMap;

use super::{
    Branch, BuiltinType, EntityMeta, Facts, JsonKind, Member, NamedType, OperationData, Schema,
    TypeKind, ValueType,
};
use crate::doc::ProseBlock;

impl Schema {
    /// Copies the prose from another model of the same interface, by name.
    pub fn copy_prose_from(&mut self, mut other: Schema) {
        let mut prose: HashMap<(String, String), Vec<ProseBlock>> = HashMap::new();
        other.for_each_entity(&mut |entity| {
            let prose_of_entity = std::mem::take(&mut entity.meta.prose);
            prose.insert(entity.key(), prose_of_entity);
        });
        self.for_each_entity(&mut |entity| {
            if let Some(prose) = prose.remove(&entity.key()) {
                entity.meta.prose = prose;
            }
        });
    }

    /// Erases what introspection does not report: the sizes of integers,
    /// `allow-preconfig` and the facts of documentation.
    ///
    /// A model that was made from introspection is compared with a model
    /// without these.
    pub fn erase_non_introspectable(&mut self) {
        self.for_each_entity(&mut |entity| {
            entity.meta.facts = Facts::default();
            entity.ty.into_iter().for_each(erase_size);
        });
        for command in &mut self.commands {
            command.allow_preconfig = false;
        }
    }

    fn for_each_entity(&mut self, change: &mut dyn FnMut(EntityMut<'_>)) {
        for definition in &mut self.types {
            let name = definition.meta.name.clone();
            visit(&name, &mut definition.meta, None, change);
            match &mut definition.kind {
                TypeKind::Enum(body) => {
                    for value in &mut body.values {
                        visit(&name, value, None, change);
                    }
                }
                TypeKind::Struct(body) => visit_members(&name, &mut body.members, change),
                TypeKind::Union(body) => {
                    visit_members(&name, &mut body.members, change);
                    visit_branches(&name, &mut body.branches, change);
                }
                TypeKind::Alternate(body) => visit_branches(&name, &mut body.branches, change),
            }
        }
        for command in &mut self.commands {
            let name = command.meta.name.clone();
            visit(&name, &mut command.meta, command.returns.as_mut(), change);
            visit_data(&name, &mut command.data, change);
        }
        for event in &mut self.events {
            let name = event.meta.name.clone();
            visit(&name, &mut event.meta, None, change);
            visit_data(&name, &mut event.data, change);
        }
    }
}

/// A definition, or a member, value or branch of one.
struct EntityMut<'s> {
    definition: &'s str,
    meta: &'s mut EntityMeta,
    /// The type of a member or branch, or of a command's return value.
    ty: Option<&'s mut ValueType>,
}

impl EntityMut<'_> {
    fn key(&self) -> (String, String) {
        (self.definition.to_owned(), self.meta.name.clone())
    }
}

fn visit(
    definition: &str,
    meta: &mut EntityMeta,
    ty: Option<&mut ValueType>,
    change: &mut dyn FnMut(EntityMut<'_>),
) {
    change(EntityMut {
        definition,
        meta,
        ty,
    });
}

fn visit_data(definition: &str, data: &mut OperationData, change: &mut dyn FnMut(EntityMut<'_>)) {
    if let OperationData::Members(members) = data {
        visit_members(definition, members, change);
    }
}

fn visit_members(definition: &str, members: &mut [Member], change: &mut dyn FnMut(EntityMut<'_>)) {
    for member in members {
        visit(definition, &mut member.meta, Some(&mut member.ty), change);
    }
}

fn visit_branches(
    definition: &str,
    branches: &mut [Branch],
    change: &mut dyn FnMut(EntityMut<'_>),
) {
    for branch in branches {
        visit(definition, &mut branch.meta, Some(&mut branch.ty), change);
    }
}

fn erase_size(ty: &mut ValueType) {
    let (ValueType::One(item) | ValueType::Array(item)) = ty;
    if let NamedType::Builtin(builtin) = item
        && builtin.json_kind() == JsonKind::Integer
    {
        *builtin = BuiltinType::Int;
    }
}
