//! Finding the messages in a text, whatever else stands in it.
//!
//! Every byte of the text comes back in exactly one [`Entry`], in order, so that
//! whoever changes a message can write everything else as it was. One line, or
//! one message, is in memory at a time. What cannot be read is an entry like
//! others, with its place, and the rest is read on.

mod frame;
mod notation;
mod quoting;
mod recorded;
mod shell;
mod text;

use std::io::{self, BufRead};

use crate::json::ParsedJson;

pub use recorded::Recorded;
pub use shell::{Role, Shell};
pub use text::Place;

use frame::Frame;
use notation::{Next, Notation};
use text::Lines;

/// A piece of a text.
#[derive(Debug)]
pub struct Entry<'e> {
    /// Where it begins.
    pub place: Place,
    /// All of its bytes.
    pub bytes: &'e [u8],
    /// What it is.
    pub content: Content<'e>,
}

/// What a piece of a text is.
#[derive(Debug)]
pub enum Content<'e> {
    /// A blank line, a comment, or text that is no message.
    Other,
    /// A message, or another value where a message is expected.
    Message(ParsedJson<'e>),
    /// A line of a recording that tells who sent what.
    Recorded(Recorded<'e>),
    /// A line of qmp-shell.
    Shell(Shell<'e>),
    /// Something that cannot be read.
    Broken(Broken),
}

/// Why something cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Where the mistake is.
    pub place: Place,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
}

/// Reads a text and shows each piece of it to `visit`.
///
/// `is_command` tells whether a word alone on a line, before anything else has
/// shown what the text is, is a command and no other text.
///
/// # Errors
///
/// The text cannot be read, or `visit` fails.
pub fn read<E: From<io::Error>>(
    input: &mut dyn BufRead,
    is_command: &dyn Fn(&str) -> bool,
    visit: &mut dyn FnMut(Entry<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = Reader {
        lines: Lines::new(input),
        notation: Notation::new(is_command),
        transaction: false,
        visit,
    };
    while reader.lines.next()? {
        reader.line()?;
    }
    Ok(())
}

struct Reader<'r, E> {
    lines: Lines<'r>,
    notation: Notation<'r>,
    /// Whether a transaction of qmp-shell is open.
    transaction: bool,
    visit: &'r mut dyn FnMut(Entry<'_>) -> Result<(), E>,
}

impl<E: From<io::Error>> Reader<'_, E> {
    /// Shows the pieces of one line, with the lines to which its last message
    /// goes on.
    fn line(&mut self) -> Result<(), E> {
        let mut is_start = true;
        while !self.lines.rest().is_empty() {
            match self.notation.next(self.lines.rest(), is_start) {
                Next::Other(length) => self.show(length, |_, _| Content::Other)?,
                Next::Shell => self.shell()?,
                Next::Message => self.message()?,
            }
            is_start = false;
        }
        Ok(())
    }

    fn shell(&mut self) -> Result<(), E> {
        let transaction = self.transaction;
        let mut after = transaction;
        let length = self.lines.rest().len();
        self.show(length, |bytes, place| {
            let read = text::utf8(bytes, place).and_then(|line| {
                shell::parse(line, transaction).map_err(|mistake| Broken {
                    place: place.after(&line.as_bytes()[..mistake.offset]),
                    message: mistake.message,
                })
            });
            match read {
                Err(broken) => Content::Broken(broken),
                Ok(line) => {
                    after = line.leaves_open(transaction);
                    Content::Shell(line)
                }
            }
        })?;
        self.transaction = after;
        Ok(())
    }

    fn message(&mut self) -> Result<(), E> {
        match self.frame()? {
            Ok(length) => self.show(length, parsed),
            Err((length, broken)) => self.show(length, |_, _| Content::Broken(broken)),
        }
    }

    /// How long the message is that begins here, or how much of the text is lost
    /// to a broken one.
    fn frame(&mut self) -> Result<Result<usize, (usize, Broken)>, E> {
        let mut frame = Frame::default();
        loop {
            let rest = self.lines.rest();
            match frame.advance(rest) {
                frame::State::Complete(length) => return Ok(Ok(length)),
                frame::State::Broken(at, message) => {
                    let line = rest[at..].iter().position(|&byte| byte == b'\n');
                    let length = line.map_or(rest.len(), |newline| at + newline + 1);
                    let place = self.lines.place().after(&rest[..at]);
                    return Ok(Err((length, Broken { place, message })));
                }
                frame::State::Open => {}
            }
            let length = rest.len();
            let is_more = self.lines.append()?;
            let next = &self.lines.rest()[length..];
            if !is_more || notation::begins_message(next) {
                let broken = Broken {
                    place: self.lines.place(),
                    message: frame.unfinished(),
                };
                return Ok(Err((length, broken)));
            }
        }
    }

    fn show(
        &mut self,
        length: usize,
        content: impl for<'e> FnOnce(&'e [u8], Place) -> Content<'e>,
    ) -> Result<(), E> {
        let place = self.lines.place();
        let bytes = &self.lines.rest()[..length];
        let entry = Entry {
            place,
            bytes,
            content: content(bytes, place),
        };
        (self.visit)(entry)?;
        self.lines.consume(length);
        Ok(())
    }
}

fn parsed(bytes: &[u8], place: Place) -> Content<'_> {
    let read = text::utf8(bytes, place).and_then(|text| {
        crate::json::parse(text).map_err(|mistake| Broken {
            place: place.after(&bytes[..mistake.offset]),
            message: mistake.message,
        })
    });
    match read {
        Err(broken) => Content::Broken(broken),
        Ok(parsed) => match Recorded::of(&parsed.value) {
            Some(recorded) => Content::Recorded(recorded),
            None => Content::Message(parsed),
        },
    }
}
