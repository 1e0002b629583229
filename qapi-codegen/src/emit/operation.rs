//! Commands as the types of their arguments, events as the types of their data.

use quote::{format_ident, quote};

use super::command_info::command_info;
use super::context::FileScope;
use super::docs;
use super::fields::{MemberSite, ObjectFields, OtherField};
use super::items::ModuleItems;
use super::object::ObjectStruct;
use super::piece::{Lines, Place, piece};
use crate::analyse::directions::TypeDirections;
use crate::analyse::sharing::Shared;
use crate::schema::{EntityMeta, OperationData, TypeId};

/// Adds a command.
pub fn emit_command(scope: &FileScope<'_>, shared: &Shared<usize>, items: &mut ModuleItems) {
    let (release, index) = shared.newest();
    let command = &scope.schema(release).commands[index];
    let operation = OperationStruct {
        scope,
        release,
        name: &shared.name,
        meta: &command.meta,
        open: command.open,
        direction: TypeDirections::SENT,
    };
    operation.emit(&command.data, &docs::command(scope, shared), items);
    let ident = format_ident!("{}", shared.name);
    let info = command_info(scope.schema(release), command);
    items.command = Some(quote!(#ident #info));
}

/// Adds an event.
pub fn emit_event(scope: &FileScope<'_>, shared: &Shared<usize>, items: &mut ModuleItems) {
    let (release, index) = shared.newest();
    let event = &scope.schema(release).events[index];
    let operation = OperationStruct {
        scope,
        release,
        name: &shared.name,
        meta: &event.meta,
        open: false,
        direction: TypeDirections::RECEIVED,
    };
    operation.emit(&event.data, &docs::event(scope, shared), items);
}

struct OperationStruct<'a, 'c> {
    scope: &'a FileScope<'c>,
    release: usize,
    /// The Rust name.
    name: &'a str,
    meta: &'a EntityMeta,
    open: bool,
    direction: TypeDirections,
}

impl OperationStruct<'_, '_> {
    fn emit(&self, data: &OperationData, docs: &str, items: &mut ModuleItems) {
        let deserialize = match data {
            OperationData::Members(members) => {
                let site = MemberSite {
                    scope: self.scope,
                    release: self.release,
                    owner: None,
                    received: self.direction.received,
                };
                let other = match self.open {
                    true => OtherField::Extra,
                    false => OtherField::None,
                };
                let object = ObjectStruct {
                    name: self.name,
                    wire_name: &self.meta.name,
                    fields: ObjectFields::new(site, members, other),
                    branch: None,
                };
                object.emit(self.direction, docs, items);
                "deserialize"
            }
            OperationData::Defined(id) => {
                items.definitions.push(&self.newtype(*id, docs));
                let sent = items.impls_for(self.direction.sent);
                sent.add_serialize(self.name, &self.newtype_write_impl());
                "deserialize_newtype"
            }
        };
        let received = items.impls_for(self.direction.received);
        received.call_macro(deserialize, self.name);
    }

    /// A struct around the type whose members are those of the operation.
    fn newtype(&self, id: TypeId, docs: &str) -> Lines {
        piece!(
            Item {
                #[DOCS]
                #[derive(Debug, Clone, PartialEq)]
                pub struct NAME(pub types::INNER);
            }
            DOCS = &docs::comments(Place::Item, docs),
            NAME = self.name,
            INNER = &self.scope.import_type(self.release, id)
        )
    }

    fn newtype_write_impl(&self) -> Lines {
        piece!(
            Item {
                impl Write for NAME {
                    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                        self.0.write(map)
                    }
                }
            } NAME = self.name
        )
    }
}
