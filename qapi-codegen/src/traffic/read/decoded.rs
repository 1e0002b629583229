//! Text after the removal of escapes, with the origin of each byte.

use std::borrow::Cow;
use std::ops::Range;

/// Text that was decoded from other text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedText<'t> {
    /// The decoded text.
    pub text: Cow<'t, str>,
    /// The sources of its parts, in order; `None` if the text is its own source.
    runs: Option<Vec<SourceRun>>,
}

/// Consecutive bytes of decoded text, up to those of the next run.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SourceRun {
    /// The offset of the first byte.
    start: usize,
    source: RunSource,
}

/// The source of the bytes of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
enum RunSource {
    /// The same bytes, from this offset on.
    Same(usize),
    /// An escape sequence, from which all bytes were decoded.
    Escape(Range<usize>),
}

impl SourceRun {
    /// The source of the byte at an offset of the text.
    fn of_byte(&self, offset: usize) -> Range<usize> {
        match &self.source {
            RunSource::Same(source) => {
                let start = source + offset - self.start;
                start..start + 1
            }
            RunSource::Escape(range) => range.clone(),
        }
    }
}

impl<'t> DecodedText<'t> {
    /// Creates text that is its own source.
    pub fn plain(text: &'t str) -> Self {
        DecodedText {
            text: Cow::Borrowed(text),
            runs: None,
        }
    }

    /// Creates empty text, to which decoded text is added.
    pub fn new() -> Self {
        DecodedText {
            text: Cow::Borrowed(""),
            runs: Some(Vec::new()),
        }
    }

    /// Adds decoded text and the range that it was decoded from.
    pub fn push(&mut self, text: &str, source: Range<usize>) {
        self.push_run(text, RunSource::Escape(source));
    }

    /// Adds text that is its own source.
    pub fn push_plain(&mut self, text: &str, offset: usize) {
        self.push_run(text, RunSource::Same(offset));
    }

    fn push_run(&mut self, text: &str, source: RunSource) {
        let start = self.text.len();
        self.text.to_mut().push_str(text);
        if text.is_empty() {
            return;
        }
        let Some(runs) = &mut self.runs else {
            return;
        };
        let continues = match (runs.last(), &source) {
            (Some(last), RunSource::Same(offset)) => {
                matches!(last.source, RunSource::Same(_)) && last.of_byte(start).start == *offset
            }
            _ => false,
        };
        if !continues {
            runs.push(SourceRun { start, source });
        }
    }

    /// Returns the range that a range of the text was decoded from.
    pub fn source(&self, range: Range<usize>) -> Range<usize> {
        let Some(runs) = &self.runs else {
            return range;
        };
        let of_byte = |offset: usize| {
            let next = runs.partition_point(|run| run.start <= offset);
            runs[next - 1].of_byte(offset)
        };
        let end = match range.end.checked_sub(1) {
            Some(last) => of_byte(last).end,
            None => 0,
        };
        match range.is_empty() {
            true => end..end,
            false => of_byte(range.start).start..end,
        }
    }

    /// Returns text that was decoded twice, from the result of decoding this
    /// text.
    pub fn decoded_again(&self, again: DecodedText<'_>) -> DecodedText<'static> {
        let mut decoded = DecodedText::new();
        let runs = again.runs.iter().flatten();
        let starts = runs.clone().map(|run| run.start);
        let ends = starts.skip(1).chain([again.text.len()]);
        for (run, end) in runs.zip(ends) {
            let text = &again.text[run.start..end];
            match &run.source {
                RunSource::Same(offset) => self.copy_runs(*offset, text, &mut decoded),
                RunSource::Escape(range) => decoded.push(text, self.source(range.clone())),
            }
        }
        decoded
    }

    /// Adds a part of this text to another one, with its sources.
    fn copy_runs(&self, mut offset: usize, mut text: &str, copy: &mut DecodedText<'_>) {
        let Some(runs) = &self.runs else {
            return copy.push_plain(text, offset);
        };
        let first = runs.partition_point(|run| run.start <= offset) - 1;
        let starts = runs[first + 1..].iter().map(|run| run.start);
        let ends = starts.chain([self.text.len()]);
        for (run, end) in runs[first..].iter().zip(ends) {
            let (part, rest) = text.split_at(text.len().min(end - offset));
            match &run.source {
                RunSource::Same(_) => copy.push_plain(part, run.of_byte(offset).start),
                RunSource::Escape(range) => copy.push(part, range.clone()),
            }
            (offset, text) = (end, rest);
            if text.is_empty() {
                return;
            }
        }
    }

    /// Shortens the text.
    pub fn truncate(&mut self, length: usize) {
        match &mut self.text {
            Cow::Borrowed(text) => *text = &text[..length],
            Cow::Owned(text) => text.truncate(length),
        }
        if let Some(runs) = &mut self.runs {
            runs.truncate(runs.partition_point(|run| run.start < length));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Removes each backslash, with the byte after it as its value.
    fn decode(text: &str) -> DecodedText<'static> {
        let mut decoded = DecodedText::new();
        let mut offset = 0;
        while offset < text.len() {
            match text[offset..].strip_prefix('\\') {
                Some(rest) => {
                    decoded.push(&rest[..1], offset..offset + 2);
                    offset += 2;
                }
                None => {
                    decoded.push_plain(&text[offset..offset + 1], offset);
                    offset += 1;
                }
            }
        }
        decoded
    }

    #[test]
    fn each_byte_has_its_source() {
        let source = r#"ab\\\"c\\d\"e"#;
        let once = decode(source);
        assert_eq!(once.text, r#"ab\"c\d"e"#);
        let mut twice = once.decoded_again(decode(&once.text));
        assert_eq!(twice.text, r#"ab"cd"e"#);
        let sources: Vec<&str> = (0..twice.text.len())
            .map(|at| &source[twice.source(at..at + 1)])
            .collect();
        assert_eq!(sources, ["a", "b", r#"\\\""#, "c", r"\\d", r#"\""#, "e"]);
        assert_eq!(&source[twice.source(1..4)], r#"b\\\"c"#);
        twice.truncate(3);
        assert_eq!(&source[twice.source(2..3)], r#"\\\""#);
        assert_eq!(twice.source(3..3), 6..6);
    }
}
