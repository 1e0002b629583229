//! Kinds of messages.

use super::envelope::MEMBERS;
use crate::json::JsonValue;
use crate::suggest;

/// The kind of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// A request, or a value that was probably meant to be one.
    Request,
    /// A reply, with a value or an error.
    Reply,
    /// An event.
    Event,
    /// A command line that starts a QEMU.
    CommandLine,
    /// Any other object, such as QEMU's greeting.
    Other,
}

impl MessageKind {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            MessageKind::Request => "request",
            MessageKind::Reply => "reply",
            MessageKind::Event => "event",
            MessageKind::CommandLine => "command-line",
            MessageKind::Other => "other",
        }
    }

    /// Determines the kind of a message by its members.
    pub fn from_message(message: &JsonValue<'_>) -> MessageKind {
        let has = |name: &str| message.get(name).is_some();
        if has("execute") || has("exec-oob") {
            MessageKind::Request
        } else if has("return") || has("error") {
            MessageKind::Reply
        } else if has("event") {
            MessageKind::Event
        } else if has("QMP") || !is_like_request(message) {
            MessageKind::Other
        } else {
            MessageKind::Request
        }
    }
}

/// Returns whether a value without a command was probably meant to be a
/// request.
fn is_like_request(message: &JsonValue<'_>) -> bool {
    let Some(members) = message.members() else {
        return true;
    };
    // A common error is `command` for `execute`.
    let command = message.get("command").and_then(JsonValue::as_str);
    let is_member = |name: &str| MEMBERS.contains(&name) || suggest::is_similar(name, "execute");
    command.is_some()
        || members.is_empty()
        || members.iter().any(|member| is_member(&member.name.value))
}
