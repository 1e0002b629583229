//! Lines, and places in a text.

use std::io::{self, BufRead, Read};

use super::Broken;

/// A line and a column, both counted from one; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

impl Place {
    /// The beginning of a text.
    pub const START: Place = Place { line: 1, column: 1 };

    /// The place behind these bytes, which begin here.
    pub fn after(self, bytes: &[u8]) -> Place {
        let newlines = bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
        let last = bytes
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |newline| newline + 1);
        // Every byte of a character but the first is of this form.
        let starts = bytes[last..]
            .iter()
            .filter(|&&byte| byte & 0xC0 != 0x80)
            .count() as u64;
        Place {
            line: self.line + newlines,
            column: starts + if newlines == 0 { self.column } else { 1 },
        }
    }
}

/// The text of these bytes.
pub fn utf8(bytes: &[u8], place: Place) -> Result<&str, Broken> {
    std::str::from_utf8(bytes).map_err(|error| Broken {
        place: place.after(&bytes[..error.valid_up_to()]),
        message: "these bytes are no UTF-8".to_owned(),
    })
}

/// The longest line or message that is read; QEMU takes no longer one.
pub const LENGTH_LIMIT: usize = 64 << 20;

/// The lines of a text. Those that are not consumed yet are in memory.
pub struct Lines<'r> {
    input: &'r mut dyn BufRead,
    buffer: Vec<u8>,
    consumed: usize,
    place: Place,
}

impl<'r> Lines<'r> {
    pub fn new(input: &'r mut dyn BufRead) -> Self {
        Lines {
            input,
            buffer: Vec::new(),
            consumed: 0,
            place: Place::START,
        }
    }

    /// Reads the next line when all before it was consumed; says whether there
    /// was one.
    pub fn next(&mut self) -> io::Result<bool> {
        self.buffer.clear();
        self.consumed = 0;
        self.append()
    }

    /// Reads one line more; says whether there was one. A line that is too long
    /// is read in pieces, and so is a message.
    pub fn append(&mut self) -> io::Result<bool> {
        let room = LENGTH_LIMIT.saturating_sub(self.rest().len()) as u64;
        let read = self.input.take(room).read_until(b'\n', &mut self.buffer)?;
        Ok(read > 0)
    }

    /// What was read and is not consumed.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.consumed..]
    }

    /// Where the rest begins.
    pub fn place(&self) -> Place {
        self.place
    }

    /// So many bytes of the rest are done with.
    pub fn consume(&mut self, length: usize) {
        self.place = self.place.after(&self.rest()[..length]);
        self.consumed += length;
    }
}
