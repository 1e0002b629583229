//! Values that a program or shell fills in: `"$DISK"`, `"%s"`, `"{name}"`.

use super::{CheckedMessage, Verdict};
use crate::diagnostic::Code;
use crate::json::JsonValue;

/// The codes of problems with a value, as opposed to the form of a message.
const VALUE_CODES: [Code; 6] = [
    Code::MistypedMember,
    Code::UnknownValue,
    Code::UnknownDevice,
    Code::UnknownMachine,
    Code::UnknownCpu,
    Code::OutOfRange,
];

/// Returns whether a problem is one with a value.
pub fn is_about_value(code: Code) -> bool {
    VALUE_CODES.contains(&code)
}

/// Makes problems with values unknown if values of a message are placeholders.
pub fn weaken_problems(checked: &mut CheckedMessage, message: &JsonValue<'_>) {
    if checked.verdict != Verdict::Rejected {
        return;
    }
    let has_placeholder = has_placeholder(message);
    let arguments = message.get("arguments");
    checked.weaken(|problem| {
        let value = arguments.and_then(|arguments| value_at(arguments, &problem.location));
        let is_filtered = value.and_then(JsonValue::as_str).is_some_and(is_filtered);
        VALUE_CODES.contains(&problem.code) && (has_placeholder || is_filtered)
    });
}

/// Returns the value at a location such as `a.b[1].c`.
fn value_at<'v, 't>(arguments: &'v JsonValue<'t>, location: &str) -> Option<&'v JsonValue<'t>> {
    let mut steps = location.split(['.', '[']).filter(|step| !step.is_empty());
    steps.try_fold(arguments, |value, step| match step.strip_suffix(']') {
        Some(index) => value.elements()?.get(index.parse::<usize>().ok()?),
        None => value.get(step),
    })
}

/// Returns whether a text is in capitals, as in logs whose values were replaced:
/// `IMGFMT`, `TEST_DIR`.
fn is_filtered(text: &str) -> bool {
    let is_capital = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    text.len() > 3 && text.bytes().all(is_capital)
}

fn has_placeholder(value: &JsonValue<'_>) -> bool {
    match value {
        JsonValue::String(text) => is_placeholder(&text.value),
        JsonValue::Array(elements) => elements.iter().any(has_placeholder),
        JsonValue::Object(members) => members.iter().any(|member| has_placeholder(&member.value)),
        _ => false,
    }
}

/// Returns whether a text has a variable of a shell, a format, or a name in
/// brackets.
fn is_placeholder(text: &str) -> bool {
    let begins = |c: char, next: &str| {
        text.split(c).skip(1).any(|rest| {
            rest.starts_with(|first: char| {
                next.contains(first) || next.contains('a') && first.is_ascii_alphabetic()
            })
        })
    };
    let is_bracketed = |open: char, close: char| text.starts_with(open) && text.ends_with(close);
    begins('$', "a_{(")
        || begins('%', "sdiuxp(")
        || is_bracketed('{', '}')
        || is_bracketed('<', '>')
        || text.contains("#{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_location() {
        let text = r#"{"a": {"b": [1, {"c": "IMGFMT"}]}}"#;
        let arguments = crate::json::parse(text).unwrap().value;
        let found = value_at(&arguments, "a.b[1].c").and_then(JsonValue::as_str);
        assert!(found.is_some_and(is_filtered));
        assert!(value_at(&arguments, "a.b[2].c").is_none());
    }

    #[test]
    fn placeholders_are_recognized() {
        for text in [
            "$A",
            "/dev/${A}",
            "a-%s",
            "%(x)s",
            "{name}",
            "<disk>",
            "#{id}",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["", "$", "100%", "a<b", "json:{}", "$1"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
