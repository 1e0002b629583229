//! Values that a program or shell fills in: `"$DISK"`, `"%s"`, `"{name}"`.

use super::{CheckedMessage, Verdict};
use crate::diagnostic::Code;
use crate::json::JsonValue;

/// The codes of problems with a value, as opposed to the form of a message.
const VALUE_CODES: [Code; 4] = [
    Code::MistypedMember,
    Code::UnknownValue,
    Code::UnknownDevice,
    Code::OutOfRange,
];

/// Makes problems with values unknown if values of a message are placeholders.
pub fn weaken_problems(checked: &mut CheckedMessage, message: &JsonValue<'_>) {
    if checked.verdict == Verdict::Rejected && has_placeholder(message) {
        checked.weaken(|problem| VALUE_CODES.contains(&problem.code));
    }
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
