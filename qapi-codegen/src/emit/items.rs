//! The items of a generated module while they are collected.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The items of a module, and of its counterpart for the feature
/// `both-directions`.
#[derive(Default)]
pub struct ModuleItems {
    /// Types and what is compiled with them always.
    pub definitions: TokenStream,
    /// The commands, each with the expression of its `CommandInfo`.
    pub commands: Vec<(Ident, TokenStream)>,
    /// Impls that are always compiled.
    pub main: ImplSet,
    /// Impls for directions in which the types do not travel.
    pub both: ImplSet,
}

impl ModuleItems {
    /// The impls for a direction, given whether the type travels that way.
    pub fn impls_for(&mut self, travels: bool) -> &mut ImplSet {
        if travels {
            &mut self.main
        } else {
            &mut self.both
        }
    }

    /// The content of the module itself, without imports.
    pub fn main_tokens(&self) -> TokenStream {
        let definitions = &self.definitions;
        let commands = self.commands.iter();
        let commands = commands.map(|(ident, info)| quote!(#ident #info));
        let commands =
            (!self.commands.is_empty()).then(|| quote!(wire::commands! { #(#commands),* }));
        let main = self.main.to_tokens();
        quote!(#definitions #commands #main)
    }
}

/// Impls, written out or through a macro of the runtime.
#[derive(Default)]
pub struct ImplSet {
    written: TokenStream,
    macro_calls: BTreeMap<&'static str, Vec<Ident>>,
}

impl ImplSet {
    /// Adds an impl.
    pub fn add(&mut self, tokens: TokenStream) {
        self.written.extend(tokens);
    }

    /// Adds the impl that a macro of the runtime writes for a type.
    pub fn call_macro(&mut self, runtime_macro: &'static str, ty: &str) {
        let types = self.macro_calls.entry(runtime_macro).or_default();
        types.push(format_ident!("{ty}"));
    }

    /// Adds the serialization of an object.
    pub fn add_serialize(&mut self, ty: &str, write: TokenStream) {
        self.add(write);
        self.call_macro("serialize", ty);
    }

    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.macro_calls.is_empty()
    }

    pub fn to_tokens(&self) -> TokenStream {
        let calls = self.macro_calls.iter().map(|(runtime_macro, types)| {
            let runtime_macro = format_ident!("{runtime_macro}");
            quote!(wire::#runtime_macro! { #(#types),* })
        });
        let written = &self.written;
        quote!(#written #(#calls)*)
    }
}
