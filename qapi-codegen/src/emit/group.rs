//! The files of a group: what serves the same set of releases.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::context::{Context, Scope};
use super::file::{Header, file};
use super::{GeneratedFile, alternate, command, enumeration, event, object, union};
use crate::analyse::sharing::Group;
use crate::schema::TypeKind;

/// The pieces of one file, and of the file beside it that is only compiled for
/// both directions.
#[derive(Default)]
pub struct Parts {
    /// What is always compiled.
    pub definitions: TokenStream,
    pub enums: Vec<Ident>,
    pub commands: Vec<(Ident, String)>,
    pub main: Impls,
    pub both: Impls,
}

impl Parts {
    /// Where the impls of a direction go: among those that are always compiled
    /// if the type travels that way, and to the others if not.
    pub fn sink(&mut self, travels: bool) -> &mut Impls {
        if travels {
            &mut self.main
        } else {
            &mut self.both
        }
    }
}

/// Impls, and the types for which a macro of the runtime writes one.
#[derive(Default)]
pub struct Impls {
    pub definitions: TokenStream,
    written: Vec<Ident>,
    read: Vec<Ident>,
    pub unions: Vec<Ident>,
    pub nested: Vec<Ident>,
    pub alternates: Vec<Ident>,
    pub newtypes: Vec<Ident>,
    pub enums_written: Vec<Ident>,
    pub enums_read: Vec<Ident>,
}

impl Impls {
    /// Adds what an object needs to be written.
    pub fn write(&mut self, name: &str, write: TokenStream) {
        self.definitions.extend(write);
        self.written.push(format_ident!("{name}"));
    }

    /// Adds what an object needs to be read.
    pub fn read(&mut self, name: &str, read: TokenStream) {
        self.definitions.extend(read);
        self.read.push(format_ident!("{name}"));
    }

    fn is_empty(&self) -> bool {
        self.tokens().is_empty()
    }

    fn tokens(&self) -> TokenStream {
        let lists = [
            ("serialize", &self.written),
            ("deserialize", &self.read),
            ("deserialize_union", &self.unions),
            ("nested_union", &self.nested),
            ("deserialize_alternate", &self.alternates),
            ("deserialize_newtype", &self.newtypes),
            ("serialize_enum", &self.enums_written),
            ("deserialize_enum", &self.enums_read),
        ];
        let calls = lists.iter().map(|(name, idents)| invocation(name, idents));
        let definitions = &self.definitions;
        quote!(#definitions #(#calls)*)
    }
}

fn invocation(name: &str, idents: &[Ident]) -> TokenStream {
    if idents.is_empty() {
        return TokenStream::new();
    }
    let name = format_ident!("{name}");
    quote!(wire::#name! { #(#idents),* })
}

/// The files of all groups.
pub fn files(context: &Context<'_>) -> Vec<GeneratedFile> {
    let groups = context.sharing.groups.iter().enumerate();
    groups
        .flat_map(|(home, group)| group_files(context, home, group))
        .collect()
}

fn group_files(context: &Context<'_>, home: usize, group: &Group) -> Vec<GeneratedFile> {
    let releases = &group.releases[..];
    let sections: [(&str, Scope<'_>, Parts); 3] = [
        types(Scope::new(context, Some(home)), group),
        commands(Scope::new(context, None), group),
        events(Scope::new(context, None), group),
    ];
    let folder = format!("groups/{}", context.group_module(group));
    let header = Header::new(context, releases);
    let mut files = Vec::new();
    let mut modules = TokenStream::new();
    for (name, scope, parts) in sections
        .iter()
        .filter(|(_, _, parts)| !parts.definitions.is_empty())
    {
        let ident = format_ident!("{name}");
        modules.extend(quote!(pub mod #ident;));
        files.push(file(
            format!("{folder}/{name}.rs"),
            &header,
            section(scope, parts),
        ));
        if !parts.both.is_empty() {
            let both = parts.both.tokens();
            let content = quote!(use super::*; #both);
            files.push(file(format!("{folder}/{name}/both.rs"), &header, content));
        }
    }
    files.push(file(format!("{folder}/mod.rs"), &header, modules));
    files
}

fn types<'c>(scope: Scope<'c>, group: &Group) -> (&'static str, Scope<'c>, Parts) {
    let mut parts = Parts::default();
    for shared in &group.types {
        let (release, id) = shared.newest();
        let direction = scope.context.direction(shared);
        match &scope.schema(release).get(id).kind {
            TypeKind::Enum(body) => enumeration::emit(&scope, shared, body, direction, &mut parts),
            TypeKind::Struct(_) => object::emit(&scope, shared, direction, &mut parts),
            TypeKind::Union(body) => union::emit(&scope, shared, body, direction, &mut parts),
            TypeKind::Alternate(body) => {
                alternate::emit(&scope, shared, body, direction, &mut parts)
            }
        }
    }
    ("types", scope, parts)
}

fn commands<'c>(scope: Scope<'c>, group: &Group) -> (&'static str, Scope<'c>, Parts) {
    let mut parts = Parts::default();
    for shared in &group.commands {
        command::emit(&scope, shared, &mut parts);
    }
    ("commands", scope, parts)
}

fn events<'c>(scope: Scope<'c>, group: &Group) -> (&'static str, Scope<'c>, Parts) {
    let mut parts = Parts::default();
    for shared in &group.events {
        event::emit(&scope, shared, &mut parts);
    }
    ("events", scope, parts)
}

fn section(scope: &Scope<'_>, parts: &Parts) -> TokenStream {
    let imports = scope.imports();
    let definitions = &parts.definitions;
    let enums = invocation("display_enum", &parts.enums);
    let commands = parts
        .commands
        .iter()
        .map(|(ident, name)| quote!(#ident = #name));
    let commands = (!parts.commands.is_empty()).then(|| quote!(wire::commands! { #(#commands),* }));
    let both = (!parts.both.is_empty()).then(|| {
        quote!(
            #[cfg(feature = "both-directions")]
            mod both;
        )
    });
    let main = parts.main.tokens();
    quote! {
        use crate::wire::prelude::*;
        #imports
        #both
        #definitions
        #enums
        #commands
        #main
    }
}
