//! Evidence that a value is a QMP message and not other data.

use crate::json::{JsonMember, JsonValue};
use crate::suggest;

/// Names by which a message is recognized at the beginning of an object.
const FIRST_MEMBERS: [&str; 10] = [
    "execute",
    "exec-oob",
    "return",
    "error",
    "event",
    "timestamp",
    "QMP",
    "id",
    "arguments",
    "control",
];

/// The members of a request.
const REQUEST_MEMBERS: [&str; 5] = ["execute", "exec-oob", "arguments", "id", "control"];

/// Returns whether the first member of an object may be that of a message.
pub fn is_first_member(name: &[u8]) -> bool {
    FIRST_MEMBERS.iter().any(|known| known.as_bytes() == name)
}

/// Returns whether the first member of an object is that of a request.
pub fn is_request_member(name: &[u8]) -> bool {
    matches!(name, b"execute" | b"exec-oob")
}

/// Returns whether the first member of an object may be that of a request, beside
/// others that name its command.
pub fn belongs_to_request(name: &[u8]) -> bool {
    REQUEST_MEMBERS.iter().any(|known| known.as_bytes() == name)
}

/// Returns whether a value is a message.
pub fn is_message(value: &JsonValue<'_>) -> bool {
    if let Some(command) = command(value) {
        return command.as_str().is_some_and(is_name);
    }
    let has_only = |names: &[&str]| members(value).all(|m| names.contains(&&*m.name.value));
    if value.get("return").is_some() {
        return has_only(&["return", "id", "timestamp"]);
    }
    let (error, event) = (value.get("error"), value.get("event"));
    if let Some(error) = error {
        return error.get("class").is_some() && error.get("desc").is_some();
    }
    if let Some(event) = event.and_then(JsonValue::as_str) {
        return is_event(event, value);
    }
    value
        .get("QMP")
        .is_some_and(|greeting| greeting.get("version").is_some())
}

/// Returns whether a value is the only thing on a line that can be meant as a
/// request: it misspells `execute`, or has a command that is not a string.
pub fn is_invalid_request(value: &JsonValue<'_>, is_command: &dyn Fn(&str) -> bool) -> bool {
    let is_misspelt = |name: &str| name == "command" || suggest::is_similar(name, "execute");
    let is_expected = |name: &str| REQUEST_MEMBERS.contains(&name) || is_misspelt(name);
    members(value).all(|member| is_expected(&member.name.value))
        && (command(value).is_some_and(|name| name.as_str().is_none())
            || members(value).any(|member| member.value.as_str().is_some_and(is_command)))
}

/// The value of `execute` or `exec-oob`.
pub fn command<'v, 't>(value: &'v JsonValue<'t>) -> Option<&'v JsonValue<'t>> {
    value.get("execute").or_else(|| value.get("exec-oob"))
}

/// Returns whether a word can be the name of a command or argument.
pub fn is_name(word: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && word.bytes().all(is_part)
}

/// Other logs have events, too, but not with the time of QEMU, and seldom in
/// capitals.
fn is_event(name: &str, value: &JsonValue<'_>) -> bool {
    let has_time = value
        .get("timestamp")
        .is_some_and(|time| time.get("seconds").is_some());
    let is_upper = |byte: u8| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit();
    has_time || name.len() > 2 && name.bytes().all(is_upper)
}

fn members<'v, 't>(value: &'v JsonValue<'t>) -> impl Iterator<Item = &'v JsonMember<'t>> {
    value.members().unwrap_or_default().iter()
}
