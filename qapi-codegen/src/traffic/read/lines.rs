//! Input lines and positions in them.

use std::io::{self, BufRead, Read};

/// A position in a text. Lines and columns count from one; columns count
/// characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextPosition {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

impl TextPosition {
    /// The beginning of a text.
    pub const START: TextPosition = TextPosition { line: 1, column: 1 };

    /// Returns the position after `bytes`, which begin at this position.
    pub fn advance(self, bytes: &[u8]) -> TextPosition {
        let newlines = memchr::memchr_iter(b'\n', bytes).count() as u64;
        let last_newline = memchr::memrchr(b'\n', bytes);
        let last_line = &bytes[last_newline.map_or(0, |newline| newline + 1)..];
        let is_first_of_character = |byte: &&u8| **byte & 0xC0 != 0x80;
        let characters = last_line.iter().filter(is_first_of_character).count() as u64;
        TextPosition {
            line: self.line + newlines,
            column: characters + if newlines == 0 { self.column } else { 1 },
        }
    }
}

/// Maximum length of a line or message in bytes, as in QEMU.
pub const LENGTH_LIMIT: usize = 64 << 20;

/// A line reader that keeps in memory only what has not been consumed.
pub struct Lines<'r> {
    input: &'r mut dyn BufRead,
    buffer: Vec<u8>,
    consumed: usize,
    is_at_end: bool,
    position: TextPosition,
}

impl<'r> Lines<'r> {
    pub fn new(input: &'r mut dyn BufRead) -> Self {
        Lines {
            input,
            buffer: Vec::new(),
            consumed: 0,
            is_at_end: false,
            position: TextPosition::START,
        }
    }

    /// Reads a line unless one is in memory. Returns `false` at the end of the
    /// input.
    pub fn begin_line(&mut self) -> io::Result<bool> {
        if self.rest().is_empty() {
            self.read_line()?;
        }
        Ok(!self.rest().is_empty())
    }

    /// Reads further text without consuming the text before it: a line, or an
    /// eighth of a long text, which bounds how often it is scanned again.
    pub fn read_more(&mut self) -> io::Result<()> {
        let wanted = self.rest().len() + self.rest().len() / 8;
        while !self.is_at_end {
            self.read_line()?;
            if self.rest().len() > wanted || self.rest().len() < 1 << 14 {
                break;
            }
        }
        Ok(())
    }

    /// Reads a line. A line that exceeds [`LENGTH_LIMIT`] is read in pieces.
    fn read_line(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.consumed);
        self.consumed = 0;
        let room = LENGTH_LIMIT.saturating_sub(self.buffer.len()) as u64;
        let read = self.input.take(room).read_until(b'\n', &mut self.buffer)?;
        self.is_at_end = read == 0;
        Ok(())
    }

    /// Returns `true` if no further text can be read before text is consumed.
    pub fn is_at_end(&self) -> bool {
        self.is_at_end
    }

    /// Returns the text that has not been consumed.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.consumed..]
    }

    /// Returns the part of the rest that is on its first line.
    pub fn line(&self) -> &[u8] {
        let end = memchr::memchr(b'\n', self.rest());
        &self.rest()[..end.map_or(self.rest().len(), |end| end + 1)]
    }

    /// Returns `true` if the rest is the beginning of a line.
    pub fn is_line_start(&self) -> bool {
        self.position.column == 1
    }

    /// Returns the position of the rest.
    pub fn position(&self) -> TextPosition {
        self.position
    }

    /// Removes bytes from the beginning of the rest.
    pub fn consume(&mut self, length: usize) {
        self.position = self.position.advance(&self.rest()[..length]);
        self.skip(length);
    }

    /// Removes bytes that do not count as characters.
    pub fn skip(&mut self, length: usize) {
        self.consumed += length;
    }
}
