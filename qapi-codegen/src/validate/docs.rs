//! Documentation: each block belongs to the definition that follows it.

mod definitions;
mod style;

use super::view::SchemaView;
use crate::diagnostic::Diagnostic;

/// Checks all documentation.
pub fn check(view: &SchemaView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for block in &view.docs.blocks {
        style::check(view, block, diagnostics);
    }
    definitions::check(view, diagnostics);
}
