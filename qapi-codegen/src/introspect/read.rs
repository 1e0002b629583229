//! Reading the reply of a real QEMU, or what somebody saved of it.
//!
//! A reply is not believed: names may be missing, types may be of a wrong kind
//! or may not be there, and the text may be cut short. All that is wrong is
//! said, each with its place in the reply, and nothing half right comes out.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use super::entries;
use super::info::Interface;
use crate::version::Version;

/// The largest reply that is read, in bytes. QEMU's own have a quarter of a
/// million.
pub const MOST_BYTES: usize = 16 << 20;

/// A reply that was read.
#[derive(Debug)]
pub struct Reply {
    /// The interface that it tells.
    pub interface: Interface,
    /// The release, where a greeting stands before the reply.
    pub version: Option<Version>,
    /// What is told in a way that this crate does not know and passes over, such
    /// as "`x` of a command": a newer QEMU may tell more than this.
    pub unknown: BTreeSet<String>,
}

/// What is wrong with a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The mistakes, in the order of the reply.
    pub problems: Vec<Problem>,
    /// How many more there are.
    pub more: usize,
}

/// One mistake in a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The place in the reply, such as `[17].members[0].type`; empty where it is
    /// the reply as a whole.
    pub path: String,
    /// What is wrong and what was expected.
    pub message: String,
}

impl Problem {
    pub(super) fn new(path: String, message: impl Into<String>) -> Problem {
        let message = message.into();
        Problem { path, message }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

/// Reads a reply.
///
/// It may be the value that the command returned, the whole message around it,
/// or a log of messages in which it stands, such as one that begins with a
/// greeting.
///
/// # Errors
///
/// The text is too long, is no JSON, or holds no reply of the form that
/// `query-qmp-schema` has.
pub fn read(text: &[u8]) -> Result<Reply, Damage> {
    if text.len() > MOST_BYTES {
        return Err(Damage::new(format!(
            "the text has {} bytes, and a reply at most {MOST_BYTES}",
            text.len()
        )));
    }
    let (entries, version) = find(text)?;
    let (interface, unknown) = entries::read(&entries)?;
    Ok(Reply {
        interface,
        version,
        unknown,
    })
}

impl Damage {
    fn new(message: String) -> Damage {
        let path = String::new();
        Damage {
            problems: vec![Problem { path, message }],
            more: 0,
        }
    }
}

/// The reply among the messages of a log, and the release of its greeting.
fn find(text: &[u8]) -> Result<(Vec<Value>, Option<Version>), Damage> {
    let mut version = None;
    let mut refusal = None;
    let mut reply = None;
    for message in serde_json::Deserializer::from_slice(text).into_iter::<Value>() {
        let message = message.map_err(|error| no_json(&error))?;
        version = greeted(&message).or(version);
        refusal = message["error"]["desc"]
            .as_str()
            .map(str::to_owned)
            .or(refusal);
        match returned(message) {
            Some(entries) if is_reply(&entries) => return Ok((entries, version)),
            other => reply = reply.or(other),
        }
    }
    match (reply, refusal) {
        (Some(entries), _) => Ok((entries, version)),
        (None, Some(refusal)) => {
            let refusal = refusal.escape_debug();
            Err(Damage::new(format!("QEMU refused the command: {refusal}")))
        }
        (None, None) => Err(Damage::new(
            "there is no reply to `query-qmp-schema`: expected an array, or `{\"return\": [...]}`"
                .to_owned(),
        )),
    }
}

fn no_json(error: &serde_json::Error) -> Damage {
    let hint = if error.is_eof() {
        ": it is cut short"
    } else {
        ""
    };
    Damage::new(format!("this is no JSON{hint}: {error}"))
}

fn returned(message: Value) -> Option<Vec<Value>> {
    match message {
        Value::Array(entries) => Some(entries),
        Value::Object(mut message) => match message.remove("return") {
            Some(Value::Array(entries)) => Some(entries),
            _ => None,
        },
        _ => None,
    }
}

/// Other commands return arrays too.
fn is_reply(entries: &[Value]) -> bool {
    entries.iter().any(|entry| entry.get("meta-type").is_some())
}

fn greeted(message: &Value) -> Option<Version> {
    let version = &message.get("QMP")?["version"]["qemu"];
    let number = |name: &str| u32::try_from(version[name].as_u64()?).ok();
    Some(Version::new(
        number("major")?,
        number("minor")?,
        number("micro")?,
    ))
}
