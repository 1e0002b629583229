//! Events.

use super::context::FileScope;
use super::docs;
use super::fields::{MemberSite, ObjectFields};
use super::items::ModuleItems;
use super::object::{Newtype, ObjectStruct};
use crate::analyse::sharing::Shared;
use crate::schema::OperationData;

/// Adds an event as the type of its data.
pub fn emit(scope: &FileScope<'_>, shared: &Shared<usize>, items: &mut ModuleItems) {
    let (release, index) = shared.newest();
    let event = &scope.schema(release).events[index];
    let docs = docs::event(scope, shared);
    let name = shared.name.as_str();
    match &event.data {
        OperationData::Members(members) => {
            let site = MemberSite::of_operation(scope, release, true);
            let fields = ObjectFields::new(site, members, false);
            let object = ObjectStruct {
                name,
                wire_name: &event.meta.name,
                fields: &fields,
            };
            items.definitions.extend(object.definition(&docs));
            items.both.add(object.constructor());
            items.both.add_serialize(name, object.write_impl());
            items.main.add_deserialize(name, object.read_impl());
        }
        OperationData::Defined(id) => {
            let newtype = Newtype {
                name,
                inner: &scope.import_type(release, *id),
            };
            items.definitions.extend(newtype.definition(&docs));
            items.both.add_serialize(name, newtype.write_impl());
            items.main.call_macro("deserialize_newtype", name);
        }
    }
}
