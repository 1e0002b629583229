//! What a message is, told by its outermost keys.
//!
//! What a command returned is left as it is: only who waits for it knows its
//! type, and decodes it once.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::events::{RawEvent, Timestamp};
use super::framing::TooLong;
use super::greeting::Greeting;
use crate::error::{ErrorClass, Violation};
use crate::wire::Key;

/// A message of the server.
#[derive(Debug)]
pub(crate) enum Incoming {
    Greeting(Greeting),
    Event(RawEvent),
    Reply { id: Id, outcome: Outcome },
}

/// The command that a reply belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Id {
    /// The reply has none, or it cannot be read.
    None,
    /// One that may be ours.
    Number(u64),
    /// One that no client of this crate sends.
    Foreign,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It worked; what it returned is at this place.
    Return(Range<usize>),
    /// The server said no.
    Refused(Refusal),
    /// The message is no reply, and whose reply it should have been is told by
    /// the id at best.
    Violation(Violation),
}

/// Why the server said no.
#[derive(Debug, Default)]
pub(crate) struct Refusal {
    pub(crate) class: ErrorClass,
    pub(crate) desc: String,
}

/// Tells what a message is.
///
/// `offset` is where the message stands in the buffer.
pub(crate) fn parse(bytes: &[u8], offset: usize) -> Incoming {
    canonical_reply(bytes, offset).unwrap_or_else(|| by_keys(bytes, offset))
}

/// What stands for a message that was longer than the limit.
pub(crate) fn too_long(mut long: TooLong) -> Incoming {
    let id = match trailing_id(long.tail.make_contiguous()) {
        Some((_, id)) => Id::Number(id),
        None => Id::None,
    };
    violation(id, Violation::too_long(long.length))
}

const RETURN: &[u8] = b"{\"return\": ";
const ID: &[u8] = b", \"id\": ";

/// Reads a reply as every QEMU writes it: what was returned first, the id last.
///
/// This looks at a few bytes, whatever the length of the reply. It cannot be
/// misled: in valid JSON a number before the last bracket belongs to the
/// outermost object, and so does the key before it; and JSON that is not valid
/// is found out when what was returned is decoded.
fn canonical_reply(bytes: &[u8], offset: usize) -> Option<Incoming> {
    let (end, id) = trailing_id(bytes.strip_prefix(RETURN)?)?;
    let start = offset + RETURN.len();
    Some(Incoming::Reply {
        id: Id::Number(id),
        outcome: Outcome::Return(start..start + end),
    })
}

/// The id at the end of a reply, and where the text before it ends.
fn trailing_id(bytes: &[u8]) -> Option<(usize, u64)> {
    let bytes = bytes.trim_ascii_end().strip_suffix(b"}")?;
    let digits = bytes.iter().rev().take_while(|byte| byte.is_ascii_digit());
    let (before, digits) = bytes.split_at(bytes.len() - digits.count());
    let before = before.strip_suffix(ID)?;
    let id = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((before.len(), id))
}

/// Reads any message.
fn by_keys(bytes: &[u8], offset: usize) -> Incoming {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return violation(id_of(bytes), Violation::not_utf8(bytes, error)),
    };
    match serde_json::from_str::<Envelope<'_>>(text) {
        Ok(envelope) => envelope.into_incoming(text, offset),
        Err(error) => violation(id_of(bytes), Violation::not_json(text, &error)),
    }
}

fn id_of(bytes: &[u8]) -> Id {
    trailing_id(bytes).map_or(Id::None, |(_, id)| Id::Number(id))
}

fn violation(id: Id, violation: Violation) -> Incoming {
    Incoming::Reply {
        id,
        outcome: Outcome::Violation(violation),
    }
}

/// The outermost keys of any message.
#[derive(Default)]
struct Envelope<'m> {
    id: Option<Id>,
    returned: Option<&'m RawValue>,
    error: Option<Refusal>,
    event: Option<Cow<'m, str>>,
    data: Option<&'m RawValue>,
    timestamp: Option<Timestamp>,
    greeting: Option<Greeting>,
}

impl Envelope<'_> {
    fn into_incoming(self, text: &str, offset: usize) -> Incoming {
        let id = self.id.unwrap_or(Id::None);
        if let Some(returned) = self.returned {
            let returned = place(returned, text, offset);
            let outcome = Outcome::Return(returned);
            Incoming::Reply { id, outcome }
        } else if let Some(refusal) = self.error {
            let outcome = Outcome::Refused(refusal);
            Incoming::Reply { id, outcome }
        } else if let Some(name) = self.event {
            Incoming::Event(RawEvent {
                name: name.into(),
                data: self.data.map(ToOwned::to_owned),
                timestamp: self.timestamp.unwrap_or_default(),
            })
        } else if let Some(greeting) = self.greeting {
            Incoming::Greeting(greeting)
        } else {
            violation(id, Violation::no_message(text))
        }
    }
}

/// Where a part of `text` stands, `text` itself being at `offset`.
fn place(part: &RawValue, text: &str, offset: usize) -> Range<usize> {
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
        f.write_str("a message of QEMU, which is an object")
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
    Refusal = "the error of a reply" {
        class: ErrorClass = "class",
        desc: String = "desc",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a message is, in short.
    fn told(text: &str) -> String {
        match parse(text.as_bytes(), 0) {
            Incoming::Greeting(greeting) => format!("greeting {}", greeting.version),
            Incoming::Event(event) => {
                let data = event.data.as_ref().map_or("none", |data| data.get());
                format!("event {} {data} {}", event.name, event.timestamp.seconds)
            }
            Incoming::Reply { id, outcome } => match outcome {
                Outcome::Return(range) => format!("{id:?} return {}", &text[range]),
                Outcome::Refused(refusal) => {
                    format!("{id:?} {}: {}", refusal.class, refusal.desc)
                }
                Outcome::Violation(violation) => format!("{id:?} {}", violation.problem()),
            },
        }
    }

    #[test]
    fn messages_are_told_by_their_keys() {
        let cases = [
            (r#"{"return": {}, "id": 7}"#, "Number(7) return {}"),
            (
                r#"{"id":7,"return":{"error":1}}"#,
                r#"Number(7) return {"error":1}"#,
            ),
            (r#"{"return": {}}"#, "None return {}"),
            (r#"{"return": {}, "id": "x"}"#, "Foreign return {}"),
            (
                r#"{"return": {"a": 1, "id": 3}}"#,
                r#"None return {"a": 1, "id": 3}"#,
            ),
            (
                r#"{"return": "\", \"id\": 3}"}"#,
                r#"None return "\", \"id\": 3}""#,
            ),
            (
                r#"{"id": 1, "error": {"class": "GenericError", "desc": "no"}}"#,
                "Number(1) GenericError: no",
            ),
            (
                r#"{"error": {"class": "Newer", "desc": "no", "more": []}}"#,
                "None Newer: no",
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
                "None the server sent something that is no message of QEMU: invalid type: sequence, expected a message of QEMU, which is an object",
            ),
            (
                "{\"retur\": 1, \"id\": 4}",
                "Number(4) the server sent an object that is neither a reply nor an event",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(told(text), expected, "{text}");
        }
    }
}
