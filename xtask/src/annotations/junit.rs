//! JUnit XML.

use std::io::{self, Write};

use super::{Annotation, AnnotationLevel};

/// Writes a test case for each annotation. Errors are failures.
pub fn write(tool: &str, annotations: &[Annotation], out: &mut dyn Write) -> io::Result<()> {
    let is_failure = |annotation: &&Annotation| annotation.level == AnnotationLevel::Error;
    let failures = annotations.iter().filter(is_failure).count();
    // A suite without test cases is an error to some readers.
    let tests = annotations.len().max(1);
    let tool = escape(tool);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">"
    )?;
    writeln!(
        out,
        "  <testsuite name=\"{tool}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\" time=\"0\">"
    )?;
    if annotations.is_empty() {
        writeln!(
            out,
            "    <testcase name=\"no findings\" classname=\"{tool}\" time=\"0\"/>"
        )?;
    }
    for annotation in annotations {
        write_case(&tool, annotation, out)?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn write_case(tool: &str, annotation: &Annotation, out: &mut dyn Write) -> io::Result<()> {
    let place = annotation.place.as_ref();
    let place = place.map(|(file, line, column)| format!("{file}:{line}:{column}: "));
    let name = format!("{}{}", place.unwrap_or_default(), annotation.subject);
    let (name, rule) = (escape(&name), escape(&annotation.rule));
    let text = escape(&annotation.text());
    write!(
        out,
        "    <testcase name=\"{name}\" classname=\"{tool}.{rule}\" time=\"0\">"
    )?;
    match annotation.level {
        AnnotationLevel::Error => {
            write!(
                out,
                "<failure message=\"{text}\" type=\"{rule}\">{text}</failure>"
            )?;
        }
        _ => write!(out, "<system-out>{text}</system-out>")?,
    }
    writeln!(out, "</testcase>")
}

/// Escapes text for content and attributes. XML does not have control
/// characters.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {
                escaped.push(char::REPLACEMENT_CHARACTER);
            }
            c => escaped.push(c),
        }
    }
    escaped
}
