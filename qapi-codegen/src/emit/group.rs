//! The files of a group of releases that share types.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::context::{EmitContext, FileScope};
use super::file::{FileHeader, format_file};
use super::items::ModuleItems;
use super::{GeneratedFile, alternate, command, enumeration, event, object, union};
use crate::analyse::sharing::Group;
use crate::schema::TypeKind;

/// Generates the files of all groups.
pub fn files(context: &EmitContext<'_>) -> Vec<GeneratedFile> {
    let groups = context.sharing.groups.iter().enumerate();
    groups
        .flat_map(|(home, group)| group_files(context, home, group))
        .collect()
}

fn group_files(context: &EmitContext<'_>, home: usize, group: &Group) -> Vec<GeneratedFile> {
    let folder = format!("groups/{}", context.group_module(group));
    let header = FileHeader::for_releases(context, &group.releases);
    let modules = [
        ("types", types(FileScope::new(context, Some(home)), group)),
        ("commands", commands(FileScope::new(context, None), group)),
        ("events", events(FileScope::new(context, None), group)),
    ];
    let mut files = Vec::new();
    let mut declarations = TokenStream::new();
    for (name, (scope, items)) in &modules {
        if items.definitions.is_empty() {
            continue;
        }
        let ident = format_ident!("{name}");
        declarations.extend(quote!(pub mod #ident;));
        files.extend(module_files(
            &format!("{folder}/{name}"),
            &header,
            scope,
            items,
        ));
    }
    files.push(format_file(
        format!("{folder}/mod.rs"),
        &header,
        declarations,
    ));
    files
}

fn module_files(
    path: &str,
    header: &FileHeader,
    scope: &FileScope<'_>,
    items: &ModuleItems,
) -> Vec<GeneratedFile> {
    let (imports, main) = (scope.imports(), items.main_tokens());
    let content = quote!(use crate::wire::prelude::*; #imports #main);
    let mut files = vec![format_file(format!("{path}.rs"), header, content)];
    if !items.both.is_empty() {
        let both = items.both.to_tokens();
        let content = quote!(use super::*; #both);
        files.push(format_file(format!("{path}/both.rs"), header, content));
    }
    files
}

fn types<'c>(scope: FileScope<'c>, group: &Group) -> (FileScope<'c>, ModuleItems) {
    let mut items = ModuleItems::default();
    for shared in &group.types {
        let (release, id) = shared.newest();
        let emit = match &scope.schema(release).get(id).kind {
            TypeKind::Enum(_) => enumeration::emit,
            TypeKind::Struct(_) => object::emit,
            TypeKind::Union(_) => union::emit,
            TypeKind::Alternate(_) => alternate::emit,
        };
        emit(&scope, shared, &mut items);
    }
    (scope, items)
}

fn commands<'c>(scope: FileScope<'c>, group: &Group) -> (FileScope<'c>, ModuleItems) {
    let mut items = ModuleItems::default();
    for shared in &group.commands {
        command::emit(&scope, shared, &mut items);
    }
    (scope, items)
}

fn events<'c>(scope: FileScope<'c>, group: &Group) -> (FileScope<'c>, ModuleItems) {
    let mut items = ModuleItems::default();
    for shared in &group.events {
        event::emit(&scope, shared, &mut items);
    }
    (scope, items)
}
