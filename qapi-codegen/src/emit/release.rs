//! The module of a release: what it has, and what its commands return.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::GeneratedFile;
use super::codec::rust_type;
use super::context::{Context, Scope};
use super::facts;
use super::file::{Header, file};
use crate::analyse::names;
use crate::analyse::sharing::Group;
use crate::imported::QemuProgram;
use crate::schema::Command;

/// The modules of all releases.
pub fn files(context: &Context<'_>) -> Vec<GeneratedFile> {
    (0..context.schemas.len())
        .map(|release| module(context, release))
        .collect()
}

fn module(context: &Context<'_>, release: usize) -> GeneratedFile {
    let modules = [
        section(
            context,
            release,
            "command",
            "commands",
            "Commands",
            |group| !group.commands.is_empty(),
        ),
        section(context, release, "event", "events", "Events", |group| {
            !group.events.is_empty()
        }),
        section(context, release, "types", "types", "Types", |group| {
            !group.types.is_empty()
        }),
    ];
    let identity = identity(context, release);
    let events = events(context, release);
    let commands = commands(context, release);
    let content = quote! {
        use crate::wire::prelude::*;
        #(#modules)*
        #identity
        #events
        #commands
    };
    let path = match context.interface {
        QemuProgram::Emulator => format!("{}.rs", context.module(release)),
        other => format!("{}/{}.rs", other.short_name(), context.module(release)),
    };
    file(path, &Header::new(context, &[release]), content)
}

/// A module that brings together what the release's groups have of one kind.
fn section(
    context: &Context<'_>,
    release: usize,
    name: &str,
    from: &str,
    title: &str,
    has_any: impl Fn(&Group) -> bool,
) -> TokenStream {
    let groups = context.sharing.groups.iter();
    let groups = groups.filter(|group| group.releases.contains(&release) && has_any(group));
    let from = format_ident!("{from}");
    let uses = groups.map(|group| {
        let group = format_ident!("{}", context.group_module(group));
        quote!(pub use crate::generated::groups::#group::#from::*;)
    });
    let uses: Vec<TokenStream> = uses.collect();
    if uses.is_empty() {
        return TokenStream::new();
    }
    let name = format_ident!("{name}");
    let docs = format!(" {title} of {}.", title_of(context, release));
    quote!(#[doc = #docs] pub mod #name { #(#uses)* })
}

fn title_of(context: &Context<'_>, release: usize) -> String {
    match context.interface {
        QemuProgram::Emulator => format!("QEMU {}", context.series(release)),
        _ => format!("the guest agent of QEMU {}", context.series(release)),
    }
}

/// The type that stands for the release.
fn identity(context: &Context<'_>, release: usize) -> TokenStream {
    let series = context.series(release);
    let (major, minor) = (series.major, series.minor);
    let docs = format!(" The interface of {}.", title_of(context, release));
    let facts = facts::table(context.schemas[release]);
    let implementation = match context.interface {
        QemuProgram::Emulator => quote! {
            impl crate::Release for Release {
                const SERIES: Series = Series { major: #major, minor: #minor };
                const COMMANDS: &'static [CommandFacts] = #facts;
                type Event = Event;
            }
        },
        _ => quote! {
            impl crate::AgentRelease for Release {
                const SERIES: Series = Series { major: #major, minor: #minor };
                const COMMANDS: &'static [CommandFacts] = #facts;
            }
        },
    };
    quote! {
        #[doc = #docs]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct Release;
        #implementation
    }
}

/// The enum of all events.
fn events(context: &Context<'_>, release: usize) -> TokenStream {
    if context.interface == QemuProgram::GuestAgent {
        return TokenStream::new();
    }
    let docs = format!(" Any event of {}.", title_of(context, release));
    let events = context.schemas[release].events.iter().map(|event| {
        let name = &event.meta.name;
        let ident = format_ident!("{}", names::type_name(name));
        quote!(#ident = #name)
    });
    quote! {
        wire::events! {
            #[doc = #docs]
            pub enum Event of Release { #(#events),* }
        }
    }
}

/// Which commands the release has, and what they return.
fn commands(context: &Context<'_>, release: usize) -> TokenStream {
    let scope = Scope::new(context, None);
    let schema = context.schemas[release];
    let entries = schema
        .commands
        .iter()
        .map(|command| entry(&scope, release, command));
    quote!(wire::commands_of! { Release: #(#entries;)* })
}

fn entry(scope: &Scope<'_>, release: usize, command: &Command) -> TokenStream {
    let ident = format_ident!("{}", names::type_name(&command.meta.name));
    let returns = match command.returns {
        _ if !command.success_response => quote!(NoReply),
        None => quote!(Empty),
        Some(ty) => {
            let ty = rust_type(scope, release, ty);
            quote!(#ty)
        }
    };
    let oob = command.allow_oob.then(|| quote!(, oob));
    let silent = (!command.success_response).then(|| quote!(, silent));
    quote!(#ident => #returns #oob #silent)
}
