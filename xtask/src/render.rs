//! Rendering of diagnostics and failures, with ANSI styles, and as JSON.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstyle::{AnsiColor, Style};
use serde::Serialize;

use qapi_codegen::diagnostic::{Diagnostic, Severity};
use qapi_codegen::source::{Sources, Span};

use crate::failure::Failure;

/// Renders diagnostics, each with an excerpt of its source.
pub fn diagnostics(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let renderer = Renderer::styled();
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&report(sources, diagnostic)));
        text.push_str("\n\n");
    }
    text
}

/// Renders a failure and its help, a line each.
pub fn failure(failure: &Failure) -> String {
    let (error, help) = (AnsiColor::BrightRed, AnsiColor::BrightCyan);
    let label = |color: AnsiColor, word: &str| {
        let style = color.on_default().bold();
        format!("{style}{word}{style:#}")
    };
    let bold = Style::new().bold();
    let mut text = format!("{}{bold}: {failure}{bold:#}", label(error, "error"));
    if let Some(message) = failure.help() {
        text += &format!("\n{}: {message}", label(help, "help"));
    }
    text
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

/// The lines of a span. Only these are rendered: a file may be long and have
/// many diagnostics.
fn excerpt(sources: &Sources, span: Span) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let file = sources.file(span.file);
    let lines = lines_around(&file.text, span.range());
    let marked = span.range().start - lines.start..span.range().end.min(lines.end) - lines.start;
    Snippet::source(&file.text[lines])
        .path(file.name.as_str())
        .line_start(sources.position(span).line as usize)
        .annotation(AnnotationKind::Primary.span(marked))
}

/// The largest number of lines of a definition that are shown.
const MOST_LINES: usize = 6;

/// The first lines that a range of bytes touches.
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

/// The JSON of a diagnostic.
#[derive(Debug, Serialize)]
pub struct DiagnosticJson<'d> {
    code: &'d str,
    severity: &'d str,
    file: &'d str,
    line: u32,
    column: u32,
    /// The wrong text itself; `line` and `column` are what QEMU reports.
    focus: PositionJson,
    message: &'d str,
}

#[derive(Debug, Serialize)]
struct PositionJson {
    line: u32,
    column: u32,
}

/// Converts a diagnostic to JSON.
pub fn json<'d>(sources: &'d Sources, diagnostic: &'d Diagnostic) -> DiagnosticJson<'d> {
    let position = sources.position(diagnostic.location.span);
    let focus = sources.position(diagnostic.location.focus);
    DiagnosticJson {
        code: diagnostic.code.as_str(),
        severity: diagnostic.severity.as_str(),
        file: &sources.file(diagnostic.location.span.file).name,
        line: position.line,
        column: position.column,
        focus: PositionJson {
            line: focus.line,
            column: focus.column,
        },
        message: &diagnostic.message,
    }
}

/// Formats a number of things, such as `1 message` and `2 messages`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {}", plural(number, noun))
}

/// The form of a noun after a number.
pub fn plural(number: usize, noun: &str) -> String {
    match number {
        1 => noun.to_owned(),
        _ => format!("{noun}s"),
    }
}
