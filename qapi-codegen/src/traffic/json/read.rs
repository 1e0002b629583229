//! Text to values.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Member, Text, Value};

/// How deep values are nested at most, as in QEMU.
pub const NESTING_LIMIT: usize = 1024;

/// Why a text is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where, in bytes from the beginning.
    pub at: usize,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
}

/// Something that some releases take and others refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Oddity {
    /// A member is written more than once.
    Duplicate(String),
    /// An escape is half of a pair, or none that stands for a character.
    Surrogate,
    /// A control character stands in a string as it is.
    Control,
}

/// A value and what is odd in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed<'t> {
    /// The value.
    pub value: Value<'t>,
    /// What some releases refuse.
    pub oddities: Vec<Oddity>,
    /// Where the value ends, in bytes.
    pub end: usize,
}

/// Reads one value that is all of a text.
///
/// # Errors
///
/// The text is no JSON, or there is more than one value.
pub fn parse(text: &str) -> Result<Parsed<'_>, Mistake> {
    whole(Parser::new(text, false))
}

/// Reads one value that is all of a text, and takes the words of Python for
/// `true`, `false` and `null`.
///
/// # Errors
///
/// As for [`parse`].
pub fn parse_loosely(text: &str) -> Result<Parsed<'_>, Mistake> {
    whole(Parser::new(text, true))
}

/// Reads the value at the beginning of a text; nothing comes back from a text
/// without one.
///
/// # Errors
///
/// What stands there is no JSON.
pub fn parse_prefix(text: &str) -> Result<Option<Parsed<'_>>, Mistake> {
    let mut parser = Parser::new(text, false);
    parser.space();
    if parser.at == text.len() {
        return Ok(None);
    }
    parser.value().map(|value| Some(parser.done(value)))
}

