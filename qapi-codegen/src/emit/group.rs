//! The file of a group: its types, commands and events as three modules.
//!
//! What the feature `both-directions` adds is in a file next to it.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::context::{EmitContext, FileScope};
use super::file::{FileHeader, format_file};
use super::items::ModuleItems;
use super::operation::{emit_command, emit_event};
use super::{GeneratedFile, alternate, enumeration, object, union};
use crate::analyse::sharing::{Group, Run, Shared};
use crate::schema::{TypeId, TypeKind};

/// The number of lines of a file beyond which it is divided.
const MAX_LINES: usize = 1500;

/// The levels between the module of all releases and those of the items of a file, as
/// in `since_2_8::current::block_core::types`.
const MODULE_DEPTH: usize = 4;

/// The kinds of items, which have a module each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    Types,
    Commands,
    Events,
}

impl ItemKind {
    pub const ALL: [ItemKind; 3] = [ItemKind::Types, ItemKind::Commands, ItemKind::Events];

    /// The name of the module in a group.
    pub fn module(self) -> &'static str {
        match self {
            ItemKind::Types => "types",
            ItemKind::Commands => "commands",
            ItemKind::Events => "events",
        }
    }

    /// The number of items of the kind in a group.
    pub fn count(self, group: &Group) -> usize {
        match self {
            ItemKind::Types => group.types.len(),
            ItemKind::Commands => group.commands.len(),
            ItemKind::Events => group.events.len(),
        }
    }
}

/// A Rust module of a group, or of a part of one that is too long for one file.
pub struct ModuleFile {
    pub run: Run,
    /// The Rust name of the module.
    pub name: String,
    /// The kinds of its items.
    pub kinds: Vec<ItemKind>,
    pub files: Vec<GeneratedFile>,
}

/// Generates the files of a group.
pub fn emit_group(
    context: &EmitContext<'_>,
    run: Run,
    module: &str,
    group: &Group,
) -> Vec<ModuleFile> {
    let is_short = |file: &GeneratedFile| file.content.lines().count() <= MAX_LINES;
    let mut parts = 1;
    loop {
        let divided = divide(group, parts);
        let numbered = (1..).zip(&divided).map(|(number, part)| {
            let name = match number {
                1 => module.to_owned(),
                _ => format!("{module}_{number}"),
            };
            module_file(context, run, name, part)
        });
        let modules: Vec<ModuleFile> = numbered.collect();
        let mut files = modules.iter().flat_map(|module| &module.files);
        if divided.len() < parts || files.all(is_short) {
            return modules;
        }
        parts += 1;
    }
}

/// Divides the items of a group evenly; fewer parts than asked for have one item each.
fn divide(group: &Group, parts: usize) -> Vec<Group> {
    let count: usize = ItemKind::ALL.iter().map(|kind| kind.count(group)).sum();
    let size = count.div_ceil(parts).max(1);
    let starts = (0..count).step_by(size);
    let part = |start: usize| {
        let (mut skip, mut take) = (start, size);
        Group {
            types: take_part(&group.types, &mut skip, &mut take),
            commands: take_part(&group.commands, &mut skip, &mut take),
            events: take_part(&group.events, &mut skip, &mut take),
        }
    };
    starts.map(part).collect()
}

/// Takes the next items of a list after those to skip.
fn take_part<I: Clone>(items: &[Shared<I>], skip: &mut usize, take: &mut usize) -> Vec<Shared<I>> {
    let start = items.len().min(*skip);
    let end = items.len().min(start + *take);
    *skip -= start;
    *take -= end - start;
    items[start..end].to_vec()
}

fn module_file(context: &EmitContext<'_>, run: Run, name: String, group: &Group) -> ModuleFile {
    let names = group.types.iter().map(|shared| shared.name.as_str());
    let own_types = FileScope::of_types(context, run.since, names.collect::<HashSet<_>>());
    let operations = || FileScope::new(context);
    let modules = [
        collect(own_types, &group.types, emit_type),
        collect(operations(), &group.commands, emit_command),
        collect(operations(), &group.events, emit_event),
    ];
    let modules: Vec<(ItemKind, (FileScope<'_>, ModuleItems))> = ItemKind::ALL
        .into_iter()
        .zip(modules)
        .filter(|(kind, _)| kind.count(group) > 0)
        .collect();
    let folder = format!(
        "{}/{}/{}",
        context.program.short_name(),
        context.since_module(run.since),
        context.until_module(run)
    );
    let header = FileHeader::new(context, "schemas");
    let (main, both) = contents(context, &modules);
    let mut files = vec![format_file(format!("{folder}/{name}.rs"), &header, main)];
    files.extend(both.map(|both| format_file(format!("{folder}/{name}/both.rs"), &header, both)));
    ModuleFile {
        run,
        kinds: modules.iter().map(|(kind, _)| *kind).collect(),
        name,
        files,
    }
}

/// The content of the file, and of the one for `both-directions`.
fn contents(
    context: &EmitContext<'_>,
    modules: &[(ItemKind, (FileScope<'_>, ModuleItems))],
) -> (TokenStream, Option<TokenStream>) {
    let runtime = context.runtime_import();
    let main = modules.iter().map(|(kind, (scope, items))| {
        let module = format_ident!("{}", kind.module());
        let (imports, main) = (scope.imports(MODULE_DEPTH), items.main_tokens());
        quote!(pub mod #module { #runtime #imports #main })
    });
    let both = modules
        .iter()
        .filter(|(_, (_, items))| !items.both.is_empty());
    let both = both.map(|(kind, (scope, items))| {
        let module = format_ident!("{}", kind.module());
        let (imports, both) = (scope.imports(MODULE_DEPTH + 1), items.both.to_tokens());
        quote! {
            mod #module {
                #runtime
                use super::super::#module::*;
                #imports
                #both
            }
        }
    });
    let both: Vec<TokenStream> = both.collect();
    let both = (!both.is_empty()).then(|| quote!(#(#both)*));
    let declaration = both.is_some().then(|| {
        context.host.when_both_directions(quote!(
            mod both;
        ))
    });
    (quote!(#(#main)* #declaration), both)
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
