//! Commands.

use quote::format_ident;

use super::context::FileScope;
use super::docs;
use super::fields::{MemberSite, ObjectFields};
use super::items::ModuleItems;
use super::object::{Newtype, ObjectStruct};
use crate::analyse::sharing::Shared;
use crate::schema::OperationData;

/// Adds a command as the type of its arguments.
pub fn emit(scope: &FileScope<'_>, shared: &Shared<usize>, items: &mut ModuleItems) {
    let (release, index) = shared.newest();
    let command = &scope.schema(release).commands[index];
    let docs = docs::command(scope, shared);
    let name = shared.name.as_str();
    match &command.data {
        OperationData::Members(members) => {
            let site = MemberSite::of_operation(scope, release, false);
            let fields = ObjectFields::new(site, members, command.open);
            let object = ObjectStruct {
                name,
                wire_name: &command.meta.name,
                fields: &fields,
            };
            items.definitions.extend(object.definition(&docs));
            items.definitions.extend(object.constructor());
            items.main.add_serialize(name, object.write_impl());
            items.both.add_deserialize(name, object.read_impl());
        }
        OperationData::Defined(id) => {
            let newtype = Newtype {
                name,
                inner: &scope.import_type(release, *id),
            };
            items.definitions.extend(newtype.definition(&docs));
            items.main.add_serialize(name, newtype.write_impl());
            items.both.call_macro("deserialize_newtype", name);
        }
    }
    let entry = (format_ident!("{name}"), command.meta.name.clone());
    items.commands.push(entry);
}
