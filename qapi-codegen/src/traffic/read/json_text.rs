//! JSON messages, alone or in the text of a log.

use super::notation::{EntryExtent, EntryText, LineRest, Notation};
use super::{LoggedMessage, NotatedMessages, Replace, TextPosition};
use crate::json::{JsonStyle, ParsedJson, SyntaxError};

/// JSON messages with any text between them.
pub struct JsonText;

/// Names by which a message is recognized at the beginning of an object.
const FIRST_MEMBERS: [&str; 13] = [
    "execute",
    "exec-oob",
    "return",
    "error",
    "event",
    "timestamp",
    "QMP",
    "session",
    "dir",
    "id",
    "arguments",
    "data",
    "control",
];

impl Notation for JsonText {
    fn extent(&self) -> EntryExtent {
        EntryExtent::Value
    }

    fn begins(&self, line: &LineRest<'_>) -> bool {
        begins_value(line.text)
    }

    fn find(&self, line: &LineRest<'_>) -> Option<usize> {
        let mut offsets = 0..line.text.len();
        offsets.find(|&offset| begins_message(&line.text[offset..]))
    }

    fn parse<'a>(
        &mut self,
        entry: &'a EntryText<'_>,
    ) -> Result<Option<Box<dyn NotatedMessages + 'a>>, SyntaxError> {
        Ok(Some(Box::new(JsonMessage {
            text: entry.text,
            position: entry.position,
            json: entry.json()?,
        })))
    }
}

struct JsonMessage<'a> {
    text: &'a str,
    position: TextPosition,
    json: &'a ParsedJson<'a>,
}

impl NotatedMessages for JsonMessage<'_> {
    fn rewrite(&self, replace: &mut Replace<'_>) -> Result<Option<String>, String> {
        let replacement = replace(LoggedMessage {
            position: self.position,
            session: "",
            sender: None,
            is_bare_name: false,
            json: Ok(self.json),
        });

        Ok(replacement.map(|message| JsonStyle::detect(self.text).format(&message)))
    }
}

/// Returns whether a text begins with an object whose first member is one of a
/// QMP message.
pub fn begins_message(text: &[u8]) -> bool {
    let is_known = |name: &[u8]| FIRST_MEMBERS.iter().any(|known| known.as_bytes() == name);
    text.starts_with(b"{") && first_member_name(text).is_some_and(is_known)
}

/// Returns whether a text begins with a value. `[12:30]` of a log and
/// `{u'return': ...}` of Python 2 are not values.
fn begins_value(text: &[u8]) -> bool {
    let mut after = text
        .iter()
        .skip(1)
        .filter(|byte| !byte.is_ascii_whitespace());
    match (text.first(), after.next()) {
        (Some(b'{'), next) => next != Some(&b'u'),
        (Some(b'['), next) => matches!(next, Some(b'{' | b'[' | b']' | b'"' | b'\'')),
        _ => false,
    }
}

fn first_member_name(object: &[u8]) -> Option<&[u8]> {
    let text = object.get(1..)?.trim_ascii_start();
    let quote = *text.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let name = &text[1..];
    let end = name.iter().take(16).position(|&byte| byte == quote)?;
    Some(&name[..end])
}
