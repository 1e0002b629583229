//! Text as a list of bytes, as `journalctl -o json` prints text with control
//! characters.

use memchr::memmem::Finder;

use super::decoded::DecodedText;
use super::embedded::FoundValue;
use super::evidence;
use super::framing::{FrameState, frame};
use super::json_text::first_member;
use super::notation::{Block, Line, Notation, Reading, decode_utf8};
use crate::json::{self, ParsedJson};

/// `"MESSAGE":[123,34,101,120,101,99,117,116,101,34,58,...]`
pub struct ByteArray {
    finder: Finder<'static>,
}

/// The byte `{` of a message, and `"` after it.
const BEGINNING: &[u8] = b"123,";
const QUOTE: &[u8] = b"34,";

/// The greatest length of the list of a message.
const MAX_LENGTH: usize = 1 << 24;

impl ByteArray {
    pub fn new() -> Self {
        ByteArray {
            finder: Finder::new(BEGINNING),
        }
    }
}

impl Notation for ByteArray {
    fn name(&self) -> &'static str {
        "list of bytes"
    }

    fn find(&self, line: &Line<'_>, from: usize) -> Option<usize> {
        let mut found = self.finder.find_iter(&line.text[from..]);
        let begins_message = |offset: &usize| {
            let (before, list) = line.text.split_at(from + offset);
            let is_number = !before.last().is_some_and(u8::is_ascii_digit);
            is_number && begins_message(list) != Some(false)
        };
        found.find(begins_message).map(|offset| from + offset)
    }

    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a> {
        let text = &block.text[..block.text.len().min(MAX_LENGTH)];
        let is_part = |byte: &u8| byte.is_ascii_digit() || b", \t\r\n".contains(byte);
        let end = text.iter().position(|byte| !is_part(byte));
        let can_continue = end.is_none() && !block.is_at_end && text.len() < MAX_LENGTH;
        if can_continue && begins_message(text) != Some(false) {
            return Reading::Incomplete;
        }
        let list = text[..end.unwrap_or(text.len())].trim_ascii_end();
        let list = list.strip_suffix(b",").unwrap_or(list);
        let decoded = decode_utf8(list).ok().and_then(decode);
        let Some(mut decoded) = decoded else {
            return Reading::Text;
        };
        let text = decoded.text.as_bytes();
        let is_message = first_member(text).is_some_and(evidence::is_first_member);
        let FrameState::Complete(length) = frame(text) else {
            return Reading::Text;
        };
        decoded.truncate(length);
        let json = json::parse(&decoded.text).map(ParsedJson::into_owned);
        let source = decode_utf8(&list[..decoded.source(0..length).end]);
        let (Ok(json), Ok(source), true) = (json, source, is_message) else {
            return Reading::Text;
        };
        let encode = Box::new(|_: &str| None);
        let notation = "list of bytes";
        FoundValue {
            source,
            decoded,
            json,
            encode,
            notation,
        }
        .into_reading(block)
    }
}

/// Returns whether a list that begins with the first byte of a message goes on like
/// one; `None` if it ends before.
fn begins_message(list: &[u8]) -> Option<bool> {
    let rest = list[BEGINNING.len()..].trim_ascii_start();
    (!rest.is_empty()).then(|| rest.starts_with(QUOTE))
}

/// Decodes numbers with commas between them.
fn decode(numbers: &str) -> Option<DecodedText<'static>> {
    let (mut bytes, mut ranges, mut offset) = (Vec::new(), Vec::new(), 0);
    for number in numbers.split(',') {
        bytes.push(number.trim().parse::<u8>().ok()?);
        ranges.push(offset..offset + number.len());
        offset += number.len() + 1;
    }
    let text = String::from_utf8(bytes).ok()?;
    let mut decoded = DecodedText::new();
    for (start, character) in text.char_indices() {
        let last = start + character.len_utf8() - 1;
        let source = ranges[start].start..ranges[last].end;
        decoded.push(character.encode_utf8(&mut [0; 4]), source);
    }
    Some(decoded)
}
