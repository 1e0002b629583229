//! Events.

use quote::format_ident;

use super::command::{newtype, newtype_write};
use super::context::Scope;
use super::docs;
use super::fields::{Fields, Place};
use super::group::Parts;
use super::object::Object;
use crate::analyse::sharing::Shared;
use crate::schema::OperationData;

/// An event of the schema, as the type of its data.
pub fn emit(scope: &Scope<'_>, shared: &Shared<usize>, parts: &mut Parts) {
    let (release, index) = shared.newest();
    let event = &scope.schema(release).events[index];
    let docs = docs::event(scope, shared);
    let name = &shared.name;
    match &event.data {
        OperationData::Members(members) => {
            let place = Place {
                scope,
                release,
                owner: None,
                received: true,
            };
            let fields = Fields::new(place, &members.iter().collect::<Vec<_>>(), false);
            let object = Object {
                name,
                wire: &event.meta.name,
                fields: &fields,
            };
            parts.definitions.extend(object.definition(&docs));
            parts.both.definitions.extend(object.constructor());
            parts.both.write(name, object.write());
            parts.main.read(name, object.read());
        }
        OperationData::Defined(id) => {
            let inner = scope.type_name(release, *id);
            parts.definitions.extend(newtype(name, &inner, &docs));
            parts.both.write(name, newtype_write(name));
            parts.main.newtypes.push(format_ident!("{name}"));
        }
    }
}
