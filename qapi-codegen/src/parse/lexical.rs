//! Token rules of releases, which the grammar does not check.

use super::tree::{SyntaxNode, SyntaxValue};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::duplicates::duplicates;
use crate::source::{Name, Span};
use crate::version::Version;

/// Checks every token of an expression.
pub fn check(node: &SyntaxNode, version: Version, diagnostics: &mut Vec<Diagnostic>) {
    match &node.value {
        SyntaxValue::Object(entries) => {
            diagnostics.extend(duplicate_keys(entries));
            for (key, value) in entries {
                diagnostics.extend(check_string(&key.value, key.span, version));
                check(value, version, diagnostics);
            }
        }
        SyntaxValue::Array(elements) => {
            for element in elements {
                check(element, version, diagnostics);
            }
        }
        SyntaxValue::String(text) => diagnostics.extend(check_string(text, node.span, version)),
        SyntaxValue::Null if dialect::PLAIN_STRINGS.contains(version) => {
            let found = Diagnostic::new(Code::NoNull, node.span, "unexpected `null`");
            diagnostics.push(found.with_help("remove the key: QEMU 4.2 removed `null`"));
        }
        SyntaxValue::Boolean(_) | SyntaxValue::Null => {}
    }
}

fn duplicate_keys(entries: &[(Name, SyntaxNode)]) -> Vec<Diagnostic> {
    let keys: Vec<&str> = entries.iter().map(|(key, _)| &*key.value).collect();
    let diagnostics = duplicates(&keys).into_iter().map(|(first, later)| {
        let (first, key) = (&entries[first].0, &entries[later].0);
        let message = format!("duplicate key '{key}'");
        Diagnostic::new(Code::DuplicateKey, key.span, message)
            .with_label(first.span, "the first one is here")
            .with_help("remove one of the two")
    });
    diagnostics.collect()
}

fn check_string(text: &str, span: Span, version: Version) -> Option<Diagnostic> {
    check_escapes(text, span, version).or_else(|| check_characters(text, span, version))
}

fn check_escapes(text: &str, span: Span, version: Version) -> Option<Diagnostic> {
    let is_plain = dialect::PLAIN_STRINGS.contains(version);
    let known = if is_plain { "\\" } else { "bfnrtu/\\'\"" };
    if !text.contains('\\') {
        return None;
    }
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            continue;
        }
        let escaped = characters.next().unwrap_or(' ');
        if !known.contains(escaped) {
            let message = format!("unknown escape `\\{}`", escaped.escape_default());
            let found = Diagnostic::new(Code::UnknownEscape, span, message);
            return Some(found.with_help("write the character itself; only `\\\\` is an escape"));
        }
    }
    None
}

fn check_characters(text: &str, span: Span, version: Version) -> Option<Diagnostic> {
    let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_printable || !dialect::PLAIN_STRINGS.contains(version) {
        return None;
    }
    let invalid = text.chars().find(|c| !matches!(c, ' '..='~'))?;
    let message = format!(
        "invalid character `{}` in a string",
        invalid.escape_default()
    );
    Some(
        Diagnostic::new(Code::FunnyCharacter, span, message)
            .with_help("strings are printable ASCII since QEMU 4.2"),
    )
}
