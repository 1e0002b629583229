//! The bytes of a connection as QEMU reads them from 3.1 on: values, and the errors
//! for text that is none.
//!
//! A value begins with its first token and ends when no bracket is open. Releases
//! before 11.1 parse it then; later ones parse each token, say where the first wrong
//! one is, and skip the others.

use std::borrow::Cow;

use super::scanner::{Scanner, Token, TokenKind, TokenPlace};
use super::token_parser::{TextProblem, TokenParser};
use crate::dialect;
use crate::json::NESTING_LIMIT;
use crate::version::Version;

/// A part of the input.
#[derive(Debug, PartialEq, Eq)]
pub enum TextPart {
    /// A value, without the space between its tokens.
    Value(String),
    /// Text that QEMU refuses.
    Refused(RefusedText),
}

/// Text that QEMU refuses.
#[derive(Debug, PartialEq, Eq)]
pub struct RefusedText {
    /// The name of the problem in the wordings.
    pub problem: &'static str,
    /// What QEMU quotes.
    pub value: String,
    /// The place, if the release states it.
    pub place: Option<TokenPlace>,
}

/// Reads the bytes of one connection.
#[derive(Debug)]
pub struct TextReader {
    scanner: Scanner,
    parser: TokenParser,
    tokens: Vec<Token>,
    size: usize,
    braces: isize,
    brackets: isize,
    parses_each_token: bool,
    /// A token of what is open was wrong.
    has_failed: bool,
}

/// The most bytes of a value, and the most tokens.
const SIZE_LIMIT: usize = 64 << 20;
const TOKEN_LIMIT: usize = 2 << 20;

impl TextReader {
    /// Begins a connection to a release.
    pub fn new(version: Version) -> Self {
        let parses_each_token = dialect::JSON_ERRORS_HAVE_PLACES.contains(version);
        TextReader {
            scanner: Scanner::default(),
            parser: TokenParser::new(
                !parses_each_token,
                !dialect::NO_DUPLICATE_MEMBERS.contains(version),
            ),
            tokens: Vec::new(),
            size: 0,
            braces: 0,
            brackets: 0,
            parses_each_token,
            has_failed: false,
        }
    }

