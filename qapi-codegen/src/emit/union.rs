//! Unions.
//!
//! A union whose branches share only the discriminator becomes an enum. Others
//! become a struct of the shared members, with a field for the enum of the
//! branches, which has the name of the discriminator.

use super::branches::BranchesEnum;
use super::context::FileScope;
use super::docs;
use super::fields::{MemberSite, ObjectFields, OtherField};
use super::items::ModuleItems;
use super::object::{BranchField, ObjectStruct};
use crate::analyse::sharing::Shared;
use crate::schema::{Member, TypeId, TypeKind, UnionType};

/// Adds a union of the schema.
pub fn emit(scope: &FileScope<'_>, shared: &Shared<TypeId>, items: &mut ModuleItems) {
    let (release, id) = shared.newest();
    let schema = scope.schema(release);
    let TypeKind::Union(union) = &schema.get(id).kind else {
        return;
    };
    let members: Vec<&Member> = schema
        .members(id)
        .into_iter()
        .filter(|member| member.meta.name != union.discriminator)
        .collect();
    if members.is_empty() {
        emit_enum(scope, shared, union, items);
    } else {
        emit_struct(scope, shared, union, members, items);
    }
    let received = items.impls_for(scope.context.direction(shared).received);
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
    items.definitions.push(&branches.definition(&docs));
    let sent = items.impls_for(direction.sent);
    sent.add_serialize(name, &branches.write_impl());
    let received = items.impls_for(direction.received);
    received.add(&branches.read_impl());
    received.add(&branches.empty_base(&scope.schema(release).get(id).meta.name));
}

fn emit_struct(
    scope: &FileScope<'_>,
    shared: &Shared<TypeId>,
    union: &UnionType,
    members: Vec<&Member>,
    items: &mut ModuleItems,
) {
    let (release, id) = shared.newest();
    let direction = scope.context.direction(shared);
    let discriminator = union.discriminator.as_str();
    let enum_name = scope.context.branches_name(&shared.name, discriminator);
    let branches = BranchesEnum::new(scope, (release, id), union, &enum_name);
    let site = MemberSite::of_type(scope, shared);
    let object = ObjectStruct {
        name: &shared.name,
        wire_name: &scope.schema(release).get(id).meta.name,
        fields: ObjectFields::new(site, members, OtherField::Branch(discriminator)),
        branch: Some(BranchField {
            discriminator,
            branches: &enum_name,
        }),
    };
    object.emit(direction, &docs::type_definition(scope, shared), items);
    let docs = docs::branches(object.wire_name, discriminator);
    items.definitions.push(&branches.definition(&docs));
    items.impls_for(direction.sent).add(&branches.write_impl());
    items
        .impls_for(direction.received)
        .add(&branches.read_impl());
}
