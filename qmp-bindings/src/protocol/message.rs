//! Messages of a server.
//!
//! A message is classified by its outermost keys. A return value is not decoded
//! here: the caller knows its type and decodes it once.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::event_log::RawEvent;
use super::framing::TooLong;
use super::greeting::Greeting;
use crate::error::{ErrorClass, ProtocolError};
use crate::event::Timestamp;
use crate::wire::Key;

/// A message of the server.
#[derive(Debug)]
pub(crate) enum Message {
    Greeting(Greeting),
    Event(RawEvent),
    Reply { id: Id, outcome: Outcome },
}

/// The command that a reply belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Id {
    /// The reply has no id, or is invalid.
    Absent,
    /// An id that this client may have sent.
    Number(u64),
    /// An id that this client never sends.
    Foreign,
}

/// The content of a reply.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The range of the return value in the buffer.
    Return(Range<usize>),
    Error(ErrorReply),
    /// The message is invalid. Its id, if it can be read, shows which command it
    /// replies to.
    Invalid(ProtocolError),
}

/// The error in a reply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorReply {
    /// The error class.
    pub class: ErrorClass,
    /// The description.
    pub desc: String,
}

/// Parses a message that starts at `offset` in the buffer.
pub(crate) fn parse(bytes: &[u8], offset: usize) -> Message {
    parse_canonical(bytes, offset).unwrap_or_else(|| parse_keys(bytes, offset))
}

/// Creates the reply for a message that was longer than the limit.
pub(crate) fn too_long(mut long: TooLong) -> Message {
    let id = match trailing_id(long.tail.make_contiguous()) {
        Some((_, id)) => Id::Number(id),
        None => Id::Absent,
    };
    invalid(id, ProtocolError::too_long(long.length))
}

const RETURN: &[u8] = b"{\"return\": ";
const ID: &[u8] = b", \"id\": ";

/// Parses a reply in the form in which QEMU writes it: the return value first, the
/// id last.
///
/// This reads a few bytes, however long the reply is. It is exact: in valid JSON the
/// number before the last bracket belongs to the outermost object, and so does the
/// key before it. Invalid JSON is detected when the return value is decoded.
fn parse_canonical(bytes: &[u8], offset: usize) -> Option<Message> {
    let (end, id) = trailing_id(bytes.strip_prefix(RETURN)?)?;
    let start = offset + RETURN.len();
    Some(Message::Reply {
        id: Id::Number(id),
        outcome: Outcome::Return(start..start + end),
    })
}

/// Parses the id at the end of a reply. Returns it with the length of the text before.
fn trailing_id(bytes: &[u8]) -> Option<(usize, u64)> {
    let bytes = bytes.trim_ascii_end().strip_suffix(b"}")?;
    let digits = bytes.iter().rev().take_while(|byte| byte.is_ascii_digit());
    let (before, digits) = bytes.split_at(bytes.len() - digits.count());
    let before = before.strip_suffix(ID)?;
    let id = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((before.len(), id))
}

/// Parses any message.
fn parse_keys(bytes: &[u8], offset: usize) -> Message {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return invalid(id_of(bytes), ProtocolError::not_utf8(bytes, error)),
    };
    match serde_json::from_str::<Envelope<'_>>(text) {
        Ok(envelope) => envelope.into_message(text, offset),
        Err(error) => invalid(id_of(bytes), ProtocolError::not_json(text, &error)),
    }
}

fn id_of(bytes: &[u8]) -> Id {
    trailing_id(bytes).map_or(Id::Absent, |(_, id)| Id::Number(id))
}

fn invalid(id: Id, error: ProtocolError) -> Message {
    Message::Reply {
        id,
        outcome: Outcome::Invalid(error),
    }
}

/// The outermost keys of any message.
#[derive(Default)]
struct Envelope<'m> {
    id: Option<Id>,
    returned: Option<&'m RawValue>,
    error: Option<ErrorReply>,
    event: Option<Cow<'m, str>>,
    data: Option<&'m RawValue>,
    timestamp: Option<Timestamp>,
    greeting: Option<Greeting>,
}

