//! Counts of the messages in a text.

use std::collections::BTreeMap;

use super::{LogContent, LogEntry};

/// The number of messages by notation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageCounts {
    /// The number of messages in each notation, or log.
    pub by_notation: BTreeMap<&'static str, usize>,
    /// The number of messages that are not written out, such as templates.
    pub unread: usize,
}

impl MessageCounts {
    /// Adds the messages of an entry.
    pub fn add(&mut self, entry: &LogEntry<'_>) {
        match &entry.content {
            LogContent::Text => {}
            LogContent::Malformed(_) => *self.by_notation.entry("invalid text").or_default() += 1,
            LogContent::Unread(_) => self.unread += 1,
            LogContent::CommandLine(line) => {
                *self.by_notation.entry(line.notation).or_default() += 1
            }
            LogContent::Messages(messages) => messages.for_each(&mut |message| {
                *self.by_notation.entry(message.notation).or_default() += 1;
            }),
        }
    }

    /// Returns whether there is no message.
    pub fn is_empty(&self) -> bool {
        self.by_notation.is_empty() && self.unread == 0
    }

    /// Adds other counts.
    pub fn merge(&mut self, other: &MessageCounts) {
        for (notation, count) in &other.by_notation {
            *self.by_notation.entry(notation).or_default() += count;
        }
        self.unread += other.unread;
    }
}
