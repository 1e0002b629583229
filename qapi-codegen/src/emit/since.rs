//! The modules above the groups: `since_2_8`, and in it `current` and `until_4_1`.
//!
//! All items that are new in a release are re-exported by its `since` module, so
//! that a run that ends concerns no user of its items.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::GeneratedFile;
use super::context::EmitContext;
use super::file::{FileHeader, format_file};
use super::group::{ItemKind, ModuleFile};
use super::host::HostCrate;
use super::root::FROM_RELEASE;
use crate::analyse::sharing::Run;

/// The modules of the files of all groups, by run.
pub type ModulesByRun<'m> = BTreeMap<Run, Vec<&'m ModuleFile>>;

/// Generates the modules above the groups.
pub fn files(context: &EmitContext<'_>, modules: &ModulesByRun<'_>) -> Vec<GeneratedFile> {
    let runs = modules
        .iter()
        .map(|(run, modules)| run_module(context, *run, modules));
    let mut firsts: Vec<usize> = modules.keys().map(|run| run.since).collect();
    firsts.dedup();
    let firsts = firsts.into_iter();
    let sinces = firsts.map(|first| since_module(context, first, modules));
    runs.chain(sinces).collect()
}

/// The module of a run: `current` or `until_4_1`.
fn run_module(context: &EmitContext<'_>, run: Run, modules: &[&ModuleFile]) -> GeneratedFile {
    let declarations = modules.iter().map(|module| {
        let name = format_ident!("{}", module.name);
        quote!(mod #name;)
    });
    let reexports = ItemKind::ALL.into_iter().filter_map(|kind| {
        let with_kind = modules.iter().filter(|module| module.kinds.contains(&kind));
        let names = with_kind.map(|module| format_ident!("{}", module.name));
        let names: Vec<_> = names.collect();
        let kind = format_ident!("{}", kind.module());
        (!names.is_empty()).then(|| quote!(pub mod #kind { #(pub use super::#names::#kind::*;)* }))
    });
    let path = format!(
        "{}/{}/{}/mod.rs",
        context.program.short_name(),
        context.since_module(run.since),
        context.until_module(run)
    );
    format_file(
        path,
        &FileHeader::new(context, "schemas"),
        quote!(#(#declarations)* #(#reexports)*),
    )
}

/// The module of the items that are new in a release.
fn since_module(
    context: &EmitContext<'_>,
    first: usize,
    modules: &ModulesByRun<'_>,
) -> GeneratedFile {
    let runs = modules.iter().filter(|(run, _)| run.since == first);
    let runs: Vec<(Run, &Vec<&ModuleFile>)> = runs.map(|(run, modules)| (*run, modules)).collect();
    let declarations = runs.iter().map(|(run, _)| {
        let name = format_ident!("{}", context.until_module(*run));
        when_compiled(context, *run, quote!(mod #name;))
    });
    let reexports = ItemKind::ALL.into_iter().filter_map(|kind| {
        let module = format_ident!("{}", kind.module());
        let has_kind = |modules: &[&ModuleFile]| {
            let mut modules = modules.iter();
            modules.any(|module| module.kinds.contains(&kind))
        };
        let runs = runs.iter().filter(|(_, modules)| has_kind(modules));
        let uses: Vec<TokenStream> = runs
            .map(|(run, _)| {
                let name = format_ident!("{}", context.until_module(*run));
                when_compiled(context, *run, quote!(pub use super::#name::#module::*;))
            })
            .collect();
        (!uses.is_empty()).then(|| quote!(pub mod #module { #(#uses)* }))
    });
    let path = format!(
        "{}/{}/mod.rs",
        context.program.short_name(),
        context.since_module(first)
    );
    format_file(
        path,
        &FileHeader::new(context, "schemas"),
        quote!(#(#declarations)* #(#reexports)*),
    )
}

/// An item of builds with any release of a run. A run that reaches the newest
/// release names its first one only, so that later releases do not change it.
fn when_compiled(context: &EmitContext<'_>, run: Run, item: TokenStream) -> TokenStream {
    if context.host == HostCrate::QmpBindings && context.is_current(run) {
        let from_release = format_ident!("{FROM_RELEASE}");
        let first = format_ident!("{}", context.module(run.since));
        return quote!(#from_release! { #first #item });
    }
    context.when_any_release(run, item)
}
