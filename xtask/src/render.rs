//! How mistakes look on a terminal.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;

use qapi_codegen::diagnostic::{Diagnostic, Severity};
use qapi_codegen::source::{Sources, Span};

use crate::failure::Failure;

/// All diagnostics, each with the source that it is about.
pub fn diagnostics(sources: &Sources, diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = renderer(color);
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&report(sources, diagnostic)));
        text.push_str("\n\n");
    }
    text
}

/// Why a command could not run.
pub fn failure(failure: &Failure, color: bool) -> String {
    let message = failure.to_string();
    let title = Level::ERROR.primary_title(message.as_str());
    let help = failure.help().map(|help| Level::HELP.secondary_title(help));
    let groups: Vec<Group<'_>> = std::iter::once(title)
        .chain(help)
        .map(Group::with_title)
        .collect();
    renderer(color).render(&groups)
}

fn renderer(color: bool) -> Renderer {
    if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    }
}

fn report<'d>(sources: &'d Sources, diagnostic: &'d Diagnostic) -> Vec<Group<'d>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning | Severity::Unknown => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code.as_str());
    let mut group = title.element(excerpt(sources, diagnostic.location.focus));
    for span in sources.include_chain(diagnostic.location.focus.file) {
        let (file, line) = (&sources.file(span.file).name, sources.position(span).line);
        group = group.element(Level::NOTE.message(format!("included from {file}:{line}")));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let related = diagnostic.labels.iter().map(|label| {
        Level::NOTE
            .secondary_title(label.text.as_str())
            .element(excerpt(sources, label.span))
    });
    std::iter::once(group).chain(related).collect()
}

/// The lines of a span. Only these are handed on: a file may be long, and a
/// file may have many mistakes.
fn excerpt(sources: &Sources, span: Span) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let file = sources.file(span.file);
    let lines = lines_around(&file.text, span.range());
    let marked = span.range().start - lines.start..span.range().end.min(lines.end) - lines.start;
    Snippet::source(&file.text[lines])
        .path(file.name.as_str())
        .line_start(sources.position(span).line as usize)
        .annotation(AnnotationKind::Primary.span(marked))
}

/// How many lines of a long definition are shown.
const MOST_LINES: usize = 6;

/// The whole lines that a range of bytes touches, the first few of them.
fn lines_around(text: &str, range: Range<usize>) -> Range<usize> {
    let start = text[..range.start]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let after = text[range.end..]
        .find('\n')
        .map_or(text.len(), |newline| range.end + newline);
    let most = text[range.start..after]
        .match_indices('\n')
        .nth(MOST_LINES - 1);
    start..most.map_or(after, |(newline, _)| range.start + newline)
}

/// A diagnostic for programs.
#[derive(Debug, Serialize)]
pub struct DiagnosticJson<'d> {
    code: &'d str,
    severity: &'d str,
    file: &'d str,
    line: u32,
    column: u32,
    /// The very words that are wrong; `line` and `column` are QEMU's.
    focus: PlaceJson,
    message: &'d str,
}

#[derive(Debug, Serialize)]
struct PlaceJson {
    line: u32,
    column: u32,
}

/// A diagnostic for programs.
pub fn json<'d>(sources: &'d Sources, diagnostic: &'d Diagnostic) -> DiagnosticJson<'d> {
    let place = sources.position(diagnostic.location.span);
    let focus = sources.position(diagnostic.location.focus);
    DiagnosticJson {
        code: diagnostic.code.as_str(),
        severity: diagnostic.severity.as_str(),
        file: &sources.file(diagnostic.location.span.file).name,
        line: place.line,
        column: place.column,
        focus: PlaceJson {
            line: focus.line,
            column: focus.column,
        },
        message: &diagnostic.message,
    }
}
