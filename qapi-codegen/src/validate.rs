//! QAPI's own rules, each with the releases that enforce it.
//!
//! Each file has one subject. A rule inspects a `SchemaView` and adds
//! diagnostics; rules do not depend on each other. They ignore what earlier
//! stages have reported (`unparsed`), so that each error is reported once.

mod alternates;
mod commands;
mod definitions;
mod docs;
mod features;
mod inheritance;
mod members;
mod names;
mod pragmas;
mod unions;
mod unparsed;
mod view;

use std::collections::HashSet;
use std::sync::OnceLock;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::doc::{self, DefinitionDocs};
use crate::load::LoadedSchema;
use crate::source::{Sources, Span};
use view::SchemaView;

/// A schema that breaks no rule.
///
/// Only [`validate`] creates one, so that later stages may rely on the rules:
/// every name is defined once, and every discriminator exists.
#[derive(Debug)]
pub struct ValidSchema {
    loaded: LoadedSchema,
    docs: OnceLock<Vec<DefinitionDocs>>,
    warnings: Vec<Diagnostic>,
}

impl ValidSchema {
    /// The syntax trees and files.
    pub fn loaded(&self) -> &LoadedSchema {
        &self.loaded
    }

    /// The documentation of each definition, in the order of the definitions. It is
    /// read when it is needed, since no rule depends on what it says.
    pub fn docs(&self) -> &[DefinitionDocs] {
        self.docs.get_or_init(|| doc::definitions(&self.loaded))
    }

    /// The diagnostics that are not errors.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }
}

/// A schema that breaks rules.
#[derive(Debug)]
pub struct InvalidSchema {
    /// The files that the diagnostics refer to.
    pub sources: Sources,
    /// All diagnostics in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a schema against the rules of its release.
///
/// # Errors
///
/// The schema breaks rules, or could not be parsed completely. All errors are
/// reported together.
pub fn validate(mut loaded: LoadedSchema) -> Result<ValidSchema, InvalidSchema> {
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    let mut docs = doc::parse(&loaded);
    let view = SchemaView::new(&loaded, &docs, &diagnostics);
    let mut found = Vec::new();
    RULES.iter().for_each(|rule| rule(&view, &mut found));
    diagnostics.append(&mut found);
    diagnostics.append(&mut docs.diagnostics);
    sort_and_dedup(&mut diagnostics);
    if diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
    {
        return Err(InvalidSchema {
            sources: loaded.sources,
            diagnostics,
        });
    }
    Ok(ValidSchema {
        loaded,
        docs: OnceLock::new(),
        warnings: diagnostics,
    })
}

/// The rules on one subject.
type ValidationRule = fn(&SchemaView<'_>, &mut Vec<Diagnostic>);

const RULES: &[ValidationRule] = &[
    names::check,
    definitions::check_duplicates,
    definitions::check_references,
    inheritance::check_bases,
    inheritance::check_cycles,
    unions::check,
    alternates::check,
    commands::check,
    members::check,
    features::check,
    docs::check,
];

/// Returns `true` for diagnostics about invalid tokens, which hide all others
/// about the same token.
fn is_lexical(diagnostic: &Diagnostic) -> bool {
    matches!(
        diagnostic.code,
        Code::UnknownEscape | Code::FunnyCharacter | Code::NoNull
    )
}

/// Puts diagnostics into the order of the files and removes duplicates.
fn sort_and_dedup(diagnostics: &mut Vec<Diagnostic>) {
    let start = |span: Span| (span.file, span.start);
    diagnostics.sort_by(|left, right| {
        let key = |found: &Diagnostic| {
            let location = found.location;
            let code = found.code.as_str();
            (start(location.span), start(location.focus), code)
        };
        key(left)
            .cmp(&key(right))
            .then_with(|| left.message.cmp(&right.message))
    });
    let lexical: HashSet<Span> = diagnostics
        .iter()
        .filter(|found| is_lexical(found))
        .map(|found| found.location.focus)
        .collect();
    diagnostics.retain(|found| is_lexical(found) || !lexical.contains(&found.location.focus));
    diagnostics.dedup_by(|later, first| {
        let key = |found: &Diagnostic| (found.code, found.location.focus);
        key(later) == key(first) && later.message == first.message
    });
}
