//! Taking over what introspection does not report from a definition of the same
//! name in another series: conditions, the sizes of integers, and entities that
//! the build lacks.

use crate::ast::{
    BranchDefinition, BuiltinType, Condition, DataDefinition, Definition, DefinitionBody,
    EnumValueDefinition, FeatureDefinition, JsonKind, MemberDefinition, TypeReference, UnionBase,
};
use crate::source::Name;

/// An entity of a definition, which has a name and may be conditional.
trait Entity: Clone {
    fn name(&self) -> &Name;
    fn condition(&mut self) -> &mut Option<Condition>;

    /// Takes over the rest from the same entity of another series.
    fn borrow_details(&mut self, _: &Self) {}
}

macro_rules! entities {
    ($($entity:ty $(, $details:expr)?;)*) => {$(
        impl Entity for $entity {
            fn name(&self) -> &Name {
                &self.name
            }

            fn condition(&mut self) -> &mut Option<Condition> {
                &mut self.condition
            }

            $(fn borrow_details(&mut self, old: &Self) {
                $details(self, old)
            })?
        }
    )*};
}

entities! {
    FeatureDefinition;
    BranchDefinition;
    EnumValueDefinition, |new: &mut Self, old: &Self| {
        borrow_conditions(&mut new.features, &old.features);
    };
    MemberDefinition, |new: &mut Self, old: &Self| {
        borrow_conditions(&mut new.features, &old.features);
        borrow_size(&mut new.ty, &old.ty);
    };
}

/// Completes a definition that was built from a reply.
///
/// `members` are those of the old definition with the inherited ones. `keep`
/// decides, by condition and name, which entities are added that the build lacks.
/// The old definition may be the command whose arguments have become a struct.
pub(super) fn borrow(
    new: &mut Definition,
    old: &Definition,
    members: &[MemberDefinition],
    keep: &dyn Fn(&Condition, &str) -> bool,
) {
    if new.name.value == old.name.value {
        new.condition.clone_from(&old.condition);
        borrow_conditions(&mut new.features, &old.features);
    }
    match (&mut new.body, &old.body) {
        (DefinitionBody::Enum(new), DefinitionBody::Enum(old)) => {
            new.prefix.clone_from(&old.prefix);
            borrow_entities(&mut new.values, &old.values, keep);
        }
        (DefinitionBody::Struct(new), _) => {
            borrow_entities(&mut new.members, members, keep);
        }
        (DefinitionBody::Union(new), DefinitionBody::Union(old)) => {
            if let UnionBase::Inline(base) = &mut new.base {
                borrow_entities(base, members, keep);
            }
            borrow_entities(&mut new.branches, &old.branches, keep);
        }
        (DefinitionBody::Command(new), DefinitionBody::Command(old)) => {
            borrow_data(&mut new.data, members, keep);
            if let Some((new, old)) = new.returns.as_mut().zip(old.returns.as_ref()) {
                borrow_size(new, old);
            }
            new.generated = old.generated;
            new.success_response = old.success_response;
            new.allow_preconfig = old.allow_preconfig;
            new.coroutine = old.coroutine;
        }
        (DefinitionBody::Event(new), DefinitionBody::Event(_)) => {
            borrow_data(&mut new.data, members, keep);
        }
        _ => {}
    }
}

fn borrow_data(
    new: &mut DataDefinition,
    members: &[MemberDefinition],
    keep: &dyn Fn(&Condition, &str) -> bool,
) {
    if let DataDefinition::Inline(new) = new {
        borrow_entities(new, members, keep);
    }
}

fn borrow_conditions(new: &mut [FeatureDefinition], old: &[FeatureDefinition]) {
    for feature in new {
        if let Some(old) = old.iter().find(|old| old.name.value == feature.name.value) {
            feature.condition.clone_from(&old.condition);
        }
    }
}

/// Introspection reports all integers as `int`.
fn borrow_size(new: &mut TypeReference, old: &TypeReference) {
    let is_integer = |ty: &TypeReference| {
        let builtin = BuiltinType::ALL
            .iter()
            .find(|one| one.as_str() == ty.name.value);
        builtin.is_some_and(|builtin| builtin.json_kind() == JsonKind::Integer)
    };
    if is_integer(new) && is_integer(old) && new.array == old.array {
        new.name = old.name.clone();
    }
}

/// Completes entities, in the order of the old ones, with new ones at the end.
fn borrow_entities<E: Entity>(
    new: &mut Vec<E>,
    old: &[E],
    keep: &dyn Fn(&Condition, &str) -> bool,
) {
    let mut own = std::mem::take(new);
    for old in old {
        let mut old = old.clone();
        match own
            .iter()
            .position(|one| one.name().value == old.name().value)
        {
            Some(index) => {
                let mut entity = own.remove(index);
                *entity.condition() = old.condition().clone();
                entity.borrow_details(&old);
                new.push(entity);
            }
            None => {
                let name = old.name().value.clone();
                if old
                    .condition()
                    .as_ref()
                    .is_some_and(|condition| keep(condition, &name))
                {
                    new.push(old);
                }
            }
        }
    }
    new.append(&mut own);
}
