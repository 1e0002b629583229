//! Problems of replies.

use std::fmt;

/// The number of problems that are reported; an invalid reply often has many.
const REPORTED_PROBLEMS: usize = 20;

/// The number of characters of a reply that a message quotes.
const QUOTED_CHARS: usize = 40;

/// The number of characters of a message.
const MESSAGE_CHARS: usize = 300;

/// The error for a reply that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidReply {
    /// The first problems, in the order of the reply.
    pub problems: Vec<ReplyProblem>,
    /// The number of problems that are not listed.
    pub more: usize,
}

/// One problem of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyProblem {
    /// A path in the reply, such as `[17].members[0].type`; empty for the reply
    /// as a whole.
    pub path: String,
    /// The problem and what was expected.
    pub message: String,
}

impl InvalidReply {
    /// An error about the reply as a whole.
    pub(super) fn new(message: String) -> Self {
        InvalidReply {
            problems: vec![ReplyProblem::new(String::new(), message)],
            more: 0,
        }
    }

    /// Returns an error if there are any problems.
    pub(super) fn check(mut problems: Vec<ReplyProblem>) -> Result<(), Self> {
        if problems.is_empty() {
            return Ok(());
        }
        let more = problems.len().saturating_sub(REPORTED_PROBLEMS);
        problems.truncate(REPORTED_PROBLEMS);
        Err(InvalidReply { problems, more })
    }
}

impl ReplyProblem {
    /// Creates a problem; the message may quote any text of the reply.
    pub(super) fn new(path: String, message: impl AsRef<str>) -> Self {
        let printable = message.as_ref().chars().flat_map(|c| match c {
            c if c.is_control() => c.escape_default().collect::<Vec<char>>(),
            c => vec![c],
        });
        let message = printable.take(MESSAGE_CHARS).collect();
        ReplyProblem { path, message }
    }

    /// Prepends to the path.
    pub(super) fn within(self, path: &str) -> Self {
        ReplyProblem {
            path: format!("{path}{}", self.path),
            ..self
        }
    }
}

impl fmt::Display for ReplyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

/// Quotes a text of the reply, which may be long.
pub(super) fn quote(text: &str) -> String {
    let quoted: String = text.chars().take(QUOTED_CHARS).collect();
    let ellipsis = if quoted.len() < text.len() { "…" } else { "" };
    format!("`{quoted}{ellipsis}`")
}
