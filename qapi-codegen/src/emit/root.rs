//! The root modules and the features that compile their parts.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::GeneratedFile;
use super::context::EmitContext;
use super::file::{FileHeader, format_file};
use crate::analyse::sharing::Group;
use crate::imported::QemuProgram;

/// The feature for the guest agent.
const AGENT_FEATURE: &str = "qga";

/// Generates the root modules.
pub fn files(qmp: &EmitContext<'_>, agent: &EmitContext<'_>) -> Vec<GeneratedFile> {
    let contents = [
        ("mod.rs", root_module(qmp, agent)),
        ("groups/mod.rs", groups_module(qmp, agent)),
        ("qga.rs", release_modules(agent)),
    ];
    let header = FileHeader::for_source("schemas");
    contents
        .map(|(path, content)| format_file(path.to_owned(), &header, content))
        .into()
}

fn root_module(qmp: &EmitContext<'_>, agent: &EmitContext<'_>) -> TokenStream {
    let releases = release_modules(qmp);
    let agent = (!agent.schemas.is_empty()).then(|| {
        quote! {
            /// The guest agent, which runs inside the guest.
            #[cfg(feature = #AGENT_FEATURE)]
            pub mod qga;
        }
    });
    let entries = (0..qmp.schemas.len()).map(|release| {
        let feature = qmp.module(release);
        let module = format_ident!("{feature}");
        let variant = format_ident!("{}", feature.to_uppercase());
        quote!((#feature, #module, #variant))
    });
    quote! {
        mod groups;
        #releases
        #agent
        /// Calls a macro with the feature, the module and a variant for each release.
        macro_rules! for_each_release {
            ($callback:ident) => { $callback! { #(#entries)* } };
        }
        pub(crate) use for_each_release;
    }
}

fn release_modules(context: &EmitContext<'_>) -> TokenStream {
    let product = match context.program {
        QemuProgram::Emulator => "",
        _ => "The guest agent of ",
    };
    let releases = (0..context.schemas.len()).map(|release| {
        let feature = context.module(release);
        let module = format_ident!("{feature}");
        let docs = format!(" {product}QEMU {}.", context.series(release));
        quote! {
            #[doc = #docs]
            #[cfg(feature = #feature)]
            pub mod #module;
        }
    });
    quote!(#(#releases)*)
}

fn groups_module(qmp: &EmitContext<'_>, agent: &EmitContext<'_>) -> TokenStream {
    let groups = [qmp, agent].into_iter().flat_map(|context| {
        let groups = context.sharing.groups.iter();
        groups.map(move |group| {
            let module = format_ident!("{}", context.group_module(group));
            let condition = group_condition(context, group);
            quote!(#[cfg(#condition)] pub mod #module;)
        })
    });
    quote!(#(#groups)*)
}

/// The features for which a group is compiled.
fn group_condition(context: &EmitContext<'_>, group: &Group) -> TokenStream {
    let features = group.releases.iter().map(|&release| {
        let feature = context.module(release);
        quote!(feature = #feature)
    });
    let features: Vec<TokenStream> = features.collect();
    let any = match &features[..] {
        [only] => only.clone(),
        _ => quote!(any(#(#features),*)),
    };
    match context.program {
        QemuProgram::Emulator => any,
        _ => quote!(all(feature = #AGENT_FEATURE, #any)),
    }
}
