//! The crate that generated code becomes part of: its paths and its conditions.

use proc_macro2::TokenStream;
use quote::quote;

use crate::imported::QemuProgram;

/// The crate that generated code becomes part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostCrate {
    /// `qmp-bindings`, where each release is a feature.
    QmpBindings,
    /// A crate that depends on `qmp-bindings` and always has all of its releases.
    Dependent,
}

impl HostCrate {
    /// The path of the crate that has the runtime.
    pub(super) fn runtime(self) -> &'static str {
        match self {
            HostCrate::QmpBindings => "crate",
            HostCrate::Dependent => "::qmp_bindings",
        }
    }

    /// The path of a program's module, from a module that is `depth` levels below it.
    ///
    /// A dependent crate may have the generated code in any of its modules.
    pub(super) fn program_path(self, program: QemuProgram, depth: usize) -> String {
        match self {
            HostCrate::QmpBindings => format!("crate::generated::{}", program.short_name()),
            HostCrate::Dependent => vec!["super"; depth].join("::"),
        }
    }

    /// An item of builds in which a condition on the features of the crate holds.
    pub(super) fn when(self, condition: TokenStream, item: TokenStream) -> TokenStream {
        match self {
            HostCrate::QmpBindings => quote!(#[cfg(#condition)] #item),
            HostCrate::Dependent => item,
        }
    }

    /// An item of builds in which `qmp-bindings` has the feature `both-directions`.
    pub(super) fn when_both_directions(self, item: TokenStream) -> TokenStream {
        match self {
            HostCrate::QmpBindings => quote!(#[cfg(feature = "both-directions")] #item),
            HostCrate::Dependent => quote!(::qmp_bindings::wire::when_both_directions! { #item }),
        }
    }

    /// The command that writes the files.
    pub(super) fn command(self) -> &'static str {
        match self {
            HostCrate::QmpBindings => "cargo xtask generate",
            HostCrate::Dependent => "qmp-compat generate --into",
        }
    }
}
