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
        let newlines = bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
        let last_newline = bytes.iter().rposition(|&byte| byte == b'\n');
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
    position: TextPosition,
}

impl<'r> Lines<'r> {
    pub fn new(input: &'r mut dyn BufRead) -> Self {
        Lines {
            input,
            buffer: Vec::new(),
            consumed: 0,
            position: TextPosition::START,
        }
    }

    /// Reads the next line after all text was consumed. Returns `false` at the
    /// end of the input.
    pub fn read_next(&mut self) -> io::Result<bool> {
        self.buffer.clear();
        self.consumed = 0;
        self.read_more()
    }

    /// Reads another line without consuming the text before it. A line that
    /// exceeds [`LENGTH_LIMIT`] is read in pieces. Returns `false` at the end of
    /// the input.
    pub fn read_more(&mut self) -> io::Result<bool> {
        let room = LENGTH_LIMIT.saturating_sub(self.rest().len()) as u64;
        let read = self.input.take(room).read_until(b'\n', &mut self.buffer)?;
        Ok(read > 0)
    }

    /// Returns the text that has not been consumed.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.consumed..]
    }

    /// Returns the position of the rest.
    pub fn position(&self) -> TextPosition {
        self.position
    }

    /// Removes bytes from the beginning of the rest.
    pub fn consume(&mut self, length: usize) {
        self.position = self.position.advance(&self.rest()[..length]);
        self.consumed += length;
    }
}
