//! Unions.
//!
//! A union whose branches share only the discriminator becomes an enum. Others
//! become a struct of the shared members, with a field for the enum of the
//! branches, which has the name of the discriminator.

mod branches;
mod shared_members;

use super::context::FileScope;
use super::docs;
use super::fields::{MemberSite, ObjectFields};
use super::items::ModuleItems;
use crate::analyse::sharing::Shared;
use crate::schema::{Member, TypeId, TypeKind, UnionType};
use branches::BranchesEnum;
use shared_members::UnionStruct;

/// Adds a union of the schema.
pub fn emit(scope: &FileScope<'_>, shared: &Shared<TypeId>, items: &mut ModuleItems) {
    let (release, id) = shared.newest();
    let schema = scope.schema(release);
    let TypeKind::Union(union) = &schema.get(id).kind else {
        return;
    };
    let direction = scope.context.direction(shared);
    let members: Vec<&Member> = schema
        .members(id)
        .into_iter()
        .filter(|member| member.meta.name != union.discriminator)
        .collect();
    if members.is_empty() {
        emit_enum(scope, shared, union, items);
    } else {
        let site = MemberSite {
            scope,
            release,
            owner: Some(id),
            received: direction.received,
        };
        let fields = ObjectFields::new(site, members, false);
        emit_struct(scope, shared, union, &fields, items);
    }
    let received = items.impls_for(direction.received);
    received.call_macro("deserialize_union", &shared.name);
    if scope.context.is_nested(shared) {
        received.call_macro("nested_union", &shared.name);
    }
}

fn emit_enum(
    scope: &FileScope<'_>,
    shared: &Shared<TypeId>,
    union: &UnionType,
    items: &mut ModuleItems,
) {
    let (release, id) = shared.newest();
    let direction = scope.context.direction(shared);
    let name = shared.name.as_str();
    let branches = BranchesEnum::new(scope, (release, id), union, name);
    let docs = docs::type_definition(scope, shared);
    items.definitions.extend(branches.definition(&docs));
    items
        .impls_for(direction.sent)
        .add_serialize(name, branches.write_impl());
    let received = items.impls_for(direction.received);
    received.add(branches.read_impl());
    received.add(branches.empty_base(&scope.schema(release).get(id).meta.name));
}

fn emit_struct(
    scope: &FileScope<'_>,
    shared: &Shared<TypeId>,
    union: &UnionType,
    fields: &ObjectFields,
    items: &mut ModuleItems,
) {
    let (release, id) = shared.newest();
    let direction = scope.context.direction(shared);
    let enum_name = scope
        .context
        .branches_name(&shared.name, &union.discriminator);
    let branches = BranchesEnum::new(scope, (release, id), union, &enum_name);
    let object = UnionStruct {
        name: &shared.name,
        wire_name: &scope.schema(release).get(id).meta.name,
        discriminator: &union.discriminator,
        branches: &enum_name,
        fields,
    };
    let docs = docs::type_definition(scope, shared);
    items.definitions.extend(object.definition(&docs));
    let docs = docs::branches(object.wire_name, object.discriminator);
    items.definitions.extend(branches.definition(&docs));
    let sent = items.impls_for(direction.sent);
    sent.add(object.constructor());
    sent.add(branches.write_impl());
    sent.add_serialize(&shared.name, object.write_impl());
    let received = items.impls_for(direction.received);
    received.add(branches.read_impl());
    received.add(object.read_impl());
}
