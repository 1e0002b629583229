//! Lines that tell who sent what: `{"session", "dir", "raw"}`.

use std::borrow::Cow;

use crate::json::JsonValue;

/// A line of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded<'e> {
    /// The whole line.
    pub line: JsonValue<'e>,
    /// The connection that it belongs to.
    pub session: Option<Cow<'e, str>>,
    /// Whether the client sent it.
    pub is_sent: bool,
    /// What was sent: any text, mostly one message.
    pub raw: Cow<'e, str>,
}

impl<'e> Recorded<'e> {
    /// The line that a value is, if it is one.
    pub fn of(value: &JsonValue<'e>) -> Option<Self> {
        let string = |name: &str| match value.get(name) {
            Some(JsonValue::String(text)) => Some(text.value.clone()),
            _ => None,
        };
        let direction = string("dir")?;
        let is_sent = match direction.as_ref() {
            ">" => true,
            "<" | "#" => false,
            _ => return None,
        };
        Some(Recorded {
            line: value.clone(),
            session: string("session"),
            is_sent,
            raw: string("raw").unwrap_or_default(),
        })
    }
}
