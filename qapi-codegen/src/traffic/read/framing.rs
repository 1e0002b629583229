//! The end of a value in JSON or Python notation.

use super::lines::LENGTH_LIMIT;
use crate::json::{NESTING_LIMIT, SyntaxError};

/// Scans a value for its end: by brackets, as QEMU's lexer does, and no further
/// than the text can be part of a value.
#[derive(Debug, Default)]
pub struct Framer {
    open_brackets: Vec<u8>,
    offset: usize,
    /// Set after a complete value.
    is_after_value: bool,
}

/// Result of scanning the beginning of a value.
#[derive(Debug, PartialEq, Eq)]
pub enum FrameState {
    /// The value ends at this offset.
    Complete(usize),
    /// The text ends before the value.
    Incomplete(String),
    /// The value is invalid.
    Malformed(SyntaxError),
    /// The value contains text of another language.
    Foreign(SyntaxError),
}

/// Words of JSON and Python.
const WORDS: [&[u8]; 9] = [
    b"true",
    b"false",
    b"null",
    b"True",
    b"False",
    b"None",
    b"u",
    b"b",
    b"OrderedDict",
];

/// Scans the value at the beginning of a text.
pub fn frame(text: &[u8]) -> FrameState {
    Framer::default().scan(text)
}

impl Framer {
    fn scan(&mut self, text: &[u8]) -> FrameState {
        while let Some(&byte) = text.get(self.offset) {
            if self.offset >= LENGTH_LIMIT {
                break;
            }
            match self.scan_token(text, byte) {
                Ok(()) if self.is_complete() => return FrameState::Complete(self.offset),
                Ok(()) => {}
                Err(state) => return state,
            }
        }
        FrameState::Incomplete(self.describe_incomplete())
    }

    fn is_complete(&self) -> bool {
        self.open_brackets.is_empty() && self.is_after_value
    }

    fn scan_token(&mut self, text: &[u8], byte: u8) -> Result<(), FrameState> {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => self.offset += 1,
            b',' | b':' => {
                self.offset += 1;
                self.is_after_value = false;
            }
            b'"' | b'\'' => {
                self.expect_separator(text)?;
                self.scan_string(text, byte)?;
                self.is_after_value = true;
            }
            b'{' | b'[' | b'(' => self.open_bracket(text, byte)?,
            b'}' | b']' | b')' => self.close_bracket(byte)?,
            _ => self.scan_word(text)?,
        }
        Ok(())
    }

    fn scan_string(&mut self, text: &[u8], quote: u8) -> Result<(), FrameState> {
        self.offset += 1;
        loop {
            let rest = text.get(self.offset..).unwrap_or_default();
            let Some(length) = memchr::memchr3(quote, b'\\', b'\n', rest) else {
                self.offset = text.len();
                return Err(FrameState::Incomplete(self.describe_incomplete()));
            };
            self.offset += length + 1;
            match rest[length] {
                b'\\' => self.offset += usize::from(rest.get(length + 1) != Some(&b'\n')),
                b'\n' => {
                    self.offset -= 1;
                    return Err(self.malformed("unterminated string at the end of the line"));
                }
                _ => return Ok(()),
            }
        }
    }

    fn open_bracket(&mut self, text: &[u8], byte: u8) -> Result<(), FrameState> {
        self.expect_separator(text)?;
        if self.open_brackets.len() == NESTING_LIMIT {
            return Err(self.malformed("values are nested more than 1024 deep"));
        }
        self.open_brackets.push(byte);
        self.offset += 1;
        self.is_after_value = false;
        Ok(())
    }

    fn close_bracket(&mut self, byte: u8) -> Result<(), FrameState> {
        let expected = match self.open_brackets.pop() {
            Some(b'{') => b'}',
            Some(b'(') => b')',
            _ => b']',
        };
        if byte != expected {
            let (expected, byte) = (char::from(expected), char::from(byte));
            return Err(self.malformed(&format!("expected `{expected}`, found `{byte}`")));
        }
        self.offset += 1;
        self.is_after_value = true;
        Ok(())
    }

    fn scan_word(&mut self, text: &[u8]) -> Result<(), FrameState> {
        let rest = &text[self.offset..];
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_+-.".contains(byte);
        let length = rest.iter().take_while(is_part).count();
        let word = &rest[..length];
        let is_number = word
            .first()
            .is_some_and(|byte| b"-0123456789".contains(byte));
        let is_cut_off = length == rest.len() && WORDS.iter().any(|known| known.starts_with(word));
        if !is_number && !is_cut_off && !WORDS.contains(&word) {
            let shown = String::from_utf8_lossy(&rest[..length.clamp(1, 20).min(rest.len())]);
            let message = format!("invalid value `{shown}`; write strings in quotes");
            let offset = self.offset;
            return Err(FrameState::Foreign(SyntaxError { offset, message }));
        }
        self.expect_separator(text)?;
        self.offset += length;
        // The value follows: `u'text'` of Python 2, and `OrderedDict([])`.
        self.is_after_value = !matches!(word, b"u" | b"b" | b"OrderedDict");
        Ok(())
    }

    /// Reports a value that begins directly after another one.
    fn expect_separator(&mut self, text: &[u8]) -> Result<(), FrameState> {
        if !self.is_after_value {
            return Ok(());
        }
        let is_on_first_line = !text[..self.offset].contains(&b'\n');
        if is_on_first_line {
            return Err(self.malformed("expected `,` or a closing bracket"));
        }
        let (offset, message) = (0, self.describe_incomplete());
        Err(FrameState::Malformed(SyntaxError { offset, message }))
    }

    fn malformed(&self, message: &str) -> FrameState {
        let (offset, message) = (self.offset, message.to_owned());
        FrameState::Malformed(SyntaxError { offset, message })
    }

    /// Describes a value that has no end.
    fn describe_incomplete(&self) -> String {
        match self.open_brackets.len() {
            _ if self.offset >= LENGTH_LIMIT => "the message is longer than 64 MiB".to_owned(),
            1 => "incomplete message: 1 bracket is not closed".to_owned(),
            open => format!("incomplete message: {open} brackets are not closed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_are_ignored() {
        let text = br#"{"a": "}\"}", 'b': ["]'"]} {"#;
        assert_eq!(frame(text), FrameState::Complete(26));
    }

    #[test]
    fn messages_arrive_in_pieces() {
        assert!(matches!(frame(b"{\"a\":\n"), FrameState::Incomplete(_)));
        assert!(matches!(frame(b"{\"a\": tru"), FrameState::Incomplete(_)));
        assert_eq!(frame(b"{\"a\":\n1}"), FrameState::Complete(8));
    }

    #[test]
    fn mismatched_brackets_are_located() {
        let error = SyntaxError {
            offset: 7,
            message: "expected `]`, found `}`".to_owned(),
        };
        assert_eq!(frame(b"{\"a\": [}"), FrameState::Malformed(error));
    }

    #[test]
    fn other_languages_end_a_value() {
        for (text, offset) in [
            ("{'a': name}", 6),
            ("{\"a\": [%d]}", 7),
            ("{\"a\": ...}", 6),
        ] {
            let state = frame(text.as_bytes());
            assert!(
                matches!(&state, FrameState::Foreign(error) if error.offset == offset),
                "{text}: {state:?}"
            );
        }
        assert!(matches!(frame(b"{\"a\" \"b\"}"), FrameState::Malformed(_)));
        let python = b"OrderedDict([(u'a', (1, None))]) x";
        assert_eq!(frame(python), FrameState::Complete(python.len() - 2));
    }
}
