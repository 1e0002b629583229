//! The files of a group of releases that share types.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::context::{EmitContext, FileScope};
use super::file::{FileHeader, format_file};
use super::items::ModuleItems;
use super::operation::{emit_command, emit_event};
use super::{GeneratedFile, alternate, enumeration, object, union};
use crate::analyse::sharing::{Group, Shared};
use crate::schema::{TypeId, TypeKind};

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
    let scope = |own_group| FileScope::new(context, own_group);
    let modules = [
        ("types", collect(scope(Some(home)), &group.types, emit_type)),
        (
            "commands",
            collect(scope(None), &group.commands, emit_command),
        ),
        ("events", collect(scope(None), &group.events, emit_event)),
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

/// Collects the items of one kind.
fn collect<'c, I>(
    scope: FileScope<'c>,
    all_shared: &[Shared<I>],
    emit: fn(&FileScope<'_>, &Shared<I>, &mut ModuleItems),
) -> (FileScope<'c>, ModuleItems) {
    let mut items = ModuleItems::default();
    for shared in all_shared {
        emit(&scope, shared, &mut items);
    }
    (scope, items)
}

fn emit_type(scope: &FileScope<'_>, shared: &Shared<TypeId>, items: &mut ModuleItems) {
    let (release, id) = shared.newest();
    match &scope.schema(release).get(id).kind {
        TypeKind::Enum(_) => enumeration::emit(scope, shared, items),
        TypeKind::Struct(_) => object::emit(scope, shared, items),
        TypeKind::Union(_) => union::emit(scope, shared, items),
        TypeKind::Alternate(_) => alternate::emit(scope, shared, items),
    }
}