impl Envelope<'_> {
    fn into_message(self, text: &str, offset: usize) -> Message {
        let id = self.id.unwrap_or(Id::Absent);
        if let Some(returned) = self.returned {
            let outcome = Outcome::Return(range_in(returned, text, offset));
            Message::Reply { id, outcome }
        } else if let Some(reply) = self.error {
            let outcome = Outcome::Error(reply);
            Message::Reply { id, outcome }
        } else if let Some(name) = self.event {
            Message::Event(RawEvent {
                name: name.into(),
                data: self.data.map(ToOwned::to_owned),
                timestamp: self.timestamp.unwrap_or_default(),
            })
        } else if let Some(greeting) = self.greeting {
            Message::Greeting(greeting)
        } else {
            invalid(id, ProtocolError::unknown_message(text))
        }
    }
}

/// Returns the range of a part of `text`, which starts at `offset`.
fn range_in(part: &RawValue, text: &str, offset: usize) -> Range<usize> {
    let start = part.get().as_ptr() as usize - text.as_ptr() as usize;
    offset + start..offset + start + part.get().len()
}

impl<'de> Deserialize<'de> for Envelope<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut envelope = Envelope::default();
        while let Some(Key(key)) = map.next_key()? {
            match &*key {
                "return" => envelope.returned = Some(map.next_value()?),
                "error" => envelope.error = Some(map.next_value()?),
                "id" => envelope.id = Some(map.next_value()?),
                "event" => envelope.event = Some(map.next_value::<Key<'de>>()?.0),
                "data" => envelope.data = Some(map.next_value()?),
                "timestamp" => envelope.timestamp = Some(map.next_value()?),
                "QMP" => envelope.greeting = Some(map.next_value()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(envelope)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Ok(raw.get().parse().map_or(Id::Foreign, Id::Number))
    }
}

super::plain_object! {
    ErrorReply = "the error of a reply" {
        class: ErrorClass = "class",
        desc: String = "desc",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Summarizes a message.
    fn summary(text: &str) -> String {
        match parse(text.as_bytes(), 0) {
            Message::Greeting(greeting) => format!("greeting {}", greeting.version),
            Message::Event(event) => {
                let data = event.data.as_ref().map_or("none", |data| data.get());
                format!("event {} {data} {}", event.name, event.timestamp.seconds)
            }
            Message::Reply { id, outcome } => match outcome {
                Outcome::Return(range) => format!("{id:?} return {}", &text[range]),
                Outcome::Error(reply) => {
                    format!("{id:?} {}: {}", reply.class, reply.desc)
                }
                Outcome::Invalid(error) => format!("{id:?} {}", error.problem()),
            },
        }
    }

    #[test]
    fn messages_are_classified_by_their_keys() {
        let cases = [
            (r#"{"return": {}, "id": 7}"#, "Number(7) return {}"),
            (
                r#"{"id":7,"return":{"error":1}}"#,
                r#"Number(7) return {"error":1}"#,
            ),
            (r#"{"return": {}}"#, "Absent return {}"),
            (r#"{"return": {}, "id": "x"}"#, "Foreign return {}"),
            (
                r#"{"return": {"a": 1, "id": 3}}"#,
                r#"Absent return {"a": 1, "id": 3}"#,
            ),
            (
                r#"{"return": "\", \"id\": 3}"}"#,
                r#"Absent return "\", \"id\": 3}""#,
            ),
            (
                r#"{"id": 1, "error": {"class": "GenericError", "desc": "no"}}"#,
                "Number(1) GenericError: no",
            ),
            (
                r#"{"error": {"class": "Newer", "desc": "no", "more": []}}"#,
                "Absent Newer: no",
            ),
            (
                r#"{"timestamp": {"seconds": -1, "microseconds": -1}, "event": "STOP"}"#,
                "event STOP none -1",
            ),
            (
                r#"{"QMP": {"version": {"qemu": {"micro": 1, "minor": 5, "major": 2}, "package": ""}, "capabilities": []}}"#,
                "greeting 2.5.1",
            ),
            (
                "[]",
                "Absent the server sent an invalid QMP message: invalid type: sequence, expected an object",
            ),
            (
                "{\"retur\": 1, \"id\": 4}",
                "Number(4) the server sent an object that is neither a reply nor an event",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(summary(text), expected, "{text}");
        }
    }
}
