//! Text as a list of bytes, as `journalctl -o json` prints text with control
//! characters.

use super::decoded::DecodedText;
use super::embedded::FoundValue;
use super::evidence;
use super::framing::{FrameState, frame};
use super::json_text::first_member;
use super::notation::{Block, Line, Notation, Reading, decode_utf8};
use crate::json::{self, ParsedJson};

/// `"MESSAGE":[123,34,101,120,101,99,117,116,101,34,58,...]`
pub struct ByteArray;

/// The bytes `{"` of a message.
const BEGINNING: &[u8] = b"123,34,";

impl Notation for ByteArray {
    fn name(&self) -> &'static str {
        "list of bytes"
    }

    fn find(&self, line: &Line<'_>, from: usize) -> Option<usize> {
        let mut found = memchr::memmem::find_iter(&line.text[from..], BEGINNING);
        let begins_number = |offset: &usize| match (from + offset).checked_sub(1) {
            Some(before) => !line.text[before].is_ascii_digit(),
            None => true,
        };
        found.find(begins_number).map(|offset| from + offset)
    }

    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a> {
        let line = block.first_line();
        let end = line
            .iter()
            .position(|byte| *byte == b']')
            .unwrap_or(line.len());
        let decoded = decode_utf8(&line[..end]).ok().and_then(decode);
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
        let source = decode_utf8(&line[..decoded.source(0..length).end]);
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
