//! Finds QMP messages, and command lines that start a QEMU, in text of any
//! notation.
//!
//! Every byte of the input is part of exactly one [`LogEntry`], in order, so a
//! caller can replace a message and copy everything else. One line or one
//! message is in memory at a time. An entry that cannot be parsed does not stop
//! the reader.
//!
//! A notation is a file in this folder that implements `notation::Notation`,
//! and an entry in `notation_table.rs`.

mod byte_array;
mod coloured;
mod command_line;
mod counts;
mod decoded;
mod embedded;
mod evidence;
mod framing;
mod json_text;
mod lines;
mod notation;
mod notation_table;
mod origin;
mod perl_call;
mod python_call;
mod python_literal;
mod qmp_shell;
mod recording;
mod shell_words;
mod string_literal;
mod trace_event;

use std::io::{self, BufRead};

use crate::json::{JsonValue, ParsedJson, SyntaxError};

pub use command_line::{CommandWord, LoggedCommandLine, NewWord};
pub use counts::MessageCounts;
pub use lines::TextPosition;
pub use notation_table::notation_names;

use lines::Lines;
use notation::{Block, Line, Reading};
use notation_table::NotationTable;

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
    /// A command line that starts a QEMU.
    CommandLine(LoggedCommandLine<'e>),
    /// A line that is an invalid message.
    Malformed(Malformed),
    /// The beginning of a message that is not written out, such as a template.
    Unread(Malformed),
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
    /// The name of the notation, or of the log.
    pub notation: &'static str,
    /// `true` if the notation gives only a name, which may be the
    /// name of an event.
    pub is_bare_name: bool,
    /// A difference between the message and what other readers of the notation
    /// make of it.
    pub warning: Option<&'static str>,
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
/// `is_command` is asked whether a word is a command of any release, for lines
/// that may be those of qmp-shell.
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
        follows_text: false,
        visit,
    };
    reader.read_mark()?;
    while reader.lines.begin_line()? {
        reader.read_line()?;
    }
    Ok(())
}

struct LogReader<'r, E> {
    lines: Lines<'r>,
    notations: NotationTable<'r>,
    /// Set if the previous line is other text than messages.
    follows_text: bool,
    visit: &'r mut dyn FnMut(LogEntry<'_>) -> Result<(), E>,
}

/// A message that a notation found and cannot read: the offset in its line, the
/// length of its text, and the reason.
struct Unread {
    offset: usize,
    length: usize,
    error: SyntaxError,
}

impl<E: From<io::Error>> LogReader<'_, E> {
    /// Reads the byte order mark that some programs write before UTF-8.
    fn read_mark(&mut self) -> Result<(), E> {
        const MARK: &[u8] = "\u{FEFF}".as_bytes();
        if self.lines.begin_line()? && self.lines.rest().starts_with(MARK) {
            (self.visit)(LogEntry {
                position: TextPosition::START,
                bytes: MARK,
                content: LogContent::Text,
            })?;
            self.lines.skip(MARK.len());
        }
        Ok(())
    }

    /// Reads the entries of a line, and the further lines of its last entry.
    fn read_line(&mut self) -> Result<(), E> {
        let text = self.lines.line().trim_ascii();
        let is_comment = text.starts_with(b"#");
        let is_empty = text.is_empty() || is_comment;
        let mut is_start = true;
        while !is_comment && self.read_entry(is_start)? {
            is_start = false;
            if self.lines.is_line_start() || self.lines.line().trim_ascii().is_empty() {
                break;
            }
        }
        if is_start && !is_empty {
            self.follows_text = true;
        }
        if is_start || !self.lines.is_line_start() {
            self.visit_text(self.lines.line().len())?;
        }
        Ok(())
    }

    /// Reads the text up to the next message of the line, and the message.
    /// Returns `false` if there is none.
    fn read_entry(&mut self, is_start: bool) -> Result<bool, E> {
        let mut unread: Option<Unread> = None;
        self.notations.begin();
        loop {
            let line = Line {
                text: self.lines.line(),
                is_start,
                follows_text: self.follows_text,
            };
            let candidate = self.notations.find(&line);
            let offset = candidate.map_or(usize::MAX, |(offset, _)| offset);
            if let Some(unread) = unread.take_if(|unread| unread.offset < offset) {
                return self.visit_unread(&unread).map(|()| true);
            }
            let Some(candidate) = candidate else {
                return Ok(false);
            };
            match self.read_candidate(candidate, is_start)? {
                Found::Messages(_) => return Ok(true),
                Found::Unread(length, error) => {
                    let offset = candidate.0;
                    unread.get_or_insert(Unread {
                        offset,
                        length,
                        error,
                    });
                }
                Found::Text => {}
            }
            self.notations.skip(candidate);
        }
    }

    /// Reads the messages of a candidate, if it has some.
    fn read_candidate(
        &mut self,
        (offset, index): (usize, usize),
        is_start: bool,
    ) -> Result<Found, E> {
        loop {
            let (before, text) = self.lines.rest().split_at(offset);
            let block = Block {
                text,
                before,
                is_start,
                is_at_end: self.lines.is_at_end(),
                line_position: self.lines.position(),
                is_command: self.notations.is_command(),
            };
            let reading = self.notations.notation(index).read(&block);
            if matches!(reading, Reading::Incomplete) && !block.is_at_end {
                drop(reading);
                self.lines.read_more()?;
                continue;
            }
            let found = visit_reading(self.visit, &block, reading)?;
            if let Found::Messages(length) = found {
                self.follows_text = false;
                self.lines.consume(offset + length);
            }
            return Ok(found);
        }
    }

    fn visit_unread(&mut self, unread: &Unread) -> Result<(), E> {
        self.visit_text(unread.offset)?;
        let bytes = &self.lines.rest()[..unread.length];
        let position = self.lines.position();
        let malformed = Malformed {
            position,
            message: unread.error.message.clone(),
        };
        (self.visit)(LogEntry {
            position,
            bytes,
            content: LogContent::Unread(malformed),
        })?;
        self.lines.consume(unread.length);
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
}

/// The result of reading a candidate.
enum Found {
    /// Messages in a text of this length, which were visited.
    Messages(usize),
    /// The beginning of a message that cannot be read, and the reason.
    Unread(usize, SyntaxError),
    /// Other text.
    Text,
}

/// Visits the messages that were read, and the text before them.
fn visit_reading<E>(
    visit: &mut dyn FnMut(LogEntry<'_>) -> Result<(), E>,
    block: &Block<'_>,
    reading: Reading<'_>,
) -> Result<Found, E> {
    let (length, content) = match reading {
        Reading::Text | Reading::Incomplete => return Ok(Found::Text),
        Reading::Unread(length, error) => return Ok(Found::Unread(length, error)),
        Reading::Messages(length, messages) => (length, LogContent::Messages(messages)),
        Reading::CommandLine(length, line) => (length, LogContent::CommandLine(line)),
        Reading::Malformed(length, error) => {
            let malformed = Malformed::new(block.text, block.position(), &error);
            (length, LogContent::Malformed(malformed))
        }
    };
    if !block.before.is_empty() {
        visit(LogEntry {
            position: block.line_position,
            bytes: block.before,
            content: LogContent::Text,
        })?;
    }
    visit(LogEntry {
        position: block.position(),
        bytes: &block.text[..length],
        content,
    })?;
    Ok(Found::Messages(length))
}
