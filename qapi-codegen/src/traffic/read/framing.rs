//! Message framing by bracket depth, as in QEMU's lexer.

use super::lines::LENGTH_LIMIT;
use crate::json::{NESTING_LIMIT, SyntaxError};

/// Scans a message for its end as its text arrives.
#[derive(Debug, Default)]
pub struct Framer {
    open_brackets: Vec<u8>,
    quote: Option<u8>,
    scanned: usize,
}

/// Result of scanning the beginning of a message.
#[derive(Debug, PartialEq, Eq)]
pub enum FrameState {
    /// The message ends at this offset.
    Complete(usize),
    Incomplete,
    Malformed(SyntaxError),
}

impl Framer {
    /// Scans a message from its beginning. Text that was scanned in an earlier
    /// call is skipped.
    pub fn scan(&mut self, text: &[u8]) -> FrameState {
        while let Some(&byte) = text.get(self.scanned) {
            let offset = self.scanned;
            self.scanned += 1;
            let result = match self.quote {
                Some(quote) => self.scan_in_string(byte, quote, text.get(self.scanned)),
                None => self.scan_outside_string(byte),
            };
            match result {
                Err(message) => return FrameState::Malformed(SyntaxError { offset, message }),
                Ok(true) => return FrameState::Complete(self.scanned),
                Ok(false) => {}
            }
        }
        FrameState::Incomplete
    }

    fn scan_in_string(&mut self, byte: u8, quote: u8, next: Option<&u8>) -> Result<bool, String> {
        match byte {
            b'\\' => self.scanned += usize::from(next != Some(&b'\n')),
            b'\n' => return Err("unterminated string at the end of the line".to_owned()),
            _ if byte == quote => self.quote = None,
            _ => {}
        }
        Ok(false)
    }

    /// Returns whether the byte ends the message.
    fn scan_outside_string(&mut self, byte: u8) -> Result<bool, String> {
        match byte {
            b'"' | b'\'' => self.quote = Some(byte),
            b'{' | b'[' if self.open_brackets.len() == NESTING_LIMIT => {
                return Err("values are nested more than 1024 deep".to_owned());
            }
            b'{' | b'[' => self.open_brackets.push(byte),
            b'}' | b']' => {
                self.close_bracket(byte)?;
                return Ok(self.open_brackets.is_empty());
            }
            _ => {}
        }
        Ok(false)
    }

    fn close_bracket(&mut self, byte: u8) -> Result<(), String> {
        let expected = match self.open_brackets.pop() {
            Some(b'{') => b'}',
            _ => b']',
        };
        if byte == expected {
            return Ok(());
        }
        let (expected, byte) = (char::from(expected), char::from(byte));
        Err(format!("expected `{expected}`, found `{byte}`"))
    }

    /// Describes a message that has no end.
    pub fn describe_incomplete(&self) -> String {
        match self.open_brackets.len() {
            _ if self.scanned >= LENGTH_LIMIT => "the message is longer than 64 MiB".to_owned(),
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
        assert_eq!(Framer::default().scan(text), FrameState::Complete(26));
    }

    #[test]
    fn messages_arrive_in_pieces() {
        let mut framer = Framer::default();
        assert_eq!(framer.scan(b"{\"a\":\n"), FrameState::Incomplete);
        assert_eq!(framer.scan(b"{\"a\":\n1}"), FrameState::Complete(8));
    }

    #[test]
    fn mismatched_brackets_are_located() {
        let error = SyntaxError {
            offset: 7,
            message: "expected `]`, found `}`".to_owned(),
        };
        let state = Framer::default().scan(b"{\"a\": [}");
        assert_eq!(state, FrameState::Malformed(error));
    }
}
