//! Errors of the protocol.

use std::str::Utf8Error;

use crate::wire::path::locate;

/// A message that is not part of the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtocolError {
    problem: String,
    raw: String,
}

impl ProtocolError {
    /// Returns the description of the problem.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// Returns the message as the server sent it; empty if it was longer than
    /// [`Options::message_limit`](crate::Options::message_limit).
    pub fn raw(&self) -> &str {
        &self.raw
    }

    pub(crate) fn too_long(length: usize) -> Self {
        let problem = format!(
            "the server sent a message of {length} bytes, more than the limit \
             (`Options::message_limit`) allows"
        );
        ProtocolError {
            problem,
            raw: String::new(),
        }
    }

    pub(crate) fn not_utf8(bytes: &[u8], error: Utf8Error) -> Self {
        let position = error.valid_up_to();
        ProtocolError {
            problem: format!("the server sent a message that is not UTF-8 at byte {position}"),
            raw: String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    pub(crate) fn not_json(text: &str, error: &serde_json::Error) -> Self {
        let located = locate(text.as_bytes(), error);
        let at = if located.path.is_empty() {
            String::new()
        } else {
            format!(" at `{}`", located.path)
        };
        let message = located.message;
        ProtocolError {
            problem: format!("the server sent an invalid QMP message{at}: {message}"),
            raw: text.to_owned(),
        }
    }

    pub(crate) fn unknown_message(text: &str) -> Self {
        ProtocolError {
            problem: "the server sent an object that is neither a reply nor an event".to_owned(),
            raw: text.to_owned(),
        }
    }
}
