//! What an item of the schema adds to a generated module.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;

use super::filled;
use super::piece::Lines;

/// What an item adds to its module, and to the counterpart of that for the feature
/// `both-directions`.
#[derive(Default)]
pub struct ModuleItems {
    /// Types and what is compiled with them always.
    pub definitions: Lines,
    /// The command and the expression of its `CommandInfo`.
    pub command: Option<TokenStream>,
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
}

/// Impls, written out or through a macro of the runtime.
#[derive(Default)]
pub struct ImplSet {
    pub written: Lines,
    /// The macros, each with the type that it writes the impl for.
    macro_calls: Vec<(&'static str, String)>,
}

impl ImplSet {
    /// Adds an impl, or what it needs.
    pub fn add(&mut self, item: &Lines) {
        self.written.push(item);
    }

    pub fn is_empty(&self) -> bool {
        self.written.as_str().is_empty() && self.macro_calls.is_empty()
    }

    /// Adds the impl that a macro of the runtime writes for a type.
    pub fn call_macro(&mut self, runtime_macro: &'static str, ty: &str) {
        self.macro_calls.push((runtime_macro, ty.to_owned()));
    }

    /// Adds the serialization of an object.
    pub fn add_serialize(&mut self, ty: &str, write: &Lines) {
        self.add(write);
        self.call_macro("serialize", ty);
    }
}

/// The calls of macros that write the impls of several items.
pub fn macro_calls<'i>(impls: impl Iterator<Item = &'i ImplSet>) -> Lines {
    let mut types: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (runtime_macro, ty) in impls.flat_map(|impls| &impls.macro_calls) {
        types.entry(runtime_macro).or_default().push(ty);
    }
    let calls = types.iter();
    let calls = calls.map(|(runtime_macro, types)| filled::macro_call(runtime_macro, types));
    calls.collect()
}
