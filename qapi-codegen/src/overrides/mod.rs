//! Corrections of a schema, as data.
//!
//! `overrides.toml` next to an imported schema lists where the interface of that
//! release differs from its schema, each with its reason. Overrides change the
//! syntax tree before names are resolved. One that has no effect is an error.

mod kinds;
mod tree;

use crate::diagnostic::{Code, Diagnostic};
use crate::load::LoadedSchema;
use crate::source::{FileId, SourceFile, Span};
use kinds::OverridesFile;
use tree::OverriddenTree;

/// Applies a file of overrides to a schema.
///
/// Errors are added to the diagnostics of the schema.
pub fn apply(loaded: &mut LoadedSchema, name: &str, text: &str) {
    let file = loaded.sources.add(SourceFile {
        name: name.to_owned(),
        text: text.to_owned(),
        included_from: None,
    });
    let overrides: OverridesFile = match toml::from_str(text) {
        Ok(overrides) => overrides,
        Err(error) => return loaded.diagnostics.push(unreadable(file, text, &error)),
    };
    for entry in overrides.entries() {
        let mut tree = OverriddenTree { loaded, file, text };
        let result = if entry.reason().get_ref().trim().is_empty() {
            Err(tree.invalid(entry.reason(), "an override needs a reason"))
        } else {
            entry.apply(&mut tree)
        };
        loaded.diagnostics.extend(result.err());
    }
}

fn unreadable(file: FileId, text: &str, error: &toml::de::Error) -> Diagnostic {
    let range = error.span().unwrap_or(0..0);
    let span = Span::new(file, range.start.min(text.len())..range.end.min(text.len()));
    Diagnostic::new(Code::InvalidOverride, span, error.message())
        .with_help("schemas/README.md lists the kinds of overrides and their keys")
}

/// A description of an override.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideEntry {
    /// The kind, as in the file: `rename-member`.
    pub kind: &'static str,
    /// The definition that is corrected; for `add`, all definitions it adds.
    pub target: String,
    /// The member, if a member is corrected; `cpu-index, renamed to cpu` for a
    /// new name.
    pub member: Option<String>,
    /// The reason.
    pub reason: String,
}

/// Lists overrides in the order in which they are applied.
///
/// # Errors
///
/// The text is not a valid file of overrides.
pub fn list(text: &str) -> Result<Vec<OverrideEntry>, toml::de::Error> {
    let overrides: OverridesFile = toml::from_str(text)?;
    let entries = overrides.entries().map(|entry| {
        let (target, member) = entry.subject();
        OverrideEntry {
            kind: entry.kind(),
            target,
            member,
            reason: entry.reason().get_ref().trim().to_owned(),
        }
    });
    Ok(entries.collect())
}

#[cfg(test)]
mod tests;
