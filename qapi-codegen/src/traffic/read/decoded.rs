//! Text after the removal of escapes, with the origin of each byte.

use std::borrow::Cow;
use std::ops::Range;

/// Text that was decoded from other text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedText<'t> {
    /// The decoded text.
    pub text: Cow<'t, str>,
    /// The source of each byte; `None` if the text is its own source.
    sources: Option<Vec<Range<usize>>>,
}

impl<'t> DecodedText<'t> {
    /// Creates text that is its own source.
    pub fn plain(text: &'t str) -> Self {
        DecodedText {
            text: Cow::Borrowed(text),
            sources: None,
        }
    }

    /// Creates empty text, to which decoded text is added.
    pub fn new() -> Self {
        DecodedText {
            text: Cow::Borrowed(""),
            sources: Some(Vec::new()),
        }
    }

    /// Adds decoded text and the range that it was decoded from.
    pub fn push(&mut self, text: &str, source: Range<usize>) {
        self.text.to_mut().push_str(text);
        if let Some(sources) = &mut self.sources {
            sources.extend(text.bytes().map(|_| source.clone()));
        }
    }

    /// Adds text that is its own source.
    pub fn push_plain(&mut self, text: &str, offset: usize) {
        self.text.to_mut().push_str(text);
        if let Some(sources) = &mut self.sources {
            sources.extend((offset..offset + text.len()).map(|at| at..at + 1));
        }
    }

    /// Returns the range that a range of the text was decoded from.
    pub fn source(&self, range: Range<usize>) -> Range<usize> {
        let Some(sources) = &self.sources else {
            return range;
        };
        let end = match range.end.checked_sub(1) {
            Some(last) => sources[last].end,
            None => 0,
        };
        match range.is_empty() {
            true => end..end,
            false => sources[range.start].start..end,
        }
    }

    /// Returns text that was decoded twice, from the result of decoding this
    /// text.
    pub fn decoded_again(&self, again: DecodedText<'_>) -> DecodedText<'static> {
        let ranges = again.sources.into_iter().flatten();
        DecodedText {
            sources: Some(ranges.map(|range| self.source(range)).collect()),
            text: Cow::Owned(again.text.into_owned()),
        }
    }

    /// Shortens the text.
    pub fn truncate(&mut self, length: usize) {
        match &mut self.text {
            Cow::Borrowed(text) => *text = &text[..length],
            Cow::Owned(text) => text.truncate(length),
        }
        if let Some(sources) = &mut self.sources {
            sources.truncate(length);
        }
    }
}
