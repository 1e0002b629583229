//! The root modules and the features that compile their parts.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::GeneratedFile;
use super::context::EmitContext;
use super::file::{FileHeader, format_file};
use super::host::HostCrate;
use super::since::ModulesByRun;
use crate::analyse::sharing::Run;
use crate::imported::QemuProgram;

/// The feature for the guest agent.
const AGENT_FEATURE: &str = "qga";

/// The macro that compiles items with a release or any later one.
pub const FROM_RELEASE: &str = "from_release";

/// Generates the root module.
pub fn file(qmp: &EmitContext<'_>, agent: &EmitContext<'_>) -> GeneratedFile {
    let content = match qmp.host {
        HostCrate::QmpBindings => root_of_qmp_bindings(qmp, agent),
        HostCrate::Dependent => root_of_dependent(agent),
    };
    let header = FileHeader::new(qmp, "schemas");
    format_file("mod.rs".to_owned(), &header, content)
}

/// The root module of a crate that depends on `qmp-bindings`.
fn root_of_dependent(agent: &EmitContext<'_>) -> TokenStream {
    // The lints of that crate are not for generated code.
    let attributes = quote! {
        #[rustfmt::skip]
        #[allow(
            missing_docs, dead_code, deprecated, non_camel_case_types, unreachable_pub,
            unused_imports, unused_qualifications, clippy::all, clippy::pedantic
        )]
    };
    let agent_module = agent_module(agent).map(|module| quote!(#attributes #module));
    quote! {
        #attributes
        mod qmp;
        #[allow(unreachable_pub, unused_imports)]
        pub use qmp::*;
        #agent_module
    }
}

/// The declaration of the guest agent's module.
fn agent_module(agent: &EmitContext<'_>) -> Option<TokenStream> {
    let feature = quote!(feature = #AGENT_FEATURE);
    let module = agent.host.when(
        feature,
        quote!(
            pub mod qga;
        ),
    );
    let docs = " The guest agent, which runs inside the guest.";
    (!agent.schemas.is_empty()).then(|| quote!(#[doc = #docs] #module))
}

/// The root module of the generated part of `qmp-bindings`.
fn root_of_qmp_bindings(qmp: &EmitContext<'_>, agent: &EmitContext<'_>) -> TokenStream {
    let agent_module = agent_module(agent);
    let (releases, agent_releases) = (entries(qmp), entries(agent));
    quote! {
        mod qmp;
        pub use qmp::*;
        #agent_module
        /// Calls a macro with the feature, the module, a variant and the two numbers
        /// of each release.
        macro_rules! for_each_release {
            ($callback:ident) => { $callback! { #releases } };
        }
        pub(crate) use for_each_release;
        /// The same for the releases of the guest agent.
        #[allow(unused_macros)]
        macro_rules! for_each_agent_release {
            ($callback:ident) => { $callback! { #agent_releases } };
        }
        pub(crate) use for_each_agent_release;
    }
}

/// The releases as the arguments of a macro.
fn entries(context: &EmitContext<'_>) -> TokenStream {
    let entries = (0..context.schemas.len()).map(|release| {
        let feature = context.module(release);
        let module = format_ident!("{feature}");
        let variant = format_ident!("{}", feature.to_uppercase());
        let series = context.series(release);
        let [major, minor] = [series.major, series.minor].map(Literal::u32_unsuffixed);
        quote!((#feature, #module, #variant, #major, #minor))
    });
    quote!(#(#entries)*)
}

/// Generates the module of the emulator or the guest agent.
pub fn program_file(context: &EmitContext<'_>, modules: &ModulesByRun<'_>) -> GeneratedFile {
    let from_release = (context.host == HostCrate::QmpBindings).then(|| from_release(context));
    let mut firsts: Vec<usize> = modules.keys().map(|run| run.since).collect();
    firsts.dedup();
    let since = firsts.into_iter().map(|first| {
        let module = format_ident!("{}", context.since_module(first));
        quote!(mod #module;)
    });
    let releases = (0..context.schemas.len()).map(|release| release_module(context, release));
    let path = format!("{}/mod.rs", context.program.short_name());
    let content = quote!(#from_release #(#since)* #(#releases)*);
    format_file(path, &FileHeader::new(context, "schemas"), content)
}

/// The macro that compiles items with a release or any later one.
fn from_release(context: &EmitContext<'_>) -> TokenStream {
    let newest = context.schemas.len().saturating_sub(1);
    let arms = (0..context.schemas.len()).map(|first| {
        let name = format_ident!("{}", context.module(first));
        let condition = context.any_release(Run {
            since: first,
            until: newest,
        });
        quote!((#name $item:item) => { #[cfg(#condition)] $item };)
    });
    let from_release = format_ident!("{FROM_RELEASE}");
    quote! {
        /// Compiles an item with the named release or any later one.
        macro_rules! #from_release { #(#arms)* }
    }
}

fn release_module(context: &EmitContext<'_>, release: usize) -> TokenStream {
    let product = match context.program {
        QemuProgram::Emulator => "",
        _ => "The guest agent of ",
    };
    let module = format_ident!("{}", context.module(release));
    let docs = format!(" {product}QEMU {}.", context.series(release));
    let only_this = Run {
        since: release,
        until: release,
    };
    let module = context.when_any_release(only_this, quote!(pub mod #module;));
    quote!(#[doc = #docs] #module)
}
