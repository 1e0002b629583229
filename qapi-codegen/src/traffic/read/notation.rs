//! The trait of notations in which people keep QMP messages.

use super::{LoggedCommandLine, Malformed, NotatedMessages, TextPosition};
use crate::json::SyntaxError;

/// A notation of QMP messages.
///
/// The reader asks all notations for the places of a line where messages may
/// begin, then reads there. Nothing is remembered from one line for the next,
/// so text of any kind may be between two messages.
pub trait Notation {
    /// The name in summaries.
    fn name(&self) -> &'static str;

    /// Returns the first offset at or after `from` where messages may begin.
    fn find(&self, line: &Line<'_>, from: usize) -> Option<usize>;

    /// Reads the messages at the beginning of a block.
    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a>;
}

/// A line, or the rest of one after a message.
#[derive(Clone, Copy)]
pub struct Line<'l> {
    /// The text, with the line end.
    pub text: &'l [u8],
    /// `true` if the text is the beginning of the line.
    pub is_start: bool,
    /// `true` if the previous line is other text than messages.
    pub follows_text: bool,
}

impl Line<'_> {
    /// The offset of the first character that is not white space, if the text
    /// is the beginning of the line and the offset is at or after `from`.
    pub fn first_character(&self, from: usize) -> Option<usize> {
        let offset = self.text.len() - self.text.trim_ascii_start().len();
        (self.is_start && from <= offset && offset < self.text.len()).then_some(offset)
    }
}

/// The text in which a notation may have messages.
#[derive(Clone, Copy)]
pub struct Block<'a> {
    /// The text, from the place that the notation found. It may go on after
    /// the end of the line.
    pub text: &'a [u8],
    /// The text before it on its line, after the previous message.
    pub before: &'a [u8],
    /// `true` if `before` is the beginning of the line.
    pub is_start: bool,
    /// `true` if the input has no further text.
    pub is_at_end: bool,
    /// The position of `before` in the input.
    pub line_position: TextPosition,
    /// Returns whether a word is a command of any release.
    pub is_command: &'a dyn Fn(&str) -> bool,
}

impl<'a> Block<'a> {
    /// The position of the text in the input.
    pub fn position(&self) -> TextPosition {
        self.line_position.advance(self.before)
    }

    /// Returns whether only white space is before the block on its line.
    pub fn begins_line(&self) -> bool {
        self.is_start && self.before.trim_ascii().is_empty()
    }

    /// The part of the text that is on its first line, without the line end.
    pub fn first_line(&self) -> &'a [u8] {
        let end = memchr::memchr(b'\n', self.text);
        &self.text[..end.unwrap_or(self.text.len())]
    }

    /// The byte before the block, without white space.
    pub fn byte_before(&self) -> Option<u8> {
        self.before.trim_ascii_end().last().copied()
    }
}

/// The result of reading a block.
pub enum Reading<'a> {
    /// The block does not begin with messages.
    Text,
    /// The messages continue after the text.
    Incomplete,
    /// Messages, and the length of their text.
    Messages(usize, Box<dyn NotatedMessages + 'a>),
    /// A command line that starts a QEMU, and the length of its text.
    CommandLine(usize, LoggedCommandLine<'a>),
    /// An invalid message, the length of its text, and its error.
    Malformed(usize, SyntaxError),
    /// A message that is not written out, the length of the text that shows so,
    /// and the reason.
    Unread(usize, SyntaxError),
}

/// Decodes text as UTF-8.
pub fn decode_utf8(bytes: &[u8]) -> Result<&str, SyntaxError> {
    std::str::from_utf8(bytes).map_err(|error| SyntaxError {
        offset: error.valid_up_to(),
        message: "invalid UTF-8".to_owned(),
    })
}

impl Malformed {
    /// Locates an error in text that begins at `position`.
    pub fn new(text: &[u8], position: TextPosition, error: &SyntaxError) -> Self {
        Malformed {
            position: position.advance(&text[..error.offset.min(text.len())]),
            message: error.message.clone(),
        }
    }
}
