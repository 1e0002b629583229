//! A message whose JSON text is part of other text.

use std::ops::Range;

use super::decoded::DecodedText;
use super::evidence;
use super::notation::{Block, Reading};
use super::origin::MessageOrigin;
use super::{LoggedMessage, NotatedMessages, Replace, TextPosition};
use crate::json::{self, ParsedJson, SyntaxError};

/// Writes JSON text in a notation; `None` if the notation cannot express it.
pub type Encode<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

/// A message in a text from which JSON text is decoded.
pub struct EmbeddedMessage<'a> {
    source: &'a str,
    /// The JSON text of the message.
    decoded: DecodedText<'a>,
    json: ParsedJson<'a>,
    encode: Encode<'a>,
    notation: &'static str,
    origin: MessageOrigin<'a>,
    position: TextPosition,
}

/// Text in which a value was found.
pub struct FoundValue<'a> {
    /// The text of the value.
    pub source: &'a str,
    /// The JSON text that it stands for.
    pub decoded: DecodedText<'a>,
    /// The value.
    pub json: ParsedJson<'a>,
    /// Writes JSON text back.
    pub encode: Encode<'a>,
    /// The name of the notation.
    pub notation: &'static str,
}

impl<'a> FoundValue<'a> {
    /// Returns the value as a message, if it is one.
    pub fn into_reading(self, block: &Block<'a>) -> Reading<'a> {
        let length = self.source.len();
        let command = evidence::command(&self.json.value);
        let command = command.and_then(|command| command.as_str());
        if command.is_some_and(|name| evidence::is_name(name) && is_foreign(block, name)) {
            return Reading::Text;
        }
        if let Some(name) = command
            && !evidence::is_name(name)
            && name.contains(['$', '%', '{', '<', '+', '`'])
        {
            let message = format!("the command is not written out: `{name}`");
            return Reading::Unread(length, SyntaxError { offset: 0, message });
        }
        match evidence::is_message(&self.json.value) {
            true => Reading::Messages(length, self.into_messages(block)),
            false => Reading::Text,
        }
    }

    /// Returns the value as a message.
    pub fn into_messages(self, block: &Block<'a>) -> Box<dyn NotatedMessages + 'a> {
        Box::new(EmbeddedMessage {
            source: self.source,
            decoded: self.decoded,
            json: self.json,
            encode: self.encode,
            notation: self.notation,
            origin: MessageOrigin::from_prefix(block.before),
            position: block.position(),
        })
    }
}

impl NotatedMessages for EmbeddedMessage<'_> {
    fn rewrite(&self, replace: &mut Replace<'_>) -> Result<Option<String>, String> {
        let replacement = replace(LoggedMessage {
            position: self.position,
            session: self.origin.session,
            sender: self.origin.sender,
            is_bare_name: false,
            warning: None,
            notation: self.origin.log.unwrap_or(self.notation),
            json: Ok(&self.json),
        });
        let Some(replacement) = replacement else {
            return Ok(None);
        };
        let old = &*self.decoded.text;
        let new = json::rewrite(old, &self.json.value, &replacement);
        let (range, changed) = changed_range(old, &new);
        let encoded = (self.encode)(changed).ok_or_else(|| {
            "The new request cannot be written in the notation of the old one.".to_owned()
        })?;
        let range = self.decoded.source(range);
        let (before, after) = (&self.source[..range.start], &self.source[range.end..]);
        Ok(Some(format!("{before}{encoded}{after}")))
    }
}

/// Returns whether what looks like a request is a member of other JSON and has a
/// command that no QEMU has: the messages of other protocols have `execute`, too.
fn is_foreign(block: &Block<'_>, command: &str) -> bool {
    let before = block.before.trim_ascii_end().strip_suffix(b":");
    let is_member = before.is_some_and(|name| name.trim_ascii_end().ends_with(b"\""));
    is_member && !(block.is_command)(command)
}

/// Returns the range of a text that another text changes, and its replacement.
pub fn changed_range<'n>(old: &str, new: &'n str) -> (Range<usize>, &'n str) {
    let equal = |pair: &(u8, u8)| pair.0 == pair.1;
    let mut start = old.bytes().zip(new.bytes()).take_while(equal).count();
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let bytes = old_rest.bytes().rev().zip(new_rest.bytes().rev());
    let mut end = bytes.take_while(equal).count();
    while !old_rest.is_char_boundary(old_rest.len() - end) {
        end -= 1;
    }
    (start..old.len() - end, &new[start..new.len() - end])
}
