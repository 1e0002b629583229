//! The notations in which people keep QMP messages.

use std::cell::OnceCell;

use super::json_text::JsonText;
use super::qmp_shell::QmpShell;
use super::recording::Recording;
use super::{LogContent, Malformed, NotatedMessages, TextPosition};
use crate::json::{self, ParsedJson, SyntaxError};

/// A notation of QMP messages.
///
/// The reader asks all notations whether an entry begins at the current
/// position, then whether one begins later in the line. The entry is parsed by
/// the first notation of its extent that accepts it.
pub trait Notation {
    /// EntryExtent of an entry.
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

/// EntryExtent of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryExtent {
    /// A line.
    Line,
    /// A JSON value, which may span lines.
    Value,
}

/// A line, or the rest of one, without leading white space.
pub struct LineRest<'l> {
    /// The text.
    pub text: &'l [u8],
    /// `true` if the text is the beginning of the line.
    pub is_start: bool,
    /// EntryExtent of the entries by which the notation of the input was recognized.
    pub recognized: Option<EntryExtent>,
}

/// The text of an entry.
pub struct EntryText<'e> {
    /// The text.
    pub text: &'e str,
    /// Position of the text in the input.
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

/// All notations, and the one that was recognized in the input.
pub struct NotationTable<'r> {
    notations: Vec<Box<dyn Notation + 'r>>,
    recognized: Option<usize>,
}

impl<'r> NotationTable<'r> {
    pub fn new(is_command: &'r dyn Fn(&str) -> bool) -> Self {
        NotationTable {
            notations: vec![
                Box::new(Recording),
                Box::new(JsonText),
                Box::new(QmpShell::new(is_command)),
            ],
            recognized: None,
        }
    }

    /// Returns the offset and extent of the next entry of a line, or `None` if
    /// the rest of the line is other text.
    pub fn find(&mut self, rest: &[u8], is_start: bool) -> Option<(usize, EntryExtent)> {
        let text = rest.trim_ascii_start();
        if text.is_empty() || is_start && text.starts_with(b"#") {
            return None;
        }
        let line = LineRest {
            text,
            is_start,
            recognized: self.recognized.map(|index| self.notations[index].extent()),
        };
        let (index, offset) = self.find_notation(&line)?;
        let extent = self.notations[index].extent();
        // A value may also be in the output between two lines of another notation.
        if self.recognized.is_none() || extent == EntryExtent::Line {
            self.recognized = Some(index);
        }
        match extent {
            EntryExtent::Line => Some((0, extent)),
            EntryExtent::Value => Some((rest.len() - text.len() + offset, extent)),
        }
    }

    /// Returns the index of the notation of the next entry, and its offset.
    fn find_notation(&self, line: &LineRest<'_>) -> Option<(usize, usize)> {
        let mut notations = self.notations.iter();
        if let Some(index) = notations.position(|notation| notation.begins(line)) {
            return Some((index, 0));
        }
        let mut notations = self.notations.iter().enumerate();
        let found = notations.find_map(|(index, notation)| Some((index, notation.find(line)?)));
        let continued = || {
            self.recognized
                .filter(|&index| self.notations[index].continues())
        };
        found.or_else(|| {
            continued()
                .filter(|_| line.is_start)
                .map(|index| (index, 0))
        })
    }

    /// Parses an entry.
    pub fn parse<'a>(&mut self, entry: &'a EntryText<'_>, extent: EntryExtent) -> LogContent<'a> {
        let mut notations = self.notations.iter_mut().filter(|n| n.extent() == extent);
        match notations.find_map(|notation| notation.parse(entry).transpose()) {
            Some(Ok(messages)) => LogContent::Messages(messages),
            Some(Err(error)) => {
                let text = entry.text.as_bytes();
                LogContent::Malformed(Malformed::new(text, entry.position, &error))
            }
            None => LogContent::Text,
        }
    }
}
