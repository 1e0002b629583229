//! Where a message ends, told by its brackets as QEMU does.

use crate::json::NESTING_LIMIT;

/// A message of which a part was seen.
#[derive(Debug, Default)]
pub struct Frame {
    /// The brackets that are open.
    open: Vec<u8>,
    quote: Option<u8>,
    /// How many bytes were seen.
    seen: usize,
}

/// What is known of a message.
#[derive(Debug, PartialEq, Eq)]
pub enum State {
    /// It has so many bytes.
    Complete(usize),
    /// It goes on.
    Open,
    /// It is broken at this byte.
    Broken(usize, String),
}

impl Frame {
    /// Looks at a message from its beginning; what was seen before is not looked
    /// at again.
    pub fn advance(&mut self, text: &[u8]) -> State {
        while let Some(&byte) = text.get(self.seen) {
            let at = self.seen;
            self.seen += 1;
            match (self.quote, byte) {
                (Some(_), b'\\') => self.seen += usize::from(text.get(self.seen) != Some(&b'\n')),
                (Some(_), b'\n') => {
                    return State::Broken(
                        at,
                        "unterminated string at the end of the line".to_owned(),
                    );
                }
                (Some(quote), _) if byte == quote => self.quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => self.quote = Some(byte),
                (None, b'{' | b'[') if self.open.len() == NESTING_LIMIT => {
                    return State::Broken(at, "values are nested more than 1024 deep".to_owned());
                }
                (None, b'{' | b'[') => self.open.push(byte),
                (None, b'}' | b']') => match self.close(byte) {
                    Err(message) => return State::Broken(at, message),
                    Ok(()) if self.open.is_empty() => return State::Complete(self.seen),
                    Ok(()) => {}
                },
                (None, _) => {}
            }
        }
        State::Open
    }

    fn close(&mut self, byte: u8) -> Result<(), String> {
        let expected = match self.open.pop() {
            Some(b'{') => b'}',
            _ => b']',
        };
        if byte == expected {
            return Ok(());
        }
        let (expected, byte) = (char::from(expected), char::from(byte));
        Err(format!("expected `{expected}` and not `{byte}`"))
    }

    /// What to say of a message that does not go on.
    pub fn unfinished(&self) -> String {
        match self.open.len() {
            _ if self.seen >= super::text::LENGTH_LIMIT => {
                "the message is longer than 64 MiB".to_owned()
            }
            1 => "the message has no end: one bracket is open".to_owned(),
            open => format!("the message has no end: {open} brackets are open"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_are_no_brackets() {
        let text = br#"{"a": "}\"}", 'b': ["]'"]} {"#;
        assert_eq!(Frame::default().advance(text), State::Complete(26));
    }

    #[test]
    fn a_message_comes_in_pieces() {
        let mut frame = Frame::default();
        assert_eq!(frame.advance(b"{\"a\":\n"), State::Open);
        assert_eq!(frame.advance(b"{\"a\":\n1}"), State::Complete(8));
    }

    #[test]
    fn what_does_not_match_is_broken_where_it_stands() {
        let mut frame = Frame::default();
        let state = frame.advance(b"{\"a\": [}");
        assert_eq!(
            state,
            State::Broken(7, "expected `]` and not `}`".to_owned())
        );
    }
}
