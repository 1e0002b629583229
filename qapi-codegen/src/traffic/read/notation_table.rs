//! The table of all notations.

use super::byte_array::ByteArray;
use super::coloured::ColouredJson;
use super::command_line::{CommandLines, ConfigFiles};
use super::json_text::JsonText;
use super::notation::{Line, Notation};
use super::perl_call::PerlCall;
use super::python_call::PythonCall;
use super::python_literal::PythonLiteral;
use super::qmp_shell::QmpShell;
use super::recording::Recording;
use super::string_literal::StringLiteral;
use super::trace_event::TraceEvent;

/// All notations. Where several fit, the first that finds messages is used.
pub struct NotationTable<'r> {
    is_command: &'r dyn Fn(&str) -> bool,
    notations: Vec<Box<dyn Notation + 'r>>,
    /// For each notation, where it may have messages in the current line.
    candidates: Vec<Candidate>,
}

/// Where a notation may have messages next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Candidate {
    /// Not searched yet from this offset on.
    Unknown(usize),
    /// At this offset.
    At(usize),
    /// Nowhere in the line.
    None,
}

impl<'r> NotationTable<'r> {
    pub fn new(is_command: &'r dyn Fn(&str) -> bool) -> Self {
        let notations: Vec<Box<dyn Notation + 'r>> = vec![
            Box::new(Recording),
            Box::new(JsonText::new(is_command)),
            Box::new(PythonLiteral::new()),
            Box::new(StringLiteral),
            Box::new(ColouredJson),
            Box::new(ByteArray::new()),
            Box::new(PythonCall::new(is_command)),
            Box::new(PerlCall::new()),
            Box::new(TraceEvent::new(is_command)),
            Box::new(ConfigFiles),
            Box::new(CommandLines::new()),
            Box::new(QmpShell::new(is_command)),
        ];
        NotationTable {
            is_command,
            candidates: vec![Candidate::Unknown(0); notations.len()],
            notations,
        }
    }

    /// Returns whether a word is a command of any release.
    pub fn is_command(&self) -> &'r dyn Fn(&str) -> bool {
        self.is_command
    }

    /// Begins the search in another line, or in the rest of one.
    pub fn begin(&mut self) {
        self.candidates.fill(Candidate::Unknown(0));
    }

    /// Returns the first offset where a notation may have messages, and the
    /// index of the notation.
    pub fn find(&mut self, line: &Line<'_>) -> Option<(usize, usize)> {
        let mut first: Option<(usize, usize)> = None;
        let notations = self.notations.iter().zip(&mut self.candidates);
        for (index, (notation, candidate)) in notations.enumerate() {
            if let Candidate::Unknown(from) = *candidate {
                // Nothing that it finds can be before the first candidate.
                if first.is_some_and(|(offset, _)| offset <= from) {
                    continue;
                }
                let found = notation.find(line, from);
                *candidate = found.map_or(Candidate::None, Candidate::At);
            }
            if let Candidate::At(offset) = *candidate
                && first.is_none_or(|(before, _)| offset < before)
            {
                first = Some((offset, index));
            }
        }
        first
    }

    /// Continues the search after a candidate that has no messages.
    pub fn skip(&mut self, (offset, index): (usize, usize)) {
        self.candidates[index] = Candidate::Unknown(offset + 1);
    }

    /// The notation of an index.
    pub fn notation(&mut self, index: usize) -> &mut (dyn Notation + 'r) {
        &mut *self.notations[index]
    }
}

/// The names of all notations.
pub fn notation_names() -> Vec<&'static str> {
    let notations = NotationTable::new(&|_| false).notations;
    notations.iter().map(|notation| notation.name()).collect()
}
