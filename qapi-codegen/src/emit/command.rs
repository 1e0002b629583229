//! Commands.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::context::Scope;
use super::docs;
use super::fields::{Fields, Place};
use super::group::Parts;
use super::object::Object;
use crate::analyse::sharing::Shared;
use crate::schema::{Command, Member, OperationData};

/// A command of the schema, as the type of its arguments.
pub fn emit(scope: &Scope<'_>, shared: &Shared<usize>, parts: &mut Parts) {
    let (release, index) = shared.newest();
    let command = &scope.schema(release).commands[index];
    let docs = docs::command(scope, shared);
    match &command.data {
        OperationData::Members(members) => {
            inline(scope, release, &shared.name, command, members, &docs, parts)
        }
        OperationData::Defined(id) => {
            let inner = scope.type_name(release, *id);
            parts
                .definitions
                .extend(newtype(&shared.name, &inner, &docs));
            parts.main.write(&shared.name, newtype_write(&shared.name));
            parts.both.newtypes.push(format_ident!("{}", shared.name));
        }
    }
    parts
        .commands
        .push((format_ident!("{}", shared.name), command.meta.name.clone()));
}

fn inline(
    scope: &Scope<'_>,
    release: usize,
    name: &str,
    command: &Command,
    members: &[Member],
    docs: &[String],
    parts: &mut Parts,
) {
    let place = Place {
        scope,
        release,
        owner: None,
        received: false,
    };
    let fields = Fields::new(place, &members.iter().collect::<Vec<_>>(), command.open);
    let object = Object {
        name,
        wire: &command.meta.name,
        fields: &fields,
    };
    parts.definitions.extend(object.definition(docs));
    parts.definitions.extend(object.constructor());
    parts.main.write(name, object.write());
    parts.both.read(name, object.read());
}

/// A struct that is another type on the wire.
pub fn newtype(name: &str, inner: &str, docs: &[String]) -> TokenStream {
    let name = format_ident!("{name}");
    let inner = format_ident!("{inner}");
    quote! {
        #(#[doc = #docs])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct #name(pub types::#inner);
    }
}

/// How a struct that is another type on the wire writes its members.
pub fn newtype_write(name: &str) -> TokenStream {
    let name = format_ident!("{name}");
    quote! {
        impl Write for #name {
            fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                self.0.write(map)
            }
        }
    }
}
