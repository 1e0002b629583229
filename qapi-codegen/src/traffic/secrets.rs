//! Passwords and keys in messages, which no report shows.

use std::borrow::Cow;

use crate::json::{JsonValue, ParsedJson};

/// The text in place of a secret.
const MASK: &str = "******";

/// Returns a message in which the text of secrets is replaced.
pub fn masked<'m>(message: &'m JsonValue<'m>) -> Cow<'m, JsonValue<'m>> {
    if !has_secret(message, false) {
        return Cow::Borrowed(message);
    }
    let mut copy = message.clone();
    mask(&mut copy, false);
    Cow::Owned(copy)
}

/// Returns a parsed message in which the text of secrets is replaced.
pub fn masked_message<'m>(message: &'m ParsedJson<'m>) -> Cow<'m, ParsedJson<'m>> {
    match masked(&message.value) {
        Cow::Borrowed(_) => Cow::Borrowed(message),
        Cow::Owned(value) => Cow::Owned(ParsedJson {
            value,
            leniencies: message.leniencies.clone(),
            end: message.end,
        }),
    }
}

/// Returns text that is not a message, unless it may contain a secret.
pub fn masked_text(text: &str) -> &str {
    match text.contains("password") || text.contains("secret") {
        true => MASK,
        false => text,
    }
}

/// Returns whether the text of a member is a secret.
fn is_secret(name: &str, is_in_secret_object: bool) -> bool {
    matches!(name, "password" | "secret") || is_in_secret_object && name == "data"
}

/// Returns whether a value creates an object that holds a secret.
fn is_secret_object(value: &JsonValue<'_>) -> bool {
    let name = value.get("qom-type").and_then(JsonValue::as_str);
    name.is_some_and(|name| name.starts_with("secret"))
}

fn has_secret(value: &JsonValue<'_>, is_inside: bool) -> bool {
    match value {
        JsonValue::Array(elements) => elements.iter().any(|value| has_secret(value, is_inside)),
        JsonValue::Object(members) => {
            let is_inside = is_inside || is_secret_object(value);
            members.iter().any(|member| {
                is_secret(&member.name.value, is_inside) && member.value.as_str().is_some()
                    || has_secret(&member.value, is_inside)
            })
        }
        _ => false,
    }
}

fn mask(value: &mut JsonValue<'_>, is_inside: bool) {
    let is_inside = is_inside || is_secret_object(value);
    match value {
        JsonValue::Array(elements) => elements.iter_mut().for_each(|value| mask(value, is_inside)),
        JsonValue::Object(members) => {
            for member in members {
                let is_text = member.value.as_str().is_some();
                match is_text && is_secret(&member.name.value, is_inside) {
                    true => member.value = JsonValue::string(MASK),
                    false => mask(&mut member.value, is_inside),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{JsonStyle, parse};

    #[test]
    fn secrets_are_masked_and_other_text_is_not() {
        for (message, expected) in [
            (
                r#"{"data":"a","password":"b","p":[{"password":1}]}"#,
                r#"{"data":"a","password":"******","p":[{"password":1}]}"#,
            ),
            (
                r#"{"qom-type":"secret","props":{"data":"a"}}"#,
                r#"{"qom-type":"secret","props":{"data":"******"}}"#,
            ),
            (
                r#"{"qom-type":"tls","data":"a"}"#,
                r#"{"qom-type":"tls","data":"a"}"#,
            ),
        ] {
            let parsed = parse(message).unwrap();
            assert_eq!(JsonStyle::COMPACT.format(&masked(&parsed.value)), expected);
        }
    }
}
