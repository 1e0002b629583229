//! Bytes of a client as QEMU's scanner divides them into tokens, from 3.1 on.
//!
//! Text that is no token is a token of its own, and the text after it is skipped up
//! to punctuation or a control character.

/// Line and column, counted in bytes from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenPlace {
    pub line: u64,
    pub column: u64,
}

/// A token with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub text: Vec<u8>,
    pub place: TokenPlace,
}

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A bracket, a comma or a colon.
    Punctuation(u8),
    /// A string with its quotes.
    String,
    /// An integer or another number.
    Number,
    /// Lower-case letters.
    Keyword,
    /// Text that is no token.
    Stray,
}

/// What the scanner has read of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScannerState {
    Start,
    String {
        quote: u8,
        is_escaped: bool,
    },
    Minus,
    Zero,
    Digits,
    Point,
    Fraction,
    Exponent,
    ExponentSign,
    ExponentDigits,
    Keyword,
    /// Skips what follows stray text.
    Recovery,
}

/// What a byte does to a token.
enum ScannerStep {
    Continue(ScannerState),
    /// The byte is the last of the token.
    End(TokenKind),
    /// The byte belongs to what follows.
    EndBefore(TokenKind),
    Skip,
    Resume,
}

/// Divides bytes into tokens.
#[derive(Debug)]
pub struct Scanner {
    state: ScannerState,
    text: Vec<u8>,
    start: TokenPlace,
    last: TokenPlace,
}

impl Default for Scanner {
    fn default() -> Self {
        let place = TokenPlace { line: 1, column: 0 };
        Scanner {
            state: ScannerState::Start,
            text: Vec::new(),
            start: place,
            last: place,
        }
    }
}

impl Scanner {
    /// The number of bytes of the unfinished token.
    pub fn pending(&self) -> usize {
        self.text.len()
    }

    /// Adds a byte and calls `found` for each token that it ends.
    pub fn push(&mut self, byte: u8, found: &mut dyn FnMut(Token)) {
        self.last.column += 1;
        let mut place = self.last;
        loop {
            match step(self.state, byte) {
                ScannerStep::Skip => break,
                ScannerStep::Resume => self.state = ScannerState::Start,
                ScannerStep::EndBefore(kind) => found(self.take(kind)),
                ScannerStep::Continue(state) => {
                    self.add(byte, place);
                    self.state = state;
                    break;
                }
                ScannerStep::End(kind) => {
                    self.add(byte, place);
                    found(self.take(kind));
                    break;
                }
            }
            // QEMU counts a byte twice that it looks at twice.
            place.column = self.last.column + 1;
        }
        if byte == b'\n' {
            self.last = TokenPlace {
                line: self.last.line + 1,
                column: 0,
            };
        }
    }

    fn add(&mut self, byte: u8, place: TokenPlace) {
        if self.text.is_empty() {
            self.start = place;
        }
        self.text.push(byte);
    }

    fn take(&mut self, kind: TokenKind) -> Token {
        self.state = match kind {
            TokenKind::Stray => ScannerState::Recovery,
            _ => ScannerState::Start,
        };
        Token {
            kind,
            text: std::mem::take(&mut self.text),
            place: self.start,
        }
    }
}

fn step(state: ScannerState, byte: u8) -> ScannerStep {
    use ScannerState as State;
    use ScannerStep::{Continue, End, EndBefore, Resume, Skip};
    let is_exponent = matches!(byte, b'e' | b'E');
    match (state, byte) {
        (State::Start, b' ' | b'\t' | b'\r' | b'\n') => Skip,
        (State::Start, _) => begin(byte),
        (State::String { quote, is_escaped }, 0x20..=0xFD) => match is_escaped {
            false if byte == quote => End(TokenKind::String),
            _ => Continue(State::String {
                quote,
                is_escaped: !is_escaped && byte == b'\\',
            }),
        },
        (State::Minus, b'0') => Continue(State::Zero),
        (State::Minus, b'1'..=b'9') => Continue(State::Digits),
        (State::Digits, b'0'..=b'9') => Continue(State::Digits),
        (State::Zero | State::Digits, b'.') => Continue(State::Point),
        (State::Zero | State::Digits | State::Fraction, _) if is_exponent => {
            Continue(State::Exponent)
        }
        (State::Point | State::Fraction, b'0'..=b'9') => Continue(State::Fraction),
        (State::Exponent, b'+' | b'-') => Continue(State::ExponentSign),
        (State::Exponent | State::ExponentSign | State::ExponentDigits, b'0'..=b'9') => {
            Continue(State::ExponentDigits)
        }
        (State::Zero, b'0'..=b'9') => End(TokenKind::Stray),
        (State::Zero | State::Digits | State::Fraction | State::ExponentDigits, _) => {
            EndBefore(TokenKind::Number)
        }
        (State::Keyword, b'a'..=b'z') => Continue(State::Keyword),
        (State::Keyword, _) => EndBefore(TokenKind::Keyword),
        (State::Recovery, b'\t') => Skip,
        (State::Recovery, 0..0x20 | 0xFE..) => Resume,
        (State::Recovery, b'{' | b'}' | b'[' | b']' | b',' | b':') => Resume,
        (State::Recovery, _) => Skip,
        (State::String { .. } | State::Minus | State::Point, _)
        | (State::Exponent | State::ExponentSign, _) => End(TokenKind::Stray),
    }
}

/// The first byte of a token.
fn begin(byte: u8) -> ScannerStep {
    use ScannerState as State;
    match byte {
        b'{' | b'}' | b'[' | b']' | b',' | b':' => ScannerStep::End(TokenKind::Punctuation(byte)),
        b'"' | b'\'' => ScannerStep::Continue(State::String {
            quote: byte,
            is_escaped: false,
        }),
        b'-' => ScannerStep::Continue(State::Minus),
        b'0' => ScannerStep::Continue(State::Zero),
        b'1'..=b'9' => ScannerStep::Continue(State::Digits),
        b'a'..=b'z' => ScannerStep::Continue(State::Keyword),
        _ => ScannerStep::End(TokenKind::Stray),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts of the tokens; stray ones in parentheses.
    fn tokens(text: &[u8]) -> String {
        let mut scanner = Scanner::default();
        let mut found = Vec::new();
        for &byte in text {
            scanner.push(byte, &mut |token| {
                let text = String::from_utf8_lossy(&token.text).into_owned();
                let TokenPlace { line, column } = token.place;
                found.push(match token.kind {
                    TokenKind::Stray => format!("({text})@{line}:{column}"),
                    _ => format!("{text}@{line}:{column}"),
                });
            });
        }
        found.join(" ")
    }

    #[test]
    fn tokens_and_stray_text_have_places() {
        for (text, expected) in [
            (
                &b"{'a' :\n-1.5e3}"[..],
                "{@1:1 'a'@1:2 :@1:6 -1.5e3@2:1 }@2:8",
            ),
            (b"{:NULL}", "{@1:1 :@1:2 (N)@1:3 }@1:8"),
            (b"-} {", "(-})@1:1 {@1:5"),
            (b"01,", "(01)@1:1 ,@1:4"),
            (b"x-y z,", "x@1:1 (-y)@1:3 ,@1:7"),
            (b"\xFF\xFE]", "(\u{FFFD})@1:1 (\u{FFFD})@1:3 ]@1:4"),
            (b"\"\xC3\xA9\\\"\"]", "\"é\\\"\"@1:1 ]@1:7"),
        ] {
            assert_eq!(tokens(text), expected);
        }
    }
}
