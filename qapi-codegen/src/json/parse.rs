//! The JSON reader.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{JsonMember, JsonString, JsonValue};

/// Maximum nesting depth of a value, as in QEMU.
pub const NESTING_LIMIT: usize = 1024;

/// An error in JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Byte offset of the error.
    pub offset: usize,
    /// Description, without a full stop.
    pub message: String,
}

/// A deviation from JSON that QEMU accepts in some releases and rejects in
/// others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leniency {
    /// An object has more than one member of this name.
    DuplicateMember(String),
    /// An escape sequence is an unpaired surrogate.
    UnpairedSurrogate,
    /// A string contains a control character that is not escaped.
    ControlCharacter,
}

/// A value together with the deviations from JSON in its text.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedJson<'t> {
    /// The value.
    pub value: JsonValue<'t>,
    /// The deviations.
    pub leniencies: Vec<Leniency>,
    /// Byte offset of the end of the value.
    pub end: usize,
}

impl ParsedJson<'_> {
    /// Converts into a result that owns its text.
    pub fn into_owned(self) -> ParsedJson<'static> {
        ParsedJson {
            value: self.value.into_owned(),
            leniencies: self.leniencies,
            end: self.end,
        }
    }
}

impl<'t> From<JsonValue<'t>> for ParsedJson<'t> {
    fn from(value: JsonValue<'t>) -> Self {
        ParsedJson {
            value,
            leniencies: Vec::new(),
            end: 0,
        }
    }
}

/// Parses text that consists of one value.
///
/// # Errors
///
/// The text is invalid JSON, or has something after the value.
pub fn parse(text: &str) -> Result<ParsedJson<'_>, SyntaxError> {
    parse_whole(JsonParser::new(text, false))
}

/// Parses text that consists of one value, which may contain Python's `True`,
/// `False` and `None`.
///
/// # Errors
///
/// As for [`parse`].
pub fn parse_python(text: &str) -> Result<ParsedJson<'_>, SyntaxError> {
    parse_whole(JsonParser::new(text, true))
}

/// Parses the value at the beginning of a text. Returns `None` if there is only
/// white space.
///
/// # Errors
///
/// The text does not begin with a valid value.
pub fn parse_prefix(text: &str) -> Result<Option<ParsedJson<'_>>, SyntaxError> {
    let mut parser = JsonParser::new(text, false);
    parser.skip_space();
    if parser.offset == text.len() {
        return Ok(None);
    }
    parser.parse_value().map(|value| Some(parser.finish(value)))
}

fn parse_whole(mut parser: JsonParser<'_>) -> Result<ParsedJson<'_>, SyntaxError> {
    parser.skip_space();
    let value = parser.parse_value()?;
    parser.skip_space();
    match parser.peek() {
        None => Ok(parser.finish(value)),
        Some(_) => Err(parser.error("expected nothing after the value")),
    }
}

struct JsonParser<'t> {
    text: &'t str,
    offset: usize,
    is_python: bool,
    leniencies: Vec<Leniency>,
}

/// An array or object of which the closing bracket is not parsed yet.
struct OpenBracket<'t> {
    value: JsonValue<'t>,
    close: u8,
    /// The name of the next member of an object.
    name: Option<JsonString<'t>>,
}

impl<'t> JsonParser<'t> {
    fn new(text: &'t str, is_python: bool) -> Self {
        JsonParser {
            text,
            offset: 0,
            is_python,
            leniencies: Vec::new(),
        }
    }

    fn finish(self, value: JsonValue<'t>) -> ParsedJson<'t> {
        ParsedJson {
            value,
            leniencies: self.leniencies,
            end: self.offset,
        }
    }

    /// Parses a value. Open brackets are on the heap, so deep nesting does not
    /// need a deep stack.
    fn parse_value(&mut self) -> Result<JsonValue<'t>, SyntaxError> {
        let mut open = Vec::new();
        loop {
            let Some(value) = self.begin_value(&mut open)? else {
                continue;
            };
            if let Some(value) = self.end_value(value, &mut open)? {
                return Ok(value);
            }
        }
    }

