//! JSON with escape sequences for colours, as `jq -C` prints it.

use super::decoded::DecodedText;
use super::embedded::FoundValue;
use super::evidence;
use super::framing::{FrameState, frame};
use super::json_text::first_member;
use super::notation::{Block, Line, Notation, Reading, decode_utf8};
use crate::json::{self, ParsedJson};

/// Messages with colours between their tokens.
pub struct ColouredJson;

const ESCAPE: u8 = 0x1B;

/// The greatest length of a message.
const MAX_LENGTH: usize = 1 << 24;

impl Notation for ColouredJson {
    fn name(&self) -> &'static str {
        "coloured JSON"
    }

    fn find(&self, line: &Line<'_>, from: usize) -> Option<usize> {
        memchr::memchr(ESCAPE, line.text)?;
        memchr::memchr(b'{', &line.text[from..]).map(|offset| from + offset)
    }

    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a> {
        let text = &block.text[..block.text.len().min(MAX_LENGTH)];
        let Ok(text) = decode_utf8(text) else {
            return Reading::Text;
        };
        let mut decoded = without_colours(text);
        let can_continue = !block.is_at_end && text.len() < MAX_LENGTH;
        let Some(name) = first_member(decoded.text.as_bytes()) else {
            let is_open = decoded.text[1..].trim_ascii().is_empty() && can_continue;
            return if is_open && text.lines().count() < 3 {
                Reading::Incomplete
            } else {
                Reading::Text
            };
        };
        match frame(decoded.text.as_bytes()) {
            _ if !evidence::is_first_member(name) => Reading::Text,
            FrameState::Incomplete(_) if can_continue => Reading::Incomplete,
            FrameState::Complete(length) => {
                decoded.truncate(length);
                read_value(block, text, decoded)
            }
            _ => Reading::Text,
        }
    }
}

fn read_value<'a>(block: &Block<'a>, text: &'a str, decoded: DecodedText<'static>) -> Reading<'a> {
    let length = decoded.text.len();
    let Ok(json) = json::parse(&decoded.text).map(ParsedJson::into_owned) else {
        return Reading::Text;
    };
    let found = FoundValue {
        source: &text[..decoded.source(0..length).end],
        decoded,
        json,
        encode: Box::new(|json| Some(json.to_owned())),
        notation: "coloured JSON",
    };
    found.into_reading(block)
}

/// Removes escape sequences that end with `m`.
fn without_colours(text: &str) -> DecodedText<'static> {
    let mut decoded = DecodedText::new();
    let mut offset = 0;
    while offset < text.len() {
        let rest = &text[offset..];
        let plain = memchr::memchr(ESCAPE, rest.as_bytes()).unwrap_or(rest.len());
        decoded.push_plain(&rest[..plain], offset);
        let escape = &rest[plain..];
        let end = escape.find(|c: char| c != '\u{1B}' && !c.is_ascii_digit() && !"[;".contains(c));
        offset += plain + end.map_or(escape.len(), |end| end + 1);
    }
    decoded
}
