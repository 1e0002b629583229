//! Received bytes, as messages.

use std::ops::Range;

use super::framing::{Frame, Framing};
use super::message::{self, Incoming};
use super::trace;

/// What was received and not looked at yet.
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

    /// Room for what is read next.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        self.framing.room()
    }

    /// Says how much of the room was used.
    pub(crate) fn received(&mut self, count: usize) {
        self.framing.received(count);
    }

    /// The next message, if it is complete.
    pub(crate) fn next(&mut self) -> Option<Incoming> {
        Some(match self.framing.next()? {
            Frame::Message(range) => {
                let bytes = self.framing.bytes(range.clone());
                trace::received(bytes);
                message::parse(bytes, range.start)
            }
            Frame::TooLong(long) => message::too_long(long),
        })
    }

    /// The next message with this byte before it; others are passed over.
    #[cfg(feature = "qga")]
    pub(crate) fn next_after(&mut self, sentinel: u8) -> Option<Incoming> {
        loop {
            let Frame::Message(range) = self.framing.next()? else {
                continue;
            };
            let bytes = self.framing.bytes(range.clone());
            if let Some(at) = memchr::memrchr(sentinel, bytes) {
                let bytes = &bytes[at + 1..];
                trace::received(bytes);
                return Some(message::parse(bytes, range.start + at + 1));
            }
        }
    }

    /// The bytes of what a command returned.
    pub(crate) fn payload(&self, range: Range<usize>) -> &[u8] {
        self.framing.bytes(range)
    }
}
