//! Finds QMP messages in text of any notation.
//!
//! Every byte of the input is part of exactly one [`LogEntry`], in order, so a
//! caller can replace a message and copy everything else. One line or one
//! message is in memory at a time. An entry that cannot be parsed does not stop
//! the reader.
//!
//! A notation is a file in this folder that implements `notation::Notation`,
//! and an entry in the table of `notation.rs`.

mod framing;
mod json_text;
mod lines;
mod notation;
mod qmp_shell;
mod recording;
mod shell_words;

use std::io::{self, BufRead};

use crate::json::{JsonValue, ParsedJson, SyntaxError};

pub use lines::TextPosition;

use framing::{FrameState, Framer};
use lines::Lines;
use notation::{EntryExtent, EntryText, NotationTable};

/// A piece of the input.
pub struct LogEntry<'e> {
    /// Position of the first byte.
    pub position: TextPosition,
    /// All bytes of the entry.
    pub bytes: &'e [u8],
    /// Meaning of the bytes.
    pub content: LogContent<'e>,
}

/// Content of an entry.
pub enum LogContent<'e> {
    /// A blank line, a comment, or text without a message.
    Text,
    /// Messages in some notation.
    Messages(Box<dyn NotatedMessages + 'e>),
    /// An entry that looks like a message and cannot be parsed.
    Malformed(Malformed),
}

/// An error at a position of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Position of the error.
    pub position: TextPosition,
    /// Description, without a full stop.
    pub message: String,
}

/// A message together with what its notation states about it.
#[derive(Debug, Clone, Copy)]
pub struct LoggedMessage<'m> {
    /// Position in the input.
    pub position: TextPosition,
    /// The connection that the message belongs to; empty if the notation does
    /// not state it.
    pub session: &'m str,
    /// The sender, if the notation states it.
    pub sender: Option<Sender>,
    /// `true` if the notation gives only a name, which may be the
    /// name of an event.
    pub is_bare_name: bool,
    /// The message, or an error in its text.
    pub json: Result<&'m ParsedJson<'m>, &'m SyntaxError>,
}

/// One of the two sides of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// The program that sends requests.
    Client,
    /// QEMU.
    Server,
}

/// Callback that returns the replacement of a message, if it is to be replaced.
pub type Replace<'f> = dyn FnMut(LoggedMessage<'_>) -> Option<JsonValue<'static>> + 'f;

/// The messages of an entry in their notation.
pub trait NotatedMessages {
    /// Calls `replace` for each message and returns the new text of the entry,
    /// or `None` if it does not change.
    ///
    /// # Errors
    ///
    /// The notation cannot express a replacement. The error is a sentence.
    fn rewrite(&self, replace: &mut Replace<'_>) -> Result<Option<String>, String>;
}

impl dyn NotatedMessages + '_ {
    /// Calls `visit` for each message.
    pub fn for_each(&self, visit: &mut dyn FnMut(LoggedMessage<'_>)) {
        // Nothing is replaced, so nothing can fail.
        let _ = self.rewrite(&mut |message| {
            visit(message);
            None
        });
    }
}

/// Reads text and calls `visit` for each entry.
///
/// `is_command` is asked about a line that consists of one word while the
/// notation of the text is unknown.
///
/// # Errors
///
/// The input cannot be read, or `visit` fails.
pub fn read<E: From<io::Error>>(
    input: &mut dyn BufRead,
    is_command: &dyn Fn(&str) -> bool,
    visit: &mut dyn FnMut(LogEntry<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = LogReader {
        lines: Lines::new(input),
        notations: NotationTable::new(is_command),
        visit,
    };
    while reader.lines.read_next()? {
        reader.read_entries()?;
    }
    Ok(())
}

struct LogReader<'r, E> {
    lines: Lines<'r>,
    notations: NotationTable<'r>,
    visit: &'r mut dyn FnMut(LogEntry<'_>) -> Result<(), E>,
}

impl<E: From<io::Error>> LogReader<'_, E> {
    /// Reads the entries of a line and the further lines of its last entry.
    fn read_entries(&mut self) -> Result<(), E> {
        let mut is_line_start = true;
        while !self.lines.rest().is_empty() {
            let rest = self.lines.rest();
            match self.notations.find(rest, is_line_start) {
                None => self.visit_text(rest.len())?,
                Some((offset, extent)) => {
                    self.visit_text(offset)?;
                    self.read_entry(extent)?;
                }
            }
            is_line_start = false;
        }
        Ok(())
    }

    fn read_entry(&mut self, extent: EntryExtent) -> Result<(), E> {
        let framed = match extent {
            EntryExtent::Line => Ok(self.lines.rest().len()),
            EntryExtent::Value => self.frame_value()?,
        };
        let (length, malformed) = match framed {
            Ok(length) => (length, None),
            Err((length, malformed)) => (length, Some(malformed)),
        };
        let (bytes, position) = (&self.lines.rest()[..length], self.lines.position());
        let text = malformed.map_or_else(|| EntryText::from_utf8(bytes, position), Err);
        let entry = LogEntry {
            position,
            bytes,
            content: match &text {
                Ok(text) => self.notations.parse(text, extent),
                Err(malformed) => LogContent::Malformed(malformed.clone()),
            },
        };
        (self.visit)(entry)?;
        drop(text);
        self.lines.consume(length);
        Ok(())
    }

    fn visit_text(&mut self, length: usize) -> Result<(), E> {
        if length > 0 {
            (self.visit)(LogEntry {
                position: self.lines.position(),
                bytes: &self.lines.rest()[..length],
                content: LogContent::Text,
            })?;
            self.lines.consume(length);
        }
        Ok(())
    }

    /// Reads lines until the value that begins the rest is complete. Returns its
    /// length, or the length of the text that an invalid value makes unusable.
    fn frame_value(&mut self) -> io::Result<Result<usize, (usize, Malformed)>> {
        let mut framer = Framer::default();
        loop {
            let rest = self.lines.rest();
            match framer.scan(rest) {
                FrameState::Complete(length) => return Ok(Ok(length)),
                FrameState::Malformed(error) => {
                    let mut rest_of_line = rest[error.offset..].iter();
                    let newline = rest_of_line.position(|&byte| byte == b'\n');
                    let length = newline.map_or(rest.len(), |at| error.offset + at + 1);
                    let malformed = Malformed::new(rest, self.lines.position(), &error);
                    return Ok(Err((length, malformed)));
                }
                FrameState::Incomplete => {}
            }
            let length = rest.len();
            let has_more = self.lines.read_more()?;
            if !has_more || json_text::begins_message(&self.lines.rest()[length..]) {
                let malformed = Malformed {
                    position: self.lines.position(),
                    message: framer.describe_incomplete(),
                };
                return Ok(Err((length, malformed)));
            }
        }
    }
}

impl Malformed {
    /// Locates an error in text that begins at `position`.
    fn new(text: &[u8], position: TextPosition, error: &SyntaxError) -> Self {
        Malformed {
            position: position.advance(&text[..error.offset]),
            message: error.message.clone(),
        }
    }
}
