//! Message framing by lines.
//!
//! QEMU ends each message with a line break and writes none inside, except with
//! `pretty=on`: then a message is the lines from one that is only `{` to one that is
//! only `}`. Brackets are not counted, so an invalid message affects its own line
//! and nothing after it.

use std::collections::VecDeque;
use std::ops::Range;

use memchr::memchr;

/// The minimal room for a read.
const CHUNK: usize = 8 * 1024;

/// The capacity that an empty buffer keeps.
const IDLE: usize = 64 * 1024;

/// The number of bytes kept of a message that is too long: enough for its `id`.
const TAIL: usize = 64;

/// A buffer of received bytes, split into messages.
#[derive(Debug)]
pub(crate) struct Framing {
    bytes: Vec<u8>,
    /// The end of the received bytes; the rest is room for more.
    end: usize,
    /// The start of the incomplete message.
    start: usize,
    /// The start of its last line.
    line: usize,
    /// The end of the bytes that were searched for line breaks.
    scanned: usize,
    /// The message spans several lines.
    is_pretty: bool,
    /// The message that is too long and being dropped.
    dropped: Option<TooLong>,
    limit: usize,
}

/// A complete message.
#[derive(Debug, PartialEq)]
pub(crate) enum Frame {
    /// The range of a message in the buffer, valid until the next read.
    Message(Range<usize>),
    /// A message that was longer than the limit.
    TooLong(TooLong),
}

/// A message that was longer than the limit and was dropped.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct TooLong {
    /// Its length in bytes.
    pub(crate) length: usize,
    /// Its last bytes.
    pub(crate) tail: VecDeque<u8>,
}

impl Framing {
    pub(crate) fn new(limit: usize) -> Self {
        Framing {
            bytes: Vec::new(),
            end: 0,
            start: 0,
            line: 0,
            scanned: 0,
            is_pretty: false,
            dropped: None,
            limit,
        }
    }

    /// Returns the buffer for the next read. It ends the validity of all frames.
    pub(crate) fn buffer(&mut self) -> &mut [u8] {
        self.compact();
        let wanted = self.end + CHUNK.max(self.end);
        if self.bytes.len() < self.end + CHUNK {
            self.bytes.resize(wanted, 0);
        }
        &mut self.bytes[self.end..]
    }

    /// Adds the first `count` bytes of the buffer to the received ones.
    pub(crate) fn received(&mut self, count: usize) {
        self.end += count;
    }

    pub(crate) fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
    }

    /// Returns the next message, if it is complete.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        loop {
            let Some(length) = memchr(b'\n', &self.bytes[self.scanned..self.end]) else {
                self.drop_if_too_long();
                return None;
            };
            let line = self.line..self.scanned + length;
            self.scanned = line.end + 1;
            self.line = self.scanned;
            if let Some(frame) = self.end_line(line) {
                return Some(frame);
            }
        }
    }

    /// Handles a complete line. Returns the message that ends with it, or before it.
    fn end_line(&mut self, line: Range<usize>) -> Option<Frame> {
        let text = self.bytes[line.clone()].trim_ascii_end();
        let end = line.start + text.len();
        if self.is_pretty && text.starts_with(b"{") {
            // The lines inside a message are indented, so this bracket starts another
            // message, and the previous one is incomplete.
            self.scanned = line.start;
            return self.end_message(line.start, line.start);
        }
        let is_rest = self.dropped.is_some();
        let has_more = if self.is_pretty {
            text != b"}"
        } else {
            text == b"{" && !is_rest
        };
        if has_more {
            self.is_pretty = true;
            return None;
        }
        self.end_message(end, self.scanned)
    }

    /// Ends a message; the next one starts at `next`.
    fn end_message(&mut self, end: usize, next: usize) -> Option<Frame> {
        let message = self.start..end;
        self.start = next;
        self.line = next;
        self.is_pretty = false;
        if self.dropped.is_some() || message.len() > self.limit {
            let mut dropped = self.dropped.take().unwrap_or_default();
            dropped.extend(&self.bytes[message]);
            return Some(Frame::TooLong(dropped));
        }
        let is_blank = self.bytes[message.clone()].trim_ascii().is_empty();
        (!is_blank).then_some(Frame::Message(message))
    }

    /// Drops an incomplete message that became too long.
    fn drop_if_too_long(&mut self) {
        self.scanned = self.end;
        let is_too_long = self.end - self.start > self.limit;
        if is_too_long || self.dropped.is_some() {
            // A short line may be the end of the message.
            let is_long_line = self.end - self.line > TAIL;
            let end = if is_long_line { self.end } else { self.line };
            let mut dropped = self.dropped.take().unwrap_or_default();
            dropped.extend(&self.bytes[self.start..end]);
            self.start = end;
            self.line = end;
            self.dropped = Some(dropped);
        }
    }

    /// Moves the incomplete message to the front.
    fn compact(&mut self) {
        self.bytes.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.line -= self.start;
        self.scanned -= self.start;
        self.start = 0;
        if self.end == 0 && self.bytes.len() > IDLE {
            self.bytes = Vec::new();
        }
    }
}

