//! JSON messages, alone or in other text.

use super::decoded::DecodedText;
use super::embedded::FoundValue;
use super::evidence;
use super::framing::{FrameState, frame};
use super::notation::{Block, Line, Notation, Reading, decode_utf8};
use crate::json::{self, ParsedJson, SyntaxError};

/// JSON messages with any text around them, in double or single quotes.
pub struct JsonText<'r> {
    is_command: &'r dyn Fn(&str) -> bool,
}

impl<'r> JsonText<'r> {
    pub fn new(is_command: &'r dyn Fn(&str) -> bool) -> Self {
        JsonText { is_command }
    }
}

impl Notation for JsonText<'_> {
    fn name(&self) -> &'static str {
        "JSON"
    }

    fn find(&self, line: &Line<'_>, from: usize) -> Option<usize> {
        let is_candidate = |offset: &usize| {
            let name = first_member(&line.text[*offset..]);
            name.is_some_and(evidence::is_first_member)
                || name.is_some() && line.first_character(*offset) == Some(*offset)
        };
        let brackets = memchr::memchr_iter(b'{', &line.text[from..]);
        let mut offsets = brackets.map(|offset| from + offset);
        let in_line = |offset: &usize| {
            is_candidate(offset) || line.text[*offset + 1..].trim_ascii().is_empty()
        };
        offsets.find(in_line)
    }

    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a> {
        let Some(name) = first_member(block.text) else {
            return read_open_bracket(block);
        };
        let is_known = evidence::is_first_member(name);
        if let Some((source, json)) = parse_line(block) {
            return self.read_value(block, source, json);
        }
        let text = if is_known {
            block.text
        } else {
            block.first_line()
        };
        match frame(text) {
            FrameState::Complete(length) => self.read_framed(block, length),
            FrameState::Incomplete(_) if !is_known => Reading::Text,
            FrameState::Incomplete(_) if !block.is_at_end => Reading::Incomplete,
            FrameState::Incomplete(message) => malformed(block, SyntaxError { offset: 0, message }),
            FrameState::Malformed(error) => malformed(block, error),
            FrameState::Foreign(error) => unread(block, error),
        }
    }
}

impl JsonText<'_> {
    fn read_framed<'a>(&self, block: &Block<'a>, length: usize) -> Reading<'a> {
        let parsed = decode_utf8(&block.text[..length])
            .and_then(|source| Ok((source, json::parse(source)?)));
        match parsed {
            Ok((source, json)) => self.read_value(block, source, json),
            Err(error) if is_python(&block.text[error.offset..]) => unread(block, error),
            Err(error) => malformed(block, error),
        }
    }

    fn read_value<'a>(
        &self,
        block: &Block<'a>,
        source: &'a str,
        json: ParsedJson<'a>,
    ) -> Reading<'a> {
        let length = source.len();
        let is_alone = block.begins_line() && block.first_line().trim_ascii_end().len() == length;
        let is_invalid = is_alone && evidence::is_invalid_request(&json.value, self.is_command);
        let is_quoted = block.byte_before() == Some(b'\'');
        let value = FoundValue {
            source,
            decoded: DecodedText::plain(source),
            json,
            encode: match is_quoted {
                true => Box::new(|json| (!json.contains('\'')).then(|| json.to_owned())),
                false => Box::new(|json| Some(json.to_owned())),
            },
            notation: "JSON",
        };
        match is_invalid {
            true => Reading::Messages(length, value.into_messages(block)),
            false => value.into_reading(block),
        }
    }
}

/// Parses a value that ends on its first line, which most do. What is not valid, and
/// may be in single quotes, is left to the search for its end, which knows other
/// languages.
fn parse_line<'a>(block: &Block<'a>) -> Option<(&'a str, ParsedJson<'a>)> {
    let line = block.first_line();
    // A long line may have many values, and each looks at the rest of it.
    let may_be_whole = line.len() < 1 << 16 && line.trim_ascii_end().ends_with(b"}");
    let may_be_whole = may_be_whole && line[1..].trim_ascii_start().starts_with(b"\"");
    let text = std::str::from_utf8(may_be_whole.then_some(line)?).ok()?;
    let json = json::parse_prefix(text).ok()??;
    Some((&text[..json.end], json))
}

/// An opening bracket at the end of a line belongs to a message if the next
/// line begins with one of its members.
fn read_open_bracket<'a>(block: &Block<'a>) -> Reading<'a> {
    let rest = block.text.get(1..).unwrap_or_default();
    match rest.trim_ascii_start().is_empty() && !block.is_at_end {
        // At most one further line is needed.
        true if memchr::memchr_iter(b'\n', rest).count() < 3 => Reading::Incomplete,
        _ => Reading::Text,
    }
}

/// An invalid message is reported if it is written as a line, and nothing shows
/// that it is code.
fn malformed<'a>(block: &Block<'a>, error: SyntaxError) -> Reading<'a> {
    let line = block.first_line();
    let is_request = first_member(block.text).is_some_and(evidence::belongs_to_request)
        && (memchr::memmem::find(line, b"execute").is_some()
            || memchr::memmem::find(line, b"exec-oob").is_some());
    if !(block.begins_line() && is_request && error.offset <= line.len()) {
        return unread(block, error);
    }
    let length = (line.len() + 1).min(block.text.len());
    Reading::Malformed(length, error)
}

/// A request that is not JSON, such as a template or a dictionary with
/// variables.
pub fn unread<'a>(block: &Block<'a>, error: SyntaxError) -> Reading<'a> {
    let is_request = |name: &[u8]| {
        evidence::is_request_member(name)
            || evidence::belongs_to_request(name) && has_command(block.first_line())
    };
    match first_member(block.text).is_some_and(is_request) {
        true => Reading::Unread(error.offset.clamp(1, block.text.len()), error),
        false => Reading::Text,
    }
}

/// Returns whether a line has the member of a request that names its command.
fn has_command(line: &[u8]) -> bool {
    [&b"\"execute\""[..], b"'execute'", b"\"exec-oob\""]
        .iter()
        .any(|name| memchr::memmem::find(line, name).is_some())
}

/// Returns whether a text begins with a value of Python that JSON does not have.
fn is_python(text: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 7] = [
        b"True",
        b"False",
        b"None",
        b"u'",
        b"u\"",
        b"(",
        b"OrderedDict",
    ];
    BEGINNINGS
        .iter()
        .any(|beginning| text.starts_with(beginning))
}

/// Returns the name of the first member of an object.
pub fn first_member(object: &[u8]) -> Option<&[u8]> {
    let text = object.strip_prefix(b"{")?.trim_ascii_start();
    let text = text.strip_prefix(b"u").unwrap_or(text);
    let quote = *text.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let name = &text[1..];
    let end = name.iter().take(16).position(|&byte| byte == quote)?;
    Some(&name[..end])
}
