//! Parsing of schema files.
//!
//! `outline` finds expressions and comments, and limits the depth of the recursive
//! parser. `tree` parses objects, arrays and strings by the grammar in `qapi.pest`,
//! for which pest made the parser in `grammar.rs`. `lower` turns them into the syntax tree. In a file with syntax errors
//! `recover` finds the valid expressions, and `syntax_error` makes the
//! diagnostics of the others.

#[allow(clippy::all, dead_code, unused_qualifications)]
#[rustfmt::skip]
mod grammar;
mod keys;
mod lexical;
mod lower;
mod outline;
mod recover;
mod syntax_error;
mod tokens;
mod tree;

use crate::ast::SyntaxTree;
use crate::diagnostic::Diagnostic;
use crate::source::FileId;
use crate::version::Version;

/// Parses a file with the rules of a release.
///
/// The tree has all valid parts, even if there are errors: an error in one
/// expression does not hide those in the next.
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
    let parts = match outline::parts(file, text) {
        Ok(parts) => parts,
        Err(diagnostic) => return (SyntaxTree::default(), vec![diagnostic]),
    };
    let (items, mut diagnostics) = match tree::file(file, text, parts) {
        Some(items) => (items, Vec::new()),
        None => recover::file(file, text),
    };
    let tree = lower::file(items, version, &mut diagnostics);
    (tree, diagnostics)
}
