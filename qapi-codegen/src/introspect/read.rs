//! Reading the reply of a QEMU, or a saved one.
//!
//! A reply is not trusted: names may be missing, types may be of the wrong kind
//! or undefined, and the text may be truncated. Everything that is wrong is
//! reported with its path in the reply, and an invalid reply gives no interface.

use std::collections::BTreeSet;

use serde_json::Value;

use super::check::check_entries;
use super::entries::{ReplyEntry, read_entries};
use super::problem::InvalidReply;
use crate::version::Version;
use crate::wire::Interface;

/// The largest reply that is read, in bytes. QEMU's own have a quarter of a
/// million.
pub const MOST_BYTES: usize = 16 << 20;

/// A reply to `query-qmp-schema`.
#[derive(Debug, Clone)]
pub struct SchemaReply {
    pub(super) entries: Vec<ReplyEntry>,
    /// The release, if a greeting or a reply to `query-version` is in the same log.
    pub version: Option<Version>,
    /// Keys that are unknown and ignored, such as "`x` of `command`"; newer
    /// releases may add some.
    pub unknown: BTreeSet<String>,
}

impl SchemaReply {
    /// The interface that the reply describes.
    pub fn interface(&self) -> Interface<'_> {
        Interface::from_introspection(self)
    }
}

/// Reads a reply.
///
/// The text is the value that the command returned, the whole message around
/// it, or a log of messages, such as one that begins with a greeting.
///
/// # Errors
///
/// The text is too long or invalid JSON, or does not contain a valid reply to
/// `query-qmp-schema`.
pub fn read(text: &[u8]) -> Result<SchemaReply, InvalidReply> {
    if text.len() > MOST_BYTES {
        return Err(InvalidReply::new(format!(
            "the text has {} bytes, the limit is {MOST_BYTES}",
            text.len()
        )));
    }
    let (values, version) = find_reply(text)?;
    let (entries, unknown, problems) = read_entries(&values);
    InvalidReply::check(problems)?;
    InvalidReply::check(check_entries(&entries))?;
    Ok(SchemaReply {
        entries,
        version,
        unknown,
    })
}

/// Finds the reply in a log of messages, and the release in the greeting.
fn find_reply(text: &[u8]) -> Result<(Vec<Value>, Option<Version>), InvalidReply> {
    let mut log = MessageLog::default();
    let mut messages = serde_json::Deserializer::from_slice(text).into_iter::<Value>();
    while let Some(message) = messages.next() {
        let message = message.map_err(|error| invalid_json(&error))?;
        if let Some(entries) = log.receive(unwrap_recorded(message)) {
            let later = || messages.map_while(Result::ok).map(unwrap_recorded);
            let version = log
                .version
                .or_else(|| later().find_map(|one| stated_version(&one)));
            return Ok((entries, version));
        }
    }
    match (log.array, log.error) {
        (Some(entries), _) => Ok((entries, log.version)),
        (None, Some(error)) => Err(InvalidReply::new(format!(
            "QEMU returned an error: {error}"
        ))),
        (None, None) => Err(InvalidReply::new(
            "there is no reply to `query-qmp-schema`: expected an array, or `{\"return\": [...]}`"
                .to_owned(),
        )),
    }
}

/// Reads the release from a greeting or a reply to `query-version`.
pub fn read_version(text: &[u8]) -> Option<Version> {
    stated_version(&serde_json::from_slice(text).ok()?)
}

/// The messages before the reply.
#[derive(Default)]
struct MessageLog {
    version: Option<Version>,
    /// The id of the request for the interface, if the log has the request.
    id: Option<Value>,
    error: Option<String>,
    /// A returned array that may come from another command.
    array: Option<Vec<Value>>,
}

impl MessageLog {
    /// Receives a message, and returns the entries if it is the reply.
    fn receive(&mut self, message: Value) -> Option<Vec<Value>> {
        if message["execute"] == "query-qmp-schema" {
            self.id = message.get("id").cloned();
            return None;
        }
        self.version = stated_version(&message).or(self.version);
        if self.id.is_some() && message.get("id") != self.id.as_ref() {
            return None;
        }
        if let Some(error) = message["error"]["desc"].as_str() {
            self.error = Some(error.to_owned());
        }
        match returned_array(message) {
            Some(entries) if has_meta_types(&entries) => Some(entries),
            other => {
                self.array = self.array.take().or(other);
                None
            }
        }
    }
}

/// The message in a line of a recording, which also has a direction.
fn unwrap_recorded(line: Value) -> Value {
    let raw = line.get("raw").filter(|_| line.get("dir").is_some());
    let message = raw.and_then(|raw| serde_json::from_str(raw.as_str()?).ok());
    message.unwrap_or(line)
}

fn invalid_json(error: &serde_json::Error) -> InvalidReply {
    let hint = if error.is_eof() { ": truncated" } else { "" };
    InvalidReply::new(format!("invalid JSON{hint}: {error}"))
}

fn returned_array(message: Value) -> Option<Vec<Value>> {
    match message {
        Value::Array(entries) => Some(entries),
        Value::Object(mut message) => match message.remove("return") {
            Some(Value::Array(entries)) => Some(entries),
            _ => None,
        },
        _ => None,
    }
}

/// Returns `true` if an array comes from `query-qmp-schema`; other commands
/// return arrays, too.
fn has_meta_types(entries: &[Value]) -> bool {
    entries.iter().any(|entry| entry.get("meta-type").is_some())
}

fn stated_version(message: &Value) -> Option<Version> {
    let greeted = message.get("QMP").map(|greeting| &greeting["version"]);
    let version = &greeted.or(message.get("return"))?["qemu"];
    let number = |name: &str| u32::try_from(version[name].as_u64()?).ok();
    Some(Version::new(
        number("major")?,
        number("minor")?,
        number("micro")?,
    ))
}
