//! Received bytes as messages.

use std::ops::Range;

use super::framing::{Frame, Framing};
use super::message::{self, Message};
use super::trace;

/// Bytes that were received and not parsed yet.
#[derive(Debug)]
pub(crate) struct Inbox {
    framing: Framing,
}

impl Inbox {
    pub(crate) fn new(limit: usize) -> Self {
        Inbox {
            framing: Framing::new(limit),
        }
    }

    /// Returns the buffer for the next read. It ends the validity of all ranges.
    pub(crate) fn buffer(&mut self) -> &mut [u8] {
        self.framing.buffer()
    }

    /// Adds the first `count` bytes of the buffer to the received ones.
    pub(crate) fn received(&mut self, count: usize) {
        self.framing.received(count);
    }

    /// Parses the next message, if it is complete.
    pub(crate) fn next(&mut self) -> Option<Message> {
        Some(match self.framing.next()? {
            Frame::Message(range) => self.parse(range),
            Frame::TooLong(long) => message::too_long(long),
        })
    }

    /// Parses the next message that follows a `sentinel` byte, and skips others.
    pub(crate) fn next_after(&mut self, sentinel: u8) -> Option<Message> {
        loop {
            let Frame::Message(range) = self.framing.next()? else {
                continue;
            };
            let bytes = self.framing.bytes(range.clone());
            if let Some(at) = memchr::memrchr(sentinel, bytes) {
                return Some(self.parse(range.start + at + 1..range.end));
            }
        }
    }

    /// Returns the bytes of a return value.
    pub(crate) fn payload(&self, range: Range<usize>) -> &[u8] {
        self.framing.bytes(range)
    }

    fn parse(&self, range: Range<usize>) -> Message {
        let bytes = self.framing.bytes(range.clone());
        trace::received(bytes);
        message::parse(bytes, range.start)
    }
}