    /// Parses an opening bracket, or a value that contains no others.
    fn begin_value(
        &mut self,
        open: &mut Vec<OpenBracket<'t>>,
    ) -> Result<Option<JsonValue<'t>>, SyntaxError> {
        let (value, close) = match self.peek() {
            Some(b'{') => (JsonValue::Object(Vec::new()), b'}'),
            Some(b'[') => (JsonValue::Array(Vec::new()), b']'),
            _ => return self.parse_scalar().map(Some),
        };
        if open.len() == NESTING_LIMIT {
            return Err(self.error("values are nested more than 1024 deep"));
        }
        self.offset += 1;
        self.skip_space();
        if self.take(close) {
            return Ok(Some(value));
        }
        let name = self.parse_name(close)?;
        open.push(OpenBracket { value, close, name });
        Ok(None)
    }

    /// Adds a value to the innermost container, and parses the closing brackets
    /// or the comma after it. Returns the outermost value when it is complete.
    fn end_value(
        &mut self,
        mut value: JsonValue<'t>,
        open: &mut Vec<OpenBracket<'t>>,
    ) -> Result<Option<JsonValue<'t>>, SyntaxError> {
        while let Some(container) = open.last_mut() {
            match (&mut container.value, container.name.take()) {
                (JsonValue::Object(members), Some(name)) => {
                    members.push(JsonMember { name, value })
                }
                (JsonValue::Array(elements), _) => elements.push(value),
                _ => {}
            }
            self.skip_space();
            if !self.take(container.close) {
                self.expect_comma(container.close)?;
                container.name = self.parse_name(container.close)?;
                return Ok(None);
            }
            if let JsonValue::Object(members) = &container.value {
                self.find_duplicates(members);
            }
            value = std::mem::replace(&mut container.value, JsonValue::Null);
            open.pop();
        }
        Ok(Some(value))
    }

    fn expect_comma(&mut self, close: u8) -> Result<(), SyntaxError> {
        let expected = match close {
            b'}' => "expected `,` or `}` after the member",
            _ => "expected `,` or `]` after the element",
        };
        self.expect(b',', expected)?;
        self.skip_space();
        Ok(())
    }

    fn parse_scalar(&mut self) -> Result<JsonValue<'t>, SyntaxError> {
        match self.peek() {
            Some(b'"' | b'\'') => self.parse_string().map(JsonValue::String),
            Some(b'-' | b'0'..=b'9') => self.parse_number(),
            Some(byte) if byte.is_ascii_alphabetic() => self.parse_word(),
            Some(_) => Err(self.error("expected a value")),
            None => Err(self.error("expected a value at the end of the text")),
        }
    }

    /// Parses the name of a member and the colon after it. Elements of arrays
    /// have no name.
    fn parse_name(&mut self, close: u8) -> Result<Option<JsonString<'t>>, SyntaxError> {
        if close == b']' {
            return Ok(None);
        }
        if !matches!(self.peek(), Some(b'"' | b'\'')) {
            return Err(self.error("expected a member name in quotes"));
        }
        let name = self.parse_string()?;
        self.skip_space();
        self.expect(b':', "expected `:` after the member name")?;
        self.skip_space();
        Ok(Some(name))
    }

    /// Records each repetition of a member name.
    fn find_duplicates(&mut self, members: &[JsonMember<'t>]) {
        let names = || members.iter().map(|member| &member.name.value);
        // For few members, comparing is faster than hashing.
        let is_new = |(index, name): (usize, _)| names().take(index).all(|other| other != name);
        if members.len() <= 16 && names().enumerate().all(is_new) {
            return;
        }
        let mut seen = HashSet::new();
        let repeated = names().filter(|name| !seen.insert(*name));
        let leniencies = repeated.map(|name| Leniency::DuplicateMember(name.to_string()));
        self.leniencies.extend(leniencies);
    }

    fn parse_string(&mut self) -> Result<JsonString<'t>, SyntaxError> {
        let start = self.offset;
        let quote = self.text.as_bytes()[start];
        self.offset += 1;
        let mut value = Cow::Borrowed("");
        loop {
            match self.take_plain(quote) {
                "" => {}
                plain if value.is_empty() => value = Cow::Borrowed(plain),
                plain => value.to_mut().push_str(plain),
            }
            match self.peek() {
                Some(b'\\') => self.parse_escape(value.to_mut())?,
                Some(byte) if byte == quote => break,
                Some(b'\n') => return Err(self.error("unterminated string at the end of the line")),
                Some(control) => {
                    self.offset += 1;
                    value.to_mut().push(char::from(control));
                    self.leniencies.push(Leniency::ControlCharacter);
                }
                None => return Err(self.error("unterminated string")),
            }
        }
        self.offset += 1;
        let source = Some(Cow::Borrowed(&self.text[start..self.offset]));
        Ok(JsonString { value, source })
    }

    /// Takes the text up to the next quote, escape or control character.
    fn take_plain(&mut self, quote: u8) -> &'t str {
        let start = self.offset;
        let rest = &self.text.as_bytes()[start..];
        let special = |&byte: &u8| byte == quote || byte == b'\\' || byte < 0x20;
        self.offset += rest.iter().position(special).unwrap_or(rest.len());
        &self.text[start..self.offset]
    }

    fn parse_escape(&mut self, value: &mut String) -> Result<(), SyntaxError> {
        let escaped = self.text.as_bytes().get(self.offset + 1).copied();
        let character = match escaped {
            Some(byte @ (b'"' | b'\'' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.parse_unicode_escape(value),
            _ => return Err(self.error("unknown escape sequence")),
        };
        self.offset += 2;
        value.push(character);
        Ok(())
    }

    fn parse_unicode_escape(&mut self, value: &mut String) -> Result<(), SyntaxError> {
        let Some(first) = self.peek_code_unit() else {
            return Err(self.error("expected four hexadecimal digits after `\\u`"));
        };
        self.offset += 6;
        let pair = match self.peek_code_unit() {
            Some(second @ 0xDC00..=0xDFFF) if (0xD800..=0xDBFF).contains(&first) => {
                self.offset += 6;
                0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
            }
            _ => first,
        };
        if char::from_u32(pair).is_none() {
            self.leniencies.push(Leniency::UnpairedSurrogate);
        }
        value.push(char::from_u32(pair).unwrap_or(char::REPLACEMENT_CHARACTER));
        Ok(())
    }

    /// Returns the code unit of an escape such as `\u00e9` at this offset.
    fn peek_code_unit(&self) -> Option<u32> {
        let digits = self
            .text
            .get(self.offset..)?
            .strip_prefix("\\u")?
            .get(..4)?;
        let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16)
            .ok()
            .filter(|_| is_hexadecimal)
    }

    fn parse_number(&mut self) -> Result<JsonValue<'t>, SyntaxError> {
        let start = self.offset;
        self.take(b'-');
        let zero = self.peek() == Some(b'0');
        let whole = self.skip_digits()?;
        if zero && whole > 1 {
            self.offset = start;
            return Err(self.error("a number cannot begin with a zero"));
        }
        if self.take(b'.') {
            self.skip_digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.skip_digits()?;
        }
        Ok(JsonValue::Number(Cow::Borrowed(
            &self.text[start..self.offset],
        )))
    }

    fn skip_digits(&mut self) -> Result<usize, SyntaxError> {
        let rest = &self.text.as_bytes()[self.offset..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return Err(self.error("expected a digit"));
        }
        self.offset += count;
        Ok(count)
    }

    fn parse_word(&mut self) -> Result<JsonValue<'t>, SyntaxError> {
        let rest = &self.text[self.offset..];
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let value = match &rest[..length] {
            "null" => JsonValue::Null,
            "true" => JsonValue::Bool(true),
            "false" => JsonValue::Bool(false),
            "None" if self.is_python => JsonValue::Null,
            "True" if self.is_python => JsonValue::Bool(true),
            "False" if self.is_python => JsonValue::Bool(false),
            word => {
                let shown: String = word.chars().take(20).collect();
                let message = format!("invalid value `{shown}`; write strings in quotes");
                return Err(self.error(&message));
            }
        };
        self.offset += length;
        Ok(value)
    }

    fn skip_space(&mut self) {
        let rest = &self.text.as_bytes()[self.offset..];
        let is_space = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        self.offset += rest.iter().take_while(is_space).count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.offset += usize::from(there);
        there
    }

    fn expect(&mut self, byte: u8, message: &str) -> Result<(), SyntaxError> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.error(message))
        }
    }

    fn error(&self, message: &str) -> SyntaxError {
        SyntaxError {
            offset: self.offset,
            message: message.to_owned(),
        }
    }
}
