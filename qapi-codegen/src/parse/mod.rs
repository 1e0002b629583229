//! Parsing of schema files.
//!
//! `items` finds the expressions of a file, of which `tree` parses the valid
//! ones, and `syntax_error` makes the diagnostics of the others. All read
//! `tokens`. `lower` turns the expressions into the syntax tree.

mod items;
mod keys;
mod lexical;
mod lower;
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
    let (items, mut diagnostics) = items::file(file, text);
    let tree = lower::file(items, version, &mut diagnostics);
    (tree, diagnostics)
}
