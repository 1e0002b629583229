//! A word of a command line, with the source of each of its bytes.

use std::ops::Range;

use super::super::decoded::DecodedText;

/// A word of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandWord<'t> {
    /// The range of the word in the text of the command line, with its quotes.
    pub range: Range<usize>,
    value: DecodedText<'t>,
    /// The parts of the value that are variables or substitutions.
    variables: Vec<Range<usize>>,
    /// `true` if the word may stand for no words or for many.
    pub is_list: bool,
    /// `true` if it was printed without its quotes, so that it cannot be changed in place.
    pub is_unquoted: bool,
}

impl<'t> CommandWord<'t> {
    /// Creates a word without quotes and variables.
    pub fn plain(text: &'t str, range: Range<usize>) -> Self {
        let mut builder = WordBuilder::new(range.start);
        builder.push_plain(&text[range.clone()], range.start);
        builder.finish(range.end)
    }

    /// The value, without quotes. Variables are as they are written.
    pub fn value(&self) -> &str {
        &self.value.text
    }

    /// Returns whether a part of the value depends on variables.
    pub fn has_variable(&self, range: Range<usize>) -> bool {
        let mut variables = self.variables.iter();
        variables.any(|variable| variable.start < range.end && range.start < variable.end)
    }

    /// The first variable in a part of the value, as it is written.
    pub fn variable_in(&self, range: Range<usize>) -> Option<&str> {
        let mut variables = self.variables.iter();
        let is_inside = |own: &&Range<usize>| own.start < range.end && range.start < own.end;
        variables
            .find(is_inside)
            .map(|own| &self.value()[own.clone()])
    }

    /// Returns whether the whole value is one variable.
    pub fn is_variable(&self) -> bool {
        let length = self.value().len();
        length > 0
            && self
                .variables
                .iter()
                .any(|variable| variable.len() == length)
    }

    /// The ranges of variables in the value.
    pub fn variables(&self) -> &[Range<usize>] {
        &self.variables
    }

    /// The range in the text of the command line that a part of the value is
    /// from.
    pub(super) fn source(&self, part: Range<usize>) -> Range<usize> {
        match self.value().is_empty() {
            // Quotes without text between them.
            true => {
                let middle = self.range.start + self.range.len() / 2;
                middle..middle
            }
            false if part.start == 0 && part.is_empty() => {
                let start = self.value.source(0..1).start;
                start..start
            }
            false if part.is_empty() => {
                let end = self.value.source(part.start - 1..part.start).end;
                end..end
            }
            false => self.value.source(part),
        }
    }
}

/// Builds a word from its parts.
#[derive(Debug)]
pub struct WordBuilder {
    start: usize,
    value: DecodedText<'static>,
    variables: Vec<Range<usize>>,
    pub is_list: bool,
    pub is_unquoted: bool,
}

impl WordBuilder {
    /// Begins a word at an offset.
    pub fn new(start: usize) -> Self {
        WordBuilder {
            start,
            value: DecodedText::new(),
            variables: Vec::new(),
            is_list: false,
            is_unquoted: false,
        }
    }

    /// Adds text that is its own source.
    pub fn push_plain(&mut self, text: &str, offset: usize) {
        self.value.push_plain(text, offset);
    }

    /// Adds a character and the range that it was decoded from.
    pub fn push(&mut self, character: char, source: Range<usize>) {
        self.value.push(character.encode_utf8(&mut [0; 4]), source);
    }

    /// Adds a variable as it is written.
    pub fn push_variable(&mut self, text: &str, offset: usize) {
        let start = self.value.text.len();
        self.value.push_plain(text, offset);
        self.variables.push(start..start + text.len());
    }

    /// Returns whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.value.text.is_empty()
    }

    /// Returns whether the value consists of digits.
    pub fn is_number(&self) -> bool {
        !self.is_empty() && self.value.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Ends the word.
    pub fn finish<'t>(self, end: usize) -> CommandWord<'t> {
        CommandWord {
            range: self.start..end,
            value: self.value,
            variables: self.variables,
            is_list: self.is_list,
            is_unquoted: self.is_unquoted,
        }
    }
}
