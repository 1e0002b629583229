//! Lines of text of a limited width.

use std::ops::RangeInclusive;

use anstyle::Style;

use crate::version::Series;

/// The widths that a page can have.
const WIDTHS: RangeInclusive<usize> = 60..=98;

/// The column of the text of an entry, after its label.
pub const TEXT_COLUMN: usize = 19;

const BOLD: Style = Style::new().bold();

/// The text so far.
pub struct TextPage {
    pub text: String,
    pub width: usize,
}

impl TextPage {
    /// A page for a terminal of some width.
    pub fn new(width: usize) -> Self {
        TextPage {
            text: String::new(),
            width: width.clamp(*WIDTHS.start(), *WIDTHS.end()),
        }
    }

    pub fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    pub fn heading(&mut self, text: &str) {
        let heading = styled(BOLD, text);
        self.line("");
        self.line(&heading);
    }

    /// Writes text in lines after a label of some width.
    pub fn wrapped(&mut self, label: &str, width: usize, text: &str) {
        let room = self.width - width;
        let mut start = label.to_owned();
        let mut line = String::new();
        for word in text.split_whitespace().flat_map(|word| pieces(word, room)) {
            if !line.is_empty() && visible_width(&line) + 1 + visible_width(word) > room {
                self.line(&format!("{start}{line}"));
                start = " ".repeat(width);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(&format!("{start}{line}"));
    }

    /// Writes text after a label of a word and a series.
    pub fn entry(&mut self, (style, word): (Style, &str), since: Option<Series>, text: &str) {
        let label = styled(style, &format!("{word:<10}"));
        let since = since.map(|since| since.to_string()).unwrap_or_default();
        self.wrapped(&format!("  {label} {since:<4}  "), TEXT_COLUMN, text);
    }

    /// Writes what to do about the entry before.
    pub fn advice(&mut self, text: &str) {
        let label = format!("{}> ", " ".repeat(TEXT_COLUMN));
        self.wrapped(&label, TEXT_COLUMN + 2, text);
    }
}

pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Splits a word that is too wide for a line, after punctuation if possible.
/// Paths may be longer than a line.
pub fn pieces(word: &str, width: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = word;
    while visible_width(rest) > width {
        let end = rest
            .char_indices()
            .nth(width)
            .map_or(rest.len(), |(at, _)| at);
        let is_break = |c: char| matches!(c, '.' | ',' | '-' | '_' | '/' | '=' | '>' | ']');
        let at = rest[..end].rfind(is_break).map_or(end, |at| at + 1);
        let (piece, after) = rest.split_at(at);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// The number of columns of a text, without its escape sequences.
fn visible_width(text: &str) -> usize {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().chars().count();
    let after = |part: &str| {
        part.split_once('m')
            .map_or(0, |(_, rest)| rest.chars().count())
    };
    first + parts.map(after).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_where_they_are_too_wide() {
        assert_eq!(pieces("short", 10), ["short"]);
        assert_eq!(pieces("ab.cd-efg", 6), ["ab.cd-", "efg"]);
        assert_eq!(pieces("abcdefgh", 3), ["abc", "def", "gh"]);
    }

    #[test]
    fn escape_sequences_have_no_width() {
        assert_eq!(visible_width(&styled(BOLD, "bold")), 4);
        let mut page = TextPage::new(0);
        page.wrapped("", 0, &[&*styled(BOLD, "word"); 20].join(" "));
        let widths = page.text.lines().map(visible_width);
        assert_eq!(widths.collect::<Vec<_>>(), [59, 39]);
    }
}
