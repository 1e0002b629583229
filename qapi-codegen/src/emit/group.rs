//! The file of a group: its types, commands and events as three modules.
//!
//! What the feature `both-directions` adds is in a file next to it.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::{EmitContext, FileScope, TypeImports};
use super::file::{FileHeader, file_of, format_in_module, format_source};
use super::items::{ImplSet, ModuleItems, macro_calls};
use super::operation::{emit_command, emit_event};
use super::piece::{Lines, piece};
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
    let items = group_items(context, group);
    let is_short = |file: &GeneratedFile| lines_of(&file.content) <= MAX_LINES;
    // Fewer files than these have too many lines, whatever each of them has.
    let mut count = item_lines(&items).div_ceil(MAX_LINES).max(1);
    loop {
        let parts = divide(&items, count);
        // As here, if one of them is too long without its imports.
        if parts.len() == count && parts.iter().any(|part| item_lines(part) > MAX_LINES) {
            count += 1;
            continue;
        }
        let numbered = (1..).zip(&parts).map(|(number, part)| {
            let name = match number {
                1 => module.to_owned(),
                _ => format!("{module}_{number}"),
            };
            module_file(context, run, name, part)
        });
        let modules: Vec<ModuleFile> = numbered.collect();
        let mut files = modules.iter().flat_map(|module| &module.files);
        if parts.len() < count || files.all(is_short) {
            return modules;
        }
        count += 1;
    }
}

fn item_lines(items: &[GroupItem<'_>]) -> usize {
    items.iter().map(|item| item.lines).sum()
}

/// An item of a group as source code, which does not depend on the file that it is in.
struct GroupItem<'g> {
    kind: ItemKind,
    name: &'g str,
    imports: TypeImports,
    source: ModuleItems,
    /// The number of lines in the module itself.
    lines: usize,
}

/// The items of a group in the order in which files have them.
fn group_items<'g>(context: &EmitContext<'_>, group: &'g Group) -> Vec<GroupItem<'g>> {
    let types = || FileScope::of_type(context);
    let operations = || FileScope::new(context);
    let mut items = format_items(ItemKind::Types, types, &group.types, emit_type);
    let commands = &group.commands;
    items.extend(format_items(
        ItemKind::Commands,
        operations,
        commands,
        emit_command,
    ));
    items.extend(format_items(
        ItemKind::Events,
        operations,
        &group.events,
        emit_event,
    ));
    items
}

/// Formats the items of one kind.
fn format_items<'c, 'g, I>(
    kind: ItemKind,
    scope: impl Fn() -> FileScope<'c>,
    all_shared: &'g [Shared<I>],
    emit: fn(&FileScope<'_>, &Shared<I>, &mut ModuleItems),
) -> Vec<GroupItem<'g>> {
    let each = all_shared.iter().map(|shared| {
        let (scope, mut source) = (scope(), ModuleItems::default());
        emit(&scope, shared, &mut source);
        let lines = [&source.definitions, &source.main.written];
        GroupItem {
            kind,
            name: &shared.name,
            imports: scope.into_imports(),
            lines: lines.map(|lines| lines_of(lines.as_str())).iter().sum(),
            source,
        }
    });
    each.collect()
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

/// The number of lines of source code, the last of which ends like the others.
fn lines_of(source: &str) -> usize {
    memchr::memchr_iter(b'\n', source.as_bytes()).count()
}

/// Divides the items of a group evenly; fewer parts than asked for have one item each.
fn divide<'i, 'g>(items: &'i [GroupItem<'g>], parts: usize) -> Vec<&'i [GroupItem<'g>]> {
    let size = items.len().div_ceil(parts).max(1);
    items.chunks(size).collect()
}

fn module_file(
    context: &EmitContext<'_>,
    run: Run,
    name: String,
    items: &[GroupItem<'_>],
) -> ModuleFile {
    let modules: Vec<GroupModule<'_>> = items
        .chunk_by(|one, other| one.kind == other.kind)
        .map(|items| GroupModule::new(run, items))
        .collect();
    let folder = format!(
        "{}/{}/{}",
        context.program.short_name(),
        context.since_module(run.since),
        context.until_module(run)
    );
    let header = FileHeader::new(context, "schemas");
    let (main, both) = contents(context, &modules);
    let mut files = vec![file_of(format!("{folder}/{name}.rs"), &header, &main)];
    files.extend(both.map(|both| file_of(format!("{folder}/{name}/both.rs"), &header, &both)));
    ModuleFile {
        run,
        kinds: modules.iter().map(|module| module.kind).collect(),
        name,
        files,
    }
}

/// The content of the file, and of the one for `both-directions`.
fn contents(context: &EmitContext<'_>, modules: &[GroupModule<'_>]) -> (String, Option<String>) {
    let main = modules.iter().map(|module| module.main(context));
    let mut main: String = main.collect();
    let both = modules.iter().filter_map(|module| module.both(context));
    let both: String = both.collect();
    if both.is_empty() {
        return (main, None);
    }
    let declaration = context.host.when_both_directions(quote!(
        mod both;
    ));
    main += &format_source(declaration);
    (main, Some(both))
}

/// The items of one kind in a file, as a module.
struct GroupModule<'i> {
    kind: ItemKind,
    imports: TypeImports,
    sources: Vec<&'i ModuleItems>,
}

impl<'i> GroupModule<'i> {
    fn new(run: Run, items: &'i [GroupItem<'_>]) -> Self {
        let kind = items[0].kind;
        let mut imports = TypeImports::default();
        items.iter().for_each(|item| imports.merge(&item.imports));
        if kind == ItemKind::Types {
            imports.remove(run.since, &items.iter().map(|item| item.name).collect());
        }
        GroupModule {
            kind,
            imports,
            sources: items.iter().map(|item| &item.source).collect(),
        }
    }

    fn imports(&self, context: &EmitContext<'_>, depth: usize) -> Lines {
        let is_of_types = self.kind == ItemKind::Types;
        self.imports.to_lines(context, depth, is_of_types)
    }

    /// The module itself.
    fn main(&self, context: &EmitContext<'_>) -> String {
        let sources = || self.sources.iter();
        let commands: Vec<&TokenStream> = sources().filter_map(|it| it.command.as_ref()).collect();
        let commands = (!commands.is_empty()).then(|| quote!(wire::commands! { #(#commands),* }));
        let mut source = format!("pub mod {} {{\n", self.kind.module());
        source += context.runtime_import().as_str();
        source += self.imports(context, MODULE_DEPTH).as_str();
        source.extend(sources().map(|it| it.definitions.as_str()));
        source += format_in_module(quote!(#commands)).as_str();
        source.extend(sources().map(|it| it.main.written.as_str()));
        source += macro_calls(sources().map(|it| &it.main)).as_str();
        source + "}\n"
    }

    /// Its counterpart for `both-directions`, if it has any impls.
    fn both(&self, context: &EmitContext<'_>) -> Option<String> {
        let sources = || self.sources.iter().map(|it| &it.both);
        if sources().all(ImplSet::is_empty) {
            return None;
        }
        let module = self.kind.module();
        let mut source = format!("mod {module} {{\n");
        source += context.runtime_import().as_str();
        source += piece!(Item { use super::super::MODULE::*; } MODULE = module).as_str();
        source += self.imports(context, MODULE_DEPTH + 1).as_str();
        source.extend(sources().map(|it| it.written.as_str()));
        source += macro_calls(sources()).as_str();
        Some(source + "}\n")
    }
}
