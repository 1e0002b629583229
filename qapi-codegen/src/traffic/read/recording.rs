//! Recordings: a JSON line per transfer, `{"session", "dir", "raw"}`.

use super::framing::{FrameState, frame};
use super::json_text::first_member;
use super::notation::{Block, Line, Notation, Reading, decode_utf8};
use super::{LoggedMessage, NotatedMessages, Replace, Sender, TextPosition};
use crate::json::{self, JsonValue, ParsedJson, SyntaxError, parse_prefix};

/// Lines that state who sent what.
pub struct Recording;

impl Notation for Recording {
    fn name(&self) -> &'static str {
        "recording"
    }

    fn find(&self, line: &Line<'_>, from: usize) -> Option<usize> {
        let offset = line.first_character(from)?;
        let name = first_member(&line.text[offset..])?;
        matches!(name, b"session" | b"step" | b"dir" | b"raw").then_some(offset)
    }

    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a> {
        let FrameState::Complete(length) = frame(block.first_line()) else {
            return Reading::Text;
        };
        let parsed = decode_utf8(&block.text[..length]);
        let parsed = parsed.and_then(|text| Ok((text, json::parse(text)?.value)));
        let Ok((text, line)) = parsed else {
            return Reading::Text;
        };
        let sender = match line.get("dir").and_then(JsonValue::as_str) {
            Some(">") => Sender::Client,
            Some("<" | "#") => Sender::Server,
            _ => return Reading::Text,
        };
        let transfer = RecordedTransfer {
            text,
            position: block.position(),
            line,
            sender,
        };
        Reading::Messages(length, Box::new(transfer))
    }
}

struct RecordedTransfer<'a> {
    text: &'a str,
    position: TextPosition,
    line: JsonValue<'a>,
    sender: Sender,
}

impl NotatedMessages for RecordedTransfer<'_> {
    fn rewrite(&self, replace: &mut Replace<'_>) -> Result<Option<String>, String> {
        let raw = self.string("raw");
        let (mut new_raw, mut rest) = (String::new(), raw);
        loop {
            let parsed = match parse_prefix(rest) {
                Ok(Some(parsed)) => parsed,
                Ok(None) => break,
                Err(error) => {
                    replace(self.message(Err(&error)));
                    break;
                }
            };
            let (text, after) = rest.split_at(parsed.end);
            let json = text.trim_start();
            new_raw.push_str(&text[..text.len() - json.len()]);
            match replace(self.message(Ok(&parsed))) {
                Some(new) => new_raw.push_str(&json::rewrite(json, &parsed.value, &new)),
                None => new_raw.push_str(json),
            }
            rest = after;
        }
        new_raw.push_str(rest);
        Ok((new_raw != raw).then(|| self.format(new_raw)))
    }
}

impl RecordedTransfer<'_> {
    fn string(&self, name: &str) -> &str {
        let value = self.line.get(name).and_then(JsonValue::as_str);
        value.unwrap_or_default()
    }

    fn message<'m>(
        &'m self,
        json: Result<&'m ParsedJson<'m>, &'m SyntaxError>,
    ) -> LoggedMessage<'m> {
        LoggedMessage {
            position: self.position,
            session: self.string("session"),
            sender: Some(self.sender),
            is_bare_name: false,
            warning: None,
            notation: "recording",
            json,
        }
    }

    fn format(&self, raw: String) -> String {
        let mut line = self.line.clone();
        line.set("raw", JsonValue::string(raw));
        json::rewrite(self.text, &self.line, &line)
    }
}
