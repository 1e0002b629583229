//! The modules that hold all others, and which features compile them.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::GeneratedFile;
use super::context::Context;
use super::file::{Header, file};
use crate::imported::QemuProgram;

/// The feature that compiles the guest agent's interfaces.
const AGENT_FEATURE: &str = "qga";

/// The root of the generated code.
pub fn modules(qmp: &Context<'_>, agent: &Context<'_>) -> GeneratedFile {
    let releases = releases(qmp);
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
    let content = quote! {
        mod groups;
        #releases
        #agent
        /// Calls a macro with the feature, the module and a name for each release.
        macro_rules! for_each_release {
            ($callback:ident) => { $callback! { #(#entries)* } };
        }
        pub(crate) use for_each_release;
    };
    file("mod.rs".to_owned(), &Header::from("schemas"), content)
}

/// The root of the guest agent's interfaces.
pub fn agent(agent: &Context<'_>) -> GeneratedFile {
    file(
        "qga.rs".to_owned(),
        &Header::from("schemas"),
        releases(agent),
    )
}

fn releases(context: &Context<'_>) -> TokenStream {
    let releases = (0..context.schemas.len()).map(|release| {
        let feature = context.module(release);
        let module = format_ident!("{feature}");
        let product = match context.interface {
            QemuProgram::Emulator => "",
            _ => "The guest agent of ",
        };
        let docs = format!(" {product}QEMU {}.", context.series(release));
        quote! {
            #[doc = #docs]
            #[cfg(feature = #feature)]
            pub mod #module;
        }
    });
    quote!(#(#releases)*)
}

/// All groups, each compiled for the releases that it serves.
pub fn groups(qmp: &Context<'_>, agent: &Context<'_>) -> GeneratedFile {
    let groups = [qmp, agent].into_iter().flat_map(|context| {
        context.sharing.groups.iter().map(move |group| {
            let module = format_ident!("{}", context.group_module(group));
            let features = group.releases.iter().map(|&release| {
                let feature = context.module(release);
                quote!(feature = #feature)
            });
            let features: Vec<TokenStream> = features.collect();
            let any = match &features[..] {
                [only] => only.clone(),
                _ => quote!(any(#(#features),*)),
            };
            let condition = match context.interface {
                QemuProgram::Emulator => any,
                _ => quote!(all(feature = #AGENT_FEATURE, #any)),
            };
            quote!(#[cfg(#condition)] pub mod #module;)
        })
    });
    file(
        "groups/mod.rs".to_owned(),
        &Header::from("schemas"),
        quote!(#(#groups)*),
    )
}
