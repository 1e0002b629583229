//! Where one message ends and the next begins.
//!
//! QEMU ends each message with a line break and has none inside, unless the
//! monitor was made with `pretty=on`: then the message begins with a line that
//! is only `{` and ends with one that is only `}`. Brackets are not counted, so
//! a broken message spoils its own line and nothing after it.

use std::collections::VecDeque;
use std::ops::Range;

use memchr::memchr;

/// How much is read at once to begin with.
const CHUNK: usize = 8 * 1024;

/// What a buffer may keep when nothing is in it.
const IDLE: usize = 64 * 1024;

/// How much of the end of a message that is too long is kept: room for its `id`.
const TAIL: usize = 64;

/// Bytes on their way to being messages.
#[derive(Debug)]
pub(crate) struct Framing {
    buffer: Vec<u8>,
    /// Where the bytes that were received end; the rest is room for more.
    end: usize,
    /// Where the message that is not complete yet begins.
    start: usize,
    /// Where its last line begins.
    line: usize,
    /// Up to where line breaks were looked for.
    scanned: usize,
    /// Whether the message has several lines.
    pretty: bool,
    /// What is known of a message that is too long and is being dropped.
    dropped: Option<TooLong>,
    limit: usize,
}

/// What was found in the bytes.
#[derive(Debug, PartialEq)]
pub(crate) enum Frame {
    /// A message, as a place in the buffer that is good until more is read.
    Message(Range<usize>),
    /// A message that was longer than the limit.
    TooLong(TooLong),
}

/// A message that was longer than the limit and was dropped.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct TooLong {
    /// How many bytes it had.
    pub(crate) length: usize,
    /// The last of them.
    pub(crate) tail: VecDeque<u8>,
}

impl Framing {
    pub(crate) fn new(limit: usize) -> Self {
        Framing {
            buffer: Vec::new(),
            end: 0,
            start: 0,
            line: 0,
            scanned: 0,
            pretty: false,
            dropped: None,
            limit,
        }
    }

    /// Room for what is read next. It ends the life of all frames.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        self.compact();
        let wanted = self.end + CHUNK.max(self.end);
        if self.buffer.len() < self.end + CHUNK {
            self.buffer.resize(wanted, 0);
        }
        &mut self.buffer[self.end..]
    }

    /// Says how much of the room was used.
    pub(crate) fn received(&mut self, count: usize) {
        self.end += count;
    }

    pub(crate) fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.buffer[range]
    }

    /// The next message, if it is complete.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        loop {
            let Some(length) = memchr(b'\n', &self.buffer[self.scanned..self.end]) else {
                self.incomplete();
                return None;
            };
            let line = self.line..self.scanned + length;
            self.scanned = line.end + 1;
            self.line = self.scanned;
            if let Some(frame) = self.line(line) {
                return Some(frame);
            }
        }
    }

    /// Takes a line; what comes back is a message that ends with it, or before it.
    fn line(&mut self, line: Range<usize>) -> Option<Frame> {
        let text = self.buffer[line.clone()].trim_ascii_end();
        let end = line.start + text.len();
        if self.pretty && text.starts_with(b"{") {
            // Whatever is inside is indented. A bracket in the first column begins
            // another message, and the one before it never ended.
            self.scanned = line.start;
            return self.message(line.start, line.start);
        }
        let is_rest = self.dropped.is_some();
        let has_more = if self.pretty {
            text != b"}"
        } else {
            text == b"{" && !is_rest
        };
        if has_more {
            self.pretty = true;
            return None;
        }
        self.message(end, self.scanned)
    }

    /// Ends a message; the next one starts at `next`.
    fn message(&mut self, end: usize, next: usize) -> Option<Frame> {
        let message = self.start..end;
        self.start = next;
        self.line = next;
        self.pretty = false;
        if self.dropped.is_some() || message.len() > self.limit {
            let mut dropped = self.dropped.take().unwrap_or_default();
            dropped.extend(&self.buffer[message]);
            return Some(Frame::TooLong(dropped));
        }
        let is_blank = self.buffer[message.clone()].trim_ascii().is_empty();
        (!is_blank).then_some(Frame::Message(message))
    }

    /// Notes that all was looked at, and drops a message that became too long.
    fn incomplete(&mut self) {
        self.scanned = self.end;
        let is_too_long = self.end - self.start > self.limit;
        if is_too_long || self.dropped.is_some() {
            // A short line is kept, for it may be the end.
            let is_long_line = self.end - self.line > TAIL;
            let end = if is_long_line { self.end } else { self.line };
            let mut dropped = self.dropped.take().unwrap_or_default();
            dropped.extend(&self.buffer[self.start..end]);
            self.start = end;
            self.line = end;
            self.dropped = Some(dropped);
        }
    }

    /// Moves what is not used up to the front.
    fn compact(&mut self) {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.line -= self.start;
        self.scanned -= self.start;
        self.start = 0;
        if self.end == 0 && self.buffer.len() > IDLE {
            self.buffer = Vec::new();
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

    /// Feeds `input` in pieces of `size` bytes and lists the messages.
    fn split(input: &[u8], size: usize, limit: usize) -> Vec<String> {
        let mut framing = Framing::new(limit);
        let mut found = Vec::new();
        for piece in input.chunks(size) {
            framing.room()[..piece.len()].copy_from_slice(piece);
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
            framing.room()[..piece.len()].copy_from_slice(piece);
            framing.received(piece.len());
            assert_eq!(framing.next(), None);
        }
        framing.room()[0] = b'\n';
        framing.received(1);
        assert!(framing.next().is_some());
        framing.room();
        assert!(framing.buffer.len() <= IDLE);
    }
}
