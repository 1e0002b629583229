//! Recordings: a JSON line per transfer, `{"session", "dir", "raw"}`.

use super::notation::{EntryExtent, EntryText, LineRest, Notation};
use super::{LoggedMessage, NotatedMessages, Replace, Sender, TextPosition};
use crate::json::{JsonStyle, JsonValue, ParsedJson, SyntaxError, parse_prefix};

/// Lines that state who sent what.
pub struct Recording;

impl Notation for Recording {
    fn extent(&self) -> EntryExtent {
        EntryExtent::Value
    }

    /// A line is recognized by its members, once its JSON is parsed.
    fn begins(&self, _line: &LineRest<'_>) -> bool {
        false
    }

    fn parse<'a>(
        &mut self,
        entry: &'a EntryText<'_>,
    ) -> Result<Option<Box<dyn NotatedMessages + 'a>>, SyntaxError> {
        let line = &entry.json()?.value;
        let sender = match line.get("dir").and_then(JsonValue::as_str) {
            Some(">") => Sender::Client,
            Some("<" | "#") => Sender::Server,
            _ => return Ok(None),
        };
        Ok(Some(Box::new(RecordedTransfer {
            text: entry.text,
            position: entry.position,
            line,
            sender,
        })))
    }
}

struct RecordedTransfer<'a> {
    text: &'a str,
    position: TextPosition,
    line: &'a JsonValue<'a>,
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
                Some(new) => new_raw.push_str(&JsonStyle::detect(text).format(&new)),
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
            json,
        }
    }

    fn format(&self, raw: String) -> String {
        let mut line = self.line.clone();
        line.set("raw", JsonValue::string(raw));
        JsonStyle::detect(self.text).format(&line)
    }
}
