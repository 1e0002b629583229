//! Where a release's wire differs from its schema, as data.
//!
//! A file `overrides.toml` beside a restated schema lists what that release
//! really does, each entry with its reason. Entries change the syntax tree
//! before anything is looked up in it, and an entry that changes nothing is a
//! mistake: what it was written for is gone.

mod apply;
mod file;
mod list;

pub use list::{Entry, list};

use crate::diagnostic::{Code, Diagnostic};
use crate::load::Loaded;
use crate::source::{FileId, SourceFile, Span};

/// Changes a schema as a file of overrides says.
///
/// What is wrong with the file, or no longer applies, is added to the
/// diagnostics of the schema and points into the file.
pub fn apply(loaded: &mut Loaded, name: &str, text: &str) {
    let file = loaded.sources.add(SourceFile {
        name: name.to_owned(),
        text: text.to_owned(),
        included_from: None,
    });
    match file::read(text) {
        Ok(overrides) => apply::all(loaded, file, text, &overrides),
        Err(error) => loaded.diagnostics.push(unreadable(file, text, &error)),
    }
}

fn unreadable(file: FileId, text: &str, error: &toml::de::Error) -> Diagnostic {
    let range = error.span().unwrap_or(0..0);
    let span = span(file, range.start.min(text.len())..range.end.min(text.len()));
    Diagnostic::new(Code::InvalidOverride, span, error.message())
        .with_help("the kinds of overrides and their keys are listed in schemas/README.md")
}

fn span(file: FileId, range: std::ops::Range<usize>) -> Span {
    Span {
        file,
        start: range.start as u32,
        end: range.end as u32,
    }
}

#[cfg(test)]
mod tests;
