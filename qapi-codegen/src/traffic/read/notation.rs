//! A notation in which people keep QMP messages.

use std::cell::OnceCell;

use super::{Malformed, NotatedMessages, TextPosition};
use crate::json::{self, ParsedJson, SyntaxError};

/// A notation of QMP messages.
///
/// The reader asks all notations whether an entry begins at the current
/// position, then whether one begins later in the line. The entry is parsed by
/// the first notation of its extent that accepts it.
pub trait Notation {
    /// The extent of an entry.
    fn extent(&self) -> EntryExtent;

    /// Returns whether an entry begins at this position.
    fn begins(&self, line: &LineRest<'_>) -> bool;

    /// Returns the offset of an entry in the line, after other text.
    fn find(&self, _line: &LineRest<'_>) -> Option<usize> {
        None
    }

    /// Returns whether every line of a text is an entry once one line was.
    fn continues(&self) -> bool {
        false
    }

    /// Parses an entry. Returns `None` if it is in another notation.
    fn parse<'a>(
        &mut self,
        entry: &'a EntryText<'_>,
    ) -> Result<Option<Box<dyn NotatedMessages + 'a>>, SyntaxError>;
}

/// The extent of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryExtent {
    Line,
    /// A JSON value, which may span lines.
    Value,
}

/// A line, or the rest of one, without leading white space.
pub struct LineRest<'l> {
    pub text: &'l [u8],
    /// `true` if the text is the beginning of the line.
    pub is_start: bool,
    /// The extent of the entries by which the notation of the input was recognized.
    pub recognized: Option<EntryExtent>,
}

/// The text of an entry.
pub struct EntryText<'e> {
    pub text: &'e str,
    /// The position of the text in the input.
    pub position: TextPosition,
    json: OnceCell<Result<ParsedJson<'e>, SyntaxError>>,
}

impl<'e> EntryText<'e> {
    pub fn from_utf8(bytes: &'e [u8], position: TextPosition) -> Result<Self, Malformed> {
        let text = std::str::from_utf8(bytes).map_err(|error| Malformed {
            position: position.advance(&bytes[..error.valid_up_to()]),
            message: "invalid UTF-8".to_owned(),
        })?;
        Ok(EntryText {
            text,
            position,
            json: OnceCell::new(),
        })
    }

    /// Parses the text as JSON, once for all notations.
    pub fn json(&self) -> Result<&ParsedJson<'e>, SyntaxError> {
        let parsed = self.json.get_or_init(|| json::parse(self.text));
        parsed.as_ref().map_err(SyntaxError::clone)
    }
}
