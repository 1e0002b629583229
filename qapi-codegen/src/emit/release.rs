//! The module of a release: its items, its commands and their return types.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::codec::rust_type;
use super::context::{EmitContext, FileScope};
use super::file::{FileHeader, format_file, tokens_of};
use super::group::ItemKind;
use super::{GeneratedFile, docs};
use crate::analyse::names;
use crate::analyse::sharing::Shared;
use crate::imported::QemuProgram;
use crate::schema::{Command, EntityMeta, OperationData, Schema, TypeId};

/// Generates the module of a release.
pub fn emit_release(context: &EmitContext<'_>, release: usize) -> GeneratedFile {
    let sections = SECTIONS.map(|section| section.emit(context, release));
    let identity = identity(context, release);
    let events = event_enum(context, release);
    let commands = command_impls(context, release);
    let runtime = tokens_of(context.runtime_import().as_str());
    let content = quote! {
        #runtime
        #(#sections)*
        #identity
        #events
        #commands
    };
    let program = context.program.short_name();
    let path = format!("{program}/{}.rs", context.module(release));
    let header = FileHeader::new(context, &format!("schemas/{}", context.series(release)));
    format_file(path, &header, content)
}

/// A public module with all items of one kind.
struct ReleaseSection {
    module: &'static str,
    title: &'static str,
    kind: ItemKind,
}

/// The levels between the module of all releases and a section, as in `v2_11::command`.
const SECTION_DEPTH: usize = 2;

const SECTIONS: [ReleaseSection; 3] = [
    ReleaseSection {
        module: "command",
        title: "Commands",
        kind: ItemKind::Commands,
    },
    ReleaseSection {
        module: "event",
        title: "Events",
        kind: ItemKind::Events,
    },
    ReleaseSection {
        module: "types",
        title: "Types",
        kind: ItemKind::Types,
    },
];

/// The items of one kind by their first release, with the deprecated ones apart.
#[derive(Default)]
struct SectionItems<'c> {
    names: BTreeMap<usize, BTreeSet<String>>,
    deprecated: Vec<DeprecatedItem<'c>>,
}

/// An item that the release deprecates.
struct DeprecatedItem<'c> {
    first: usize,
    name: &'c str,
    note: String,
    /// The type of the arguments, if the item is a tuple struct of it.
    arguments: Option<&'c str>,
}

impl<'c> SectionItems<'c> {
    /// Adds the items of a group; `describe` finds the definition of one in a release,
    /// and the type that it is a tuple struct of.
    fn add<I: Copy>(
        &mut self,
        release: usize,
        shared: &'c [Shared<I>],
        describe: impl Fn(usize, I) -> (&'c EntityMeta, Option<&'c str>),
    ) {
        for item in shared {
            let first = item.run().since;
            let members = &item.members[..=release - first];
            let (meta, arguments) = describe(release, members[members.len() - 1].1);
            if !meta.is_deprecated() {
                self.add_name(first, item.name.clone());
                continue;
            }
            self.deprecated.push(DeprecatedItem {
                first,
                name: &item.name,
                note: docs::deprecation_note(meta),
                arguments,
            });
        }
    }

    /// Adds the enums of the branches of unions, which are re-exported with the unions.
    fn add_branches(&mut self, context: &EmitContext<'_>, types: &[Shared<TypeId>]) {
        for shared in types {
            if let Some(name) = context.branches_of(shared) {
                self.add_name(shared.run().since, name);
            }
        }
    }

    fn add_name(&mut self, first: usize, name: String) {
        self.names.entry(first).or_default().insert(name);
    }
}

