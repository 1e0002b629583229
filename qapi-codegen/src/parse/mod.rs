//! Text to syntax tree.
//!
//! Four steps, each in its own file: `nesting` bounds what the recursive parser
//! would otherwise have to trust, `tree` turns text into a tree of objects,
//! lists and strings by the grammar in `qapi.pest`, `lower` says what these
//! objects define, and `recover` finds the sound expressions of a broken file,
//! where `explain` says what is wrong with the others.
//! The types of pest stay in `tree`.

mod explain;
mod keys;
mod lexical;
mod lower;
mod nesting;
mod recover;
mod tree;

use crate::ast::SyntaxTree;
use crate::diagnostic::Diagnostic;
use crate::source::FileId;
use crate::version::Version;

/// Reads one file with the rules of a release.
///
/// Whatever could be read is in the tree, also when there are diagnostics: a
/// mistake in one expression does not hide those in the next.
///
/// # Examples
///
/// ```
/// use qapi_codegen::{parse::parse, source::{SourceFile, Sources}, version::Version};
///
/// let mut sources = Sources::default();
/// let text = "{ 'enum': 'Mode', 'data': [ 'off', 'on' ] }";
/// let file = sources.add(SourceFile {
///     name: "mode.json".into(),
///     text: text.into(),
///     included_from: None,
/// });
/// let (tree, diagnostics) = parse(file, text, Version::NEWEST);
/// assert!(diagnostics.is_empty());
/// assert_eq!(tree.items.len(), 1);
/// ```
pub fn parse(file: FileId, text: &str, version: Version) -> (SyntaxTree, Vec<Diagnostic>) {
    if let Err(diagnostic) = nesting::check(file, text) {
        return (SyntaxTree::default(), vec![diagnostic]);
    }
    let (parts, mut diagnostics) = match tree::file(file, text) {
        Some(parts) => (parts, Vec::new()),
        None => recover::file(file, text),
    };
    let tree = lower::file(parts, version, &mut diagnostics);
    (tree, diagnostics)
}
