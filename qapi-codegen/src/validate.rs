//! QAPI's own rules, each with the releases that enforce it.
//!
//! One subject a file. A rule looks at a `View` and adds what it finds; none
//! knows another. What an earlier stage has reported is `damage`, which rules
//! respect, so that a mistake is reported where it is and nowhere else.

mod alternates;
mod commands;
mod damage;
mod definitions;
mod docs;
mod features;
mod inheritance;
mod members;
mod names;
mod pragmas;
pub(crate) mod suggest;
mod unions;
mod view;

use std::collections::HashSet;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::load::Loaded;
use crate::source::{Sources, Span};
use view::View;

/// A schema that breaks no rule.
///
/// Only [`validate`] makes one, so whoever has it may rely on the rules: every
/// name means something, no name is defined twice, every union has its tag.
#[derive(Debug)]
pub struct Valid {
    loaded: Loaded,
    warnings: Vec<Diagnostic>,
}

impl Valid {
    /// The schema.
    pub fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    /// What is allowed and probably not meant.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }
}

/// A schema that breaks rules.
#[derive(Debug)]
pub struct Invalid {
    /// The files, for the diagnostics to point into.
    pub sources: Sources,
    /// All that is wrong, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a schema against the rules of its release.
///
/// # Errors
///
/// The schema breaks a rule, or could not be read in full. All mistakes are
/// reported together.
pub fn validate(mut loaded: Loaded) -> Result<Valid, Invalid> {
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    let found = rules(&View::new(&loaded, &diagnostics));
    diagnostics.extend(found);
    tidy(&mut diagnostics);
    if diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
    {
        return Err(Invalid {
            sources: loaded.sources,
            diagnostics,
        });
    }
    Ok(Valid {
        loaded,
        warnings: diagnostics,
    })
}

fn rules(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in RULES {
        rule(view, &mut found);
    }
    found
}

/// One subject of the rules.
type Rule = fn(&View<'_>, &mut Vec<Diagnostic>);

const RULES: &[Rule] = &[
    names::check,
    definitions::duplicates,
    definitions::unknown,
    inheritance::bases,
    inheritance::cycles,
    unions::check,
    alternates::check,
    commands::check,
    members::check,
    features::check,
    docs::check,
];

/// The codes of invalid tokens, which hide all other diagnostics about them.
const LEXICAL: [Code; 3] = [Code::UnknownEscape, Code::FunnyCharacter, Code::NoNull];

/// Puts the diagnostics into the order of the files, each once.
fn tidy(diagnostics: &mut Vec<Diagnostic>) {
    let place = |span: Span| (span.file, span.start);
    diagnostics.sort_by(|left, right| {
        let key = |found: &Diagnostic| {
            let location = found.location;
            (
                place(location.span),
                place(location.focus),
                found.code.as_str(),
            )
        };
        key(left)
            .cmp(&key(right))
            .then_with(|| left.message.cmp(&right.message))
    });
    let lexical: HashSet<Span> = diagnostics
        .iter()
        .filter(|found| LEXICAL.contains(&found.code))
        .map(|found| found.location.focus)
        .collect();
    diagnostics
        .retain(|found| LEXICAL.contains(&found.code) || !lexical.contains(&found.location.focus));
    diagnostics.dedup_by(|later, first| {
        let key = |found: &Diagnostic| (found.code, found.location.focus);
        key(later) == key(first) && later.message == first.message
    });
}
