//! What the grammar lets pass and the tokens of a release do not.

use crate::dialect;
use std::collections::HashMap;

use super::tree::{Node, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Name, Span};
use crate::version::Version;

/// Checks every token of an expression.
pub fn check(node: &Node, version: Version, diagnostics: &mut Vec<Diagnostic>) {
    match &node.value {
        Value::Object(entries) => {
            diagnostics.extend(duplicates(entries));
            for (key, value) in entries {
                diagnostics.extend(string(&key.value, key.span, version));
                check(value, version, diagnostics);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                check(element, version, diagnostics);
            }
        }
        Value::String(text) => diagnostics.extend(string(text, node.span, version)),
        Value::Null if dialect::PLAIN_STRINGS.contains(version) => {
            let found =
                Diagnostic::new(Code::NoNull, node.span, "`null` is no value since QEMU 4.2");
            diagnostics.push(found.with_help("leave out the key"));
        }
        Value::Boolean(_) | Value::Null => {}
    }
}

fn duplicates(entries: &[(Name, Node)]) -> Vec<Diagnostic> {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    let mut diagnostics = Vec::new();
    for (key, _) in entries {
        if let Some(&first) = seen.get(key.value.as_str()) {
            diagnostics.push(
                Diagnostic::new(
                    Code::DuplicateKey,
                    key.span,
                    format!("the key '{key}' comes twice"),
                )
                .with_label(first, "it stands here already")
                .with_help("remove one of the two"),
            );
        }
        seen.entry(&key.value).or_insert(key.span);
    }
    diagnostics
}

fn string(text: &str, span: Span, version: Version) -> Option<Diagnostic> {
    escape(text, span, version).or_else(|| character(text, span, version))
}

fn escape(text: &str, span: Span, version: Version) -> Option<Diagnostic> {
    let known = if dialect::PLAIN_STRINGS.contains(version) {
        "\\"
    } else {
        "bfnrtu/\\'\""
    };
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            continue;
        }
        let escaped = characters.next().unwrap_or(' ');
        if !known.contains(escaped) {
            let message = format!("unknown escape `\\{}`", escaped.escape_default());
            return Some(
                Diagnostic::new(Code::UnknownEscape, span, message)
                    .with_help("write the character itself; only `\\\\` is an escape"),
            );
        }
    }
    None
}

fn character(text: &str, span: Span, version: Version) -> Option<Diagnostic> {
    if !dialect::PLAIN_STRINGS.contains(version) {
        return None;
    }
    let funny = text
        .chars()
        .find(|character| !matches!(character, ' '..='~'))?;
    let message = format!("a string cannot hold `{}`", funny.escape_default());
    Some(
        Diagnostic::new(Code::FunnyCharacter, span, message)
            .with_help("strings are printable ASCII since QEMU 4.2"),
    )
}