    /// Returns the values and the refused text that end with more bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<TextPart> {
        let mut parts = Vec::new();
        for &byte in bytes {
            let mut tokens = Vec::new();
            self.scanner.push(byte, &mut |token| tokens.push(token));
            for token in tokens {
                parts.extend(self.add(token));
            }
            if self.scanner.pending() > SIZE_LIMIT {
                self.scanner = Scanner::default();
                parts.push(self.refuse_limit("size"));
            }
        }
        parts
    }

    fn add(&mut self, token: Token) -> Option<TextPart> {
        match token.kind {
            TokenKind::Punctuation(b'{') => self.braces += 1,
            TokenKind::Punctuation(b'}') => self.braces -= 1,
            TokenKind::Punctuation(b'[') => self.brackets += 1,
            TokenKind::Punctuation(b']') => self.brackets -= 1,
            TokenKind::Stray => {
                let is_first = !self.has_failed;
                self.reset();
                return is_first.then(|| self.refused(("syntax-stray", token.text), token.place));
            }
            _ => {}
        }
        let depth = self.braces + self.brackets;
        self.size += token.text.len();
        let limit = match () {
            () if self.has_failed => None,
            () if self.size > SIZE_LIMIT => Some("size"),
            () if self.tokens.len() >= TOKEN_LIMIT => Some("count"),
            () if depth > NESTING_LIMIT as isize => Some("nesting"),
            () => None,
        };
        if let Some(limit) = limit {
            return Some(self.refuse_limit(limit));
        }
        let is_open =
            (self.braces > 0 || self.brackets > 0) && self.braces >= 0 && self.brackets >= 0;
        let part = match self.parses_each_token {
            true => self.parse(token),
            false => {
                self.tokens.push(token);
                None
            }
        };
        if is_open {
            return part;
        }
        let part = part.or_else(|| (!self.has_failed).then(|| self.finish()));
        self.reset();
        part
    }

    /// Parses a token at once.
    fn parse(&mut self, token: Token) -> Option<TextPart> {
        if self.has_failed {
            return None;
        }
        match self.parser.push(&token) {
            Ok(()) => {
                self.tokens.push(token);
                None
            }
            Err(problem) => {
                self.has_failed = true;
                Some(self.refused(problem, token.place))
            }
        }
    }

    /// Ends a value.
    fn finish(&mut self) -> TextPart {
        if !self.parses_each_token {
            let mut tokens = self.tokens.iter();
            let failed =
                tokens.find_map(|token| Some((self.parser.push(token).err()?, token.place)));
            if let Some((problem, place)) = failed {
                return self.refused(problem, place);
            }
        }
        let texts = self.tokens.iter().map(|token| with_short_nul(&token.text));
        let bytes: Vec<u8> = texts.flat_map(Cow::into_owned).collect();
        TextPart::Value(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn reset(&mut self) {
        self.parser.clear();
        self.tokens.clear();
        (self.size, self.braces, self.brackets) = (0, 0, 0);
        self.has_failed = false;
    }

    fn refuse_limit(&mut self, problem: &'static str) -> TextPart {
        match self.parses_each_token {
            // What is open is skipped.
            true => {
                self.tokens.clear();
                self.has_failed = true;
            }
            false => self.reset(),
        }
        TextPart::Refused(RefusedText {
            problem,
            value: String::new(),
            place: None,
        })
    }

    fn refused(&self, (problem, value): TextProblem, place: TokenPlace) -> TextPart {
        let value = value.split(|byte| *byte == 0).next().unwrap_or_default();
        TextPart::Refused(RefusedText {
            problem,
            value: String::from_utf8_lossy(value).into_owned(),
            place: self.parses_each_token.then_some(place),
        })
    }
}

/// Replaces the long form of NUL, which no other reader takes.
fn with_short_nul(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(0xC0, text).is_none() {
        return text.into();
    }
    let mut short = Vec::new();
    let mut rest = text;
    while let [first, after @ ..] = rest {
        match rest.strip_prefix(&[0xC0, 0x80]) {
            Some(after) => {
                short.extend_from_slice(b"\\u0000");
                rest = after;
            }
            None => {
                short.push(*first);
                rest = after;
            }
        }
    }
    short.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(version: Version, text: &[u8]) -> Vec<String> {
        let parts = TextReader::new(version).push(text).into_iter();
        let text = |part| match part {
            TextPart::Value(value) => value,
            TextPart::Refused(refused) => {
                let place = refused
                    .place
                    .map(|own| format!("{}:{} ", own.line, own.column));
                let (problem, value) = (refused.problem, refused.value);
                format!("{}{problem} {value}", place.unwrap_or_default())
            }
        };
        parts.map(text).collect()
    }

    /// Both sides are answers of running QEMUs.
    #[test]
    fn text_is_read_as_by_running_releases() {
        for (text, old, new) in [
            (
                &b"{}{\"a\" :\n[1]}"[..],
                &["{}", "{\"a\":[1]}"][..],
                &["{}", "{\"a\":[1]}"][..],
            ),
            (
                b"{'a':NULL}",
                &["syntax-stray N", "syntax-value "],
                &["1:6 syntax-stray N", "1:11 syntax-value "],
            ),
            (
                b"{'a':x-y}",
                &["syntax-stray -y", "syntax-value "],
                &["1:6 syntax-keyword x", "1:10 syntax-value "],
            ),
            (
                b"\"ab\n}",
                &["syntax-stray \"ab\n", "syntax-value "],
                &["1:1 syntax-stray \"ab\n", "2:2 syntax-value "],
            ),
            (b"{'a':1 2}", &["syntax-object "], &["1:8 syntax-object "]),
            (b"{[]:1}", &["syntax-key-type "], &["1:2 syntax-key "]),
            (b"{,}", &["syntax-value "], &["1:2 syntax-key "]),
            (
                b"{'a':1,'a':2}",
                &["duplicate-member "],
                &["1:12 duplicate-member "],
            ),
            (
                b"]]",
                &["syntax-value ", "syntax-value "],
                &["1:1 syntax-value ", "1:2 syntax-value "],
            ),
            (
                b"[1 '\\q' nul\n;]",
                &["syntax-stray ;", "syntax-value "],
                &["1:4 syntax-array ", "2:3 syntax-value "],
            ),
        ] {
            assert_eq!(read(Version::new(7, 2, 0), text), old);
            assert_eq!(read(Version::new(11, 1, 0), text), new);
        }
    }

    #[test]
    fn deep_nesting_is_refused_once_or_skipped() {
        let text = [&vec![b'['; 1030][..], &vec![b']'; 1030]].concat();
        let old = read(Version::new(10, 0, 0), &text);
        assert_eq!(old[..2], ["nesting ", "[[[[[]]]]]"]);
        assert_eq!(old.len(), 2 + 1025);
        assert_eq!(read(Version::new(11, 1, 0), &text), ["nesting "]);
    }
}
