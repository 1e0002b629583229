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
        let key = |definition: &str, meta: &EntityMeta| (definition.to_owned(), meta.name.clone());
        other.for_each_entity(&mut |definition, meta, _| {
            prose.insert(key(definition, meta), std::mem::take(&mut meta.prose));
        });
        self.for_each_entity(&mut |definition, meta, _| {
            if let Some(prose) = prose.remove(&key(definition, meta)) {
                meta.prose = prose;
            }
        });
    }

    /// Erases what introspection does not report: the sizes of integers,
    /// `allow-preconfig` and the facts of documentation.
    ///
    /// A model that was made from introspection is compared with a model
    /// without these.
    pub fn erase_non_introspectable(&mut self) {
        self.for_each_entity(&mut |_, meta, ty| {
            meta.facts = Facts::default();
            ty.into_iter().for_each(erase_size);
        });
        for command in &mut self.commands {
            command.allow_preconfig = false;
        }
    }

    fn for_each_entity(&mut self, change: &mut ChangeEntity<'_>) {
        for definition in &mut self.types {
            let name = definition.meta.name.clone();
            change(&name, &mut definition.meta, None);
            match &mut definition.kind {
                TypeKind::Enum(body) => {
                    let values = body.values.iter_mut();
                    values.for_each(|value| change(&name, value, None));
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
            change(&name, &mut command.meta, command.returns.as_mut());
            visit_data(&name, &mut command.data, change);
        }
        for event in &mut self.events {
            let name = event.meta.name.clone();
            change(&name, &mut event.meta, None);
            visit_data(&name, &mut event.data, change);
        }
    }
}

/// Callback for a definition, or for a member, value or branch of one: the name
/// of the definition, the entity, and the type of a member, a branch or of a
/// command's return value.
type ChangeEntity<'f> = dyn FnMut(&str, &mut EntityMeta, Option<&mut ValueType>) + 'f;

fn visit_data(definition: &str, data: &mut OperationData, change: &mut ChangeEntity<'_>) {
    if let OperationData::Members(members) = data {
        visit_members(definition, members, change);
    }
}

fn visit_members(definition: &str, members: &mut [Member], change: &mut ChangeEntity<'_>) {
    for member in members {
        change(definition, &mut member.meta, Some(&mut member.ty));
    }
}

fn visit_branches(definition: &str, branches: &mut [Branch], change: &mut ChangeEntity<'_>) {
    for branch in branches {
        change(definition, &mut branch.meta, Some(&mut branch.ty));
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
