//! The table of all notations.

use super::json_text::JsonText;
use super::notation::{EntryExtent, EntryText, LineRest, Notation};
use super::qmp_shell::QmpShell;
use super::recording::Recording;
use super::{LogContent, Malformed};

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
