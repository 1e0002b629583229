//! The module of a release: its items, its commands and their return types.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::GeneratedFile;
use super::codec::rust_type;
use super::command_table::command_table;
use super::context::{EmitContext, FileScope};
use super::file::{FileHeader, format_file};
use crate::analyse::names;
use crate::analyse::sharing::Group;
use crate::imported::QemuProgram;
use crate::schema::Command;

/// Generates the modules of all releases.
pub fn files(context: &EmitContext<'_>) -> Vec<GeneratedFile> {
    (0..context.schemas.len())
        .map(|release| module(context, release))
        .collect()
}

fn module(context: &EmitContext<'_>, release: usize) -> GeneratedFile {
    let sections = SECTIONS.map(|section| section.reexports(context, release));
    let identity = identity(context, release);
    let events = event_enum(context, release);
    let commands = command_impls(context, release);
    let content = quote! {
        use crate::wire::prelude::*;
        #(#sections)*
        #identity
        #events
        #commands
    };
    let path = match context.program {
        QemuProgram::Emulator => format!("{}.rs", context.module(release)),
        other => format!("{}/{}.rs", other.short_name(), context.module(release)),
    };
    let header = FileHeader::for_releases(context, &[release]);
    format_file(path, &header, content)
}

/// A public module with all items of one kind.
struct ReleaseSection {
    module: &'static str,
    /// The module in each group.
    group_module: &'static str,
    title: &'static str,
    is_empty: fn(&Group) -> bool,
}

const SECTIONS: [ReleaseSection; 3] = [
    ReleaseSection {
        module: "command",
        group_module: "commands",
        title: "Commands",
        is_empty: |group| group.commands.is_empty(),
    },
    ReleaseSection {
        module: "event",
        group_module: "events",
        title: "Events",
        is_empty: |group| group.events.is_empty(),
    },
    ReleaseSection {
        module: "types",
        group_module: "types",
        title: "Types",
        is_empty: |group| group.types.is_empty(),
    },
];

impl ReleaseSection {
    fn reexports(&self, context: &EmitContext<'_>, release: usize) -> Option<TokenStream> {
        let groups = context.sharing.groups.iter();
        let groups = groups
            .filter(|group| group.releases.contains(&release) && !(self.is_empty)(group))
            .map(|group| format_ident!("{}", context.group_module(group)));
        let groups: Vec<_> = groups.collect();
        let module = format_ident!("{}", self.module);
        let group_module = format_ident!("{}", self.group_module);
        let docs = format!(" {} of {}.", self.title, title(context, release));
        (!groups.is_empty()).then(|| {
            quote! {
                #[doc = #docs]
                pub mod #module {
                    #(pub use crate::generated::groups::#groups::#group_module::*;)*
                }
            }
        })
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
    let commands = command_table(context.schemas[release]);
    let (release_trait, event) = match context.program {
        QemuProgram::Emulator => (
            quote!(Release),
            Some(quote!(
                type Event = Event;
            )),
        ),
        _ => (quote!(AgentRelease), None),
    };
    quote! {
        #[doc = #docs]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct Release;
        impl crate::#release_trait for Release {
            const SERIES: Series = Series { major: #major, minor: #minor };
            const COMMANDS: &'static [CommandInfo] = #commands;
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
        quote!(#ident = #name)
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
    let scope = FileScope::new(context, None);
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