impl TooLong {
    fn extend(&mut self, bytes: &[u8]) {
        self.length += bytes.len();
        let last = &bytes[bytes.len().saturating_sub(TAIL)..];
        self.tail.extend(last);
        let excess = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Splits `input`, received in pieces of `size` bytes, into messages.
    fn split(input: &[u8], size: usize, limit: usize) -> Vec<String> {
        let mut framing = Framing::new(limit);
        let mut found = Vec::new();
        for piece in input.chunks(size) {
            framing.buffer()[..piece.len()].copy_from_slice(piece);
            framing.received(piece.len());
            while let Some(frame) = framing.next() {
                found.push(match frame {
                    Frame::Message(range) => {
                        String::from_utf8_lossy(framing.bytes(range)).into_owned()
                    }
                    Frame::TooLong(long) => format!("{} bytes", long.length),
                });
            }
        }
        found
    }

    #[test]
    fn lines_are_messages_however_they_arrive() {
        let cases: [(&str, &[&str]); 8] = [
            ("{\"a\":1}\r\n{\"b\":2}\n", &["{\"a\":1}", "{\"b\":2}"]),
            ("\r\n\n  \n{}\n\n", &["{}"]),
            (
                "{\r\n    \"a\": {\r\n    }\r\n}\r\n{\"b\":2}\r\n",
                &["{\r\n    \"a\": {\r\n    }\r\n}", "{\"b\":2}"],
            ),
            ("{\n    \"a\n{\"b\":2}\n", &["{\n    \"a\n", "{\"b\":2}"]),
            ("{\"in mid-line", &[]),
            ("1234567890123456789012345678901\n{}\n", &["31 bytes", "{}"]),
            (
                "{\n  1234567890123456789012345678901\n  1\n}\n{}\n",
                &["41 bytes", "{}"],
            ),
            (
                "{\n  1234567890123456789012345678901\n  1\n{}\n",
                &["40 bytes", "{}"],
            ),
        ];
        for (input, expected) in cases {
            for size in [1, 2, 3, 7, 1000] {
                assert_eq!(
                    split(input.as_bytes(), size, 30),
                    expected,
                    "{input:?} by {size}"
                );
            }
        }
    }

    #[test]
    fn memory_is_given_back() {
        let mut framing = Framing::new(usize::MAX);
        let long = vec![b'x'; 1 << 20];
        for piece in long.chunks(CHUNK) {
            framing.buffer()[..piece.len()].copy_from_slice(piece);
            framing.received(piece.len());
            assert_eq!(framing.next(), None);
        }
        framing.buffer()[0] = b'\n';
        framing.received(1);
        assert!(framing.next().is_some());
        framing.buffer();
        assert!(framing.bytes.len() <= IDLE);
    }
}