impl ReleaseSection {
    fn emit(&self, context: &EmitContext<'_>, release: usize) -> Option<TokenStream> {
        let items = self.items(context, release);
        if items.names.is_empty() && items.deprecated.is_empty() {
            return None;
        }
        let program = tokens_of(&context.program_path(SECTION_DEPTH));
        let kind = format_ident!("{}", self.kind.module());
        let reexports = items.names.iter().map(|(first, names)| {
            let since = format_ident!("{}", context.since_module(*first));
            let names = names.iter().map(|name| format_ident!("{name}"));
            quote!(pub use #program::#since::#kind::{#(#names),*};)
        });
        let aliases = items.deprecated.iter().map(|item| {
            let since = format_ident!("{}", context.since_module(item.first));
            item.alias(quote!(#program::#since::#kind))
        });
        let module = format_ident!("{}", self.module);
        let docs = format!(" {} of {}.", self.title, title(context, release));
        Some(quote! {
            #[doc = #docs]
            pub mod #module {
                #(#reexports)*
                #(#aliases)*
            }
        })
    }

    fn items<'c>(&self, context: &'c EmitContext<'_>, release: usize) -> SectionItems<'c> {
        let mut items = SectionItems::default();
        for ((run, _), group) in &context.sharing.groups {
            if !(run.since..=run.until).contains(&release) {
                continue;
            }
            match self.kind {
                ItemKind::Types => {
                    items.add(release, &group.types, |release, id| {
                        (&context.schemas[release].get(id).meta, None)
                    });
                    items.add_branches(context, &group.types);
                }
                ItemKind::Commands => {
                    items.add(release, &group.commands, |release, index| {
                        let schema = context.schemas[release];
                        let command = &schema.commands[index];
                        (&command.meta, tuple_of(schema, &command.data))
                    });
                }
                ItemKind::Events => {
                    items.add(release, &group.events, |release, index| {
                        let schema = context.schemas[release];
                        let event = &schema.events[index];
                        (&event.meta, tuple_of(schema, &event.data))
                    });
                }
            }
        }
        items
    }
}

/// The type that a command or event is a tuple struct of.
fn tuple_of<'s>(schema: &'s Schema, data: &OperationData) -> Option<&'s str> {
    match data {
        OperationData::Members(_) => None,
        OperationData::Defined(id) => Some(&schema.get(*id).meta.name),
    }
}

impl DeprecatedItem<'_> {
    /// The item under another name for the same type, since a re-export cannot be
    /// deprecated; and the constructor of a tuple struct, which that lacks.
    fn alias(&self, path: TokenStream) -> TokenStream {
        let name = format_ident!("{}", self.name);
        let (note, docs) = (&self.note, docs::alias(&self.note));
        let constructor = self.arguments.map(|arguments| {
            let arguments = format_ident!("{}", names::type_name(arguments));
            quote! {
                #[doc = #docs]
                #[deprecated(note = #note)]
                #[allow(non_snake_case)]
                pub fn #name(arguments: super::types::#arguments) -> #name {
                    #path::#name(arguments)
                }
            }
        });
        quote! {
            #[doc = #docs]
            #[deprecated(note = #note)]
            pub type #name = #path::#name;
            #constructor
        }
    }
}

fn title(context: &EmitContext<'_>, release: usize) -> String {
    let series = context.series(release);
    match context.program {
        QemuProgram::Emulator => format!("QEMU {series}"),
        _ => format!("the guest agent of QEMU {series}"),
    }
}

/// The type that identifies the release.
fn identity(context: &EmitContext<'_>, release: usize) -> TokenStream {
    let series = context.series(release);
    let (major, minor) = (series.major, series.minor);
    let docs = format!(" The interface of {}.", title(context, release));
    let (release_trait, event) = match context.program {
        QemuProgram::Emulator => (
            quote!(Release),
            Some(quote!(
                type Event = Event;
            )),
        ),
        _ => (quote!(AgentRelease), None),
    };
    let runtime = tokens_of(context.host.runtime());
    quote! {
        #[doc = #docs]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct Release;
        impl #runtime::#release_trait for Release {
            const SERIES: #runtime::Series = #runtime::Series { major: #major, minor: #minor };
            const COMMANDS: &'static [#runtime::CommandInfo] = COMMANDS;
            #event
        }
    }
}

/// The enum of all events, which the guest agent does not have.
fn event_enum(context: &EmitContext<'_>, release: usize) -> Option<TokenStream> {
    let docs = format!(" Any event of {}.", title(context, release));
    let events = context.schemas[release].events.iter().map(|event| {
        let name = &event.meta.name;
        let ident = format_ident!("{}", names::type_name(name));
        let deprecated = docs::deprecated_attribute(&event.meta);
        quote!(#deprecated #ident = #name)
    });
    (context.program == QemuProgram::Emulator).then(|| {
        quote! {
            wire::events! {
                #[doc = #docs]
                pub enum Event of Release { #(#events),* }
            }
        }
    })
}

/// The impls that assign commands and their return types to the release.
fn command_impls(context: &EmitContext<'_>, release: usize) -> TokenStream {
    let scope = FileScope::new(context);
    let commands = &context.schemas[release].commands;
    let entries = commands
        .iter()
        .map(|command| command_impl(&scope, release, command));
    quote!(wire::commands_of! { Release: #(#entries;)* })
}

fn command_impl(scope: &FileScope<'_>, release: usize, command: &Command) -> TokenStream {
    let ident = format_ident!("{}", names::type_name(&command.meta.name));
    let returns = match command.returns {
        _ if !command.success_response => quote!(NoReply),
        None => quote!(Empty),
        Some(ty) => rust_type(scope, release, ty),
    };
    let oob = command.allow_oob.then(|| quote!(, oob));
    let silent = (!command.success_response).then(|| quote!(, silent));
    quote!(#ident => #returns #oob #silent)
}