fn whole(mut parser: Parser<'_>) -> Result<Parsed<'_>, Mistake> {
    parser.space();
    let value = parser.value()?;
    parser.space();
    match parser.peek() {
        None => Ok(parser.done(value)),
        Some(_) => Err(parser.mistake("expected nothing after the value")),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    python: bool,
    oddities: Vec<Oddity>,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, python: bool) -> Self {
        Parser {
            text,
            at: 0,
            depth: 0,
            python,
            oddities: Vec::new(),
        }
    }

    fn done(self, value: Value<'t>) -> Parsed<'t> {
        Parsed {
            value,
            oddities: self.oddities,
            end: self.at,
        }
    }

    fn value(&mut self) -> Result<Value<'t>, Mistake> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"' | b'\'') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(byte) if byte.is_ascii_alphabetic() => self.word(),
            Some(_) => Err(self.mistake("expected a value")),
            None => Err(self.mistake("expected a value, and the text ends")),
        }
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Value<'t>, Mistake>,
    ) -> Result<Value<'t>, Mistake> {
        if self.depth == NESTING_LIMIT {
            return Err(self.mistake("values are nested more than 1024 deep"));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Value<'t>, Mistake> {
        let mut members = Vec::new();
        self.space();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            members.push(self.member()?);
            self.space();
            if self.take(b'}') {
                break;
            }
            self.expect(b',', "expected `,` or `}` after the member")?;
            self.space();
        }
        self.find_duplicates(&members);
        Ok(Value::Object(members))
    }

    fn member(&mut self) -> Result<Member<'t>, Mistake> {
        if !matches!(self.peek(), Some(b'"' | b'\'')) {
            return Err(self.mistake("expected the name of a member in quotes"));
        }
        let name = self.string()?;
        self.space();
        self.expect(b':', "expected `:` after the name of the member")?;
        self.space();
        let value = self.value()?;
        Ok(Member { name, value })
    }

    fn find_duplicates(&mut self, members: &[Member<'t>]) {
        let names = || members.iter().map(|member| &member.name.value);
        // Few members are compared sooner than they are hashed.
        let is_new = |index: usize, name: &Cow<'t, str>| names().take(index).all(|n| n != name);
        if members.len() <= 16 && names().enumerate().all(|(index, name)| is_new(index, name)) {
            return;
        }
        let mut seen = HashSet::new();
        let twice = names().filter(|name| !seen.insert(*name));
        self.oddities
            .extend(twice.map(|name| Oddity::Duplicate(name.to_string())));
    }

    fn array(&mut self) -> Result<Value<'t>, Mistake> {
        let mut items = Vec::new();
        self.space();
        if self.take(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value()?);
            self.space();
            if self.take(b']') {
                return Ok(Value::Array(items));
            }
            self.expect(b',', "expected `,` or `]` after the element")?;
            self.space();
        }
    }

    fn string(&mut self) -> Result<Text<'t>, Mistake> {
        let start = self.at;
        let quote = self.text.as_bytes()[start];
        self.at += 1;
        let mut value = Cow::Borrowed("");
        loop {
            let plain = self.plain(quote);
            match (&mut value, plain) {
                (Cow::Borrowed(""), plain) => value = Cow::Borrowed(plain),
                (_, "") => {}
                (value, plain) => value.to_mut().push_str(plain),
            }
            match self.peek() {
                Some(b'\\') => self.escape(value.to_mut())?,
                Some(byte) if byte == quote => break,
                Some(b'\n') => return Err(self.mistake("the line ends inside a string")),
                Some(control) => {
                    self.at += 1;
                    value.to_mut().push(char::from(control));
                    self.oddities.push(Oddity::Control);
                }
                None => return Err(self.mistake("the string has no end")),
            }
        }
        self.at += 1;
        let raw = Some(Cow::Borrowed(&self.text[start..self.at]));
        Ok(Text { value, raw })
    }

    /// What stands up to the next quote, escape or control character.
    fn plain(&mut self, quote: u8) -> &'t str {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let special = |&byte: &u8| byte == quote || byte == b'\\' || byte < 0x20;
        self.at += rest.iter().position(special).unwrap_or(rest.len());
        &self.text[start..self.at]
    }

    fn escape(&mut self, value: &mut String) -> Result<(), Mistake> {
        let escaped = self.text.as_bytes().get(self.at + 1).copied();
        let character = match escaped {
            Some(byte @ (b'"' | b'\'' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(value),
            _ => return Err(self.mistake("there is no such escape")),
        };
        self.at += 2;
        value.push(character);
        Ok(())
    }

    fn unicode(&mut self, value: &mut String) -> Result<(), Mistake> {
        let Some(first) = self.code_unit() else {
            return Err(self.mistake("expected four hexadecimal digits after `\\u`"));
        };
        self.at += 6;
        let pair = match self.code_unit() {
            Some(second @ 0xDC00..=0xDFFF) if (0xD800..=0xDBFF).contains(&first) => {
                self.at += 6;
                0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
            }
            _ => first,
        };
        if char::from_u32(pair).is_none() {
            self.oddities.push(Oddity::Surrogate);
        }
        value.push(char::from_u32(pair).unwrap_or(char::REPLACEMENT_CHARACTER));
        Ok(())
    }

    /// The number in an escape like `\u00e9` that stands here.
    fn code_unit(&self) -> Option<u32> {
        let digits = self.text.get(self.at..)?.strip_prefix("\\u")?.get(..4)?;
        let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        hexadecimal
            .then(|| u32::from_str_radix(digits, 16).ok())
            .flatten()
    }

    fn number(&mut self) -> Result<Value<'t>, Mistake> {
        let start = self.at;
        self.take(b'-');
        let zero = self.peek() == Some(b'0');
        let whole = self.digits()?;
        if zero && whole > 1 {
            self.at = start;
            return Err(self.mistake("a number does not begin with a zero"));
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(Value::Number(Cow::Borrowed(&self.text[start..self.at])))
    }

    fn digits(&mut self) -> Result<usize, Mistake> {
        let rest = &self.text.as_bytes()[self.at..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return Err(self.mistake("expected a digit"));
        }
        self.at += count;
        Ok(count)
    }

    fn word(&mut self) -> Result<Value<'t>, Mistake> {
        let rest = &self.text[self.at..];
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let value = match &rest[..length] {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "None" if self.python => Value::Null,
            "True" if self.python => Value::Bool(true),
            "False" if self.python => Value::Bool(false),
            word => {
                let shown: String = word.chars().take(20).collect();
                return Err(
                    self.mistake(&format!("`{shown}` is no value; a string stands in quotes"))
                );
            }
        };
        self.at += length;
        Ok(value)
    }

    fn space(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let is_space = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        self.at += rest.iter().take_while(is_space).count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, byte: u8, message: &str) -> Result<(), Mistake> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.mistake(message))
        }
    }

    fn mistake(&self, message: &str) -> Mistake {
        Mistake {
            at: self.at,
            message: message.to_owned(),
        }
    }
}
