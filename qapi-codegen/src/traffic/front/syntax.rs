//! Text that is not JSON, as QEMU's parser sees it.

use crate::json::SyntaxError;

/// The problem of text that is not JSON, and the part of the text that QEMU
/// names.
pub fn syntax_problem<'t>(error: &SyntaxError, text: &'t str) -> (&'static str, &'t str) {
    let rest = text.get(error.offset..).unwrap_or_default();
    let is_letter = |c: char| c.is_ascii_lowercase();
    let word = &rest[..rest.find(|c| !is_letter(c)).unwrap_or(rest.len())];
    if error.message.starts_with("expected four hexadecimal") {
        let start = text.get(..error.offset + 2).unwrap_or(text).rfind("\\u");
        let escape = start.and_then(|start| text.get(start..start + 6));
        return ("syntax-unicode", escape.unwrap_or_default());
    }
    // A value is read before its type is looked at.
    let is_value = rest.starts_with(|c: char| c.is_ascii_digit() || "-[{".contains(c));
    if error.message.starts_with("expected a member name") && is_value {
        return ("syntax-key-type", "");
    }
    // QEMU's own code may leave a place for a value, so that only the value is missing.
    let place = rest.strip_prefix('%').unwrap_or_default();
    if place.starts_with(|c: char| "dfiIlpsu".contains(c)) {
        return ("syntax-interpolation", "");
    }
    let beginnings = [
        ("expected `:`", "syntax-colon"),
        ("expected a member name", "syntax-key"),
        ("expected `,` or `}`", "syntax-object"),
        ("expected `,` or `]`", "syntax-array"),
        ("unknown escape", "syntax-escape"),
        ("expected a value at the end", "invalid-syntax"),
        ("expected a value", "syntax-value"),
    ];
    let mut known = beginnings.iter();
    let known = known.find(|(beginning, _)| error.message.starts_with(beginning));
    match known {
        Some((_, problem)) => (problem, ""),
        None if error.message.starts_with("invalid value") && !word.is_empty() => {
            ("syntax-keyword", word)
        }
        None => ("invalid-syntax", ""),
    }
}
