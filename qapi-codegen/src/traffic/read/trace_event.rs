//! Trace events of QEMU that have a command and its arguments apart.

use memchr::memmem::Finder;

use super::framing::{FrameState, frame};
use super::notation::{Block, Line, Notation, Reading, decode_utf8};
use super::{LoggedMessage, NotatedMessages, Replace, Sender, TextPosition};
use crate::json::{self, JsonValue, ParsedJson};

/// `qmp_enter_blockdev_add {"driver": "null-co"}`
pub struct TraceEvent<'r> {
    is_command: &'r dyn Fn(&str) -> bool,
    finder: Finder<'static>,
}

const MARKER: &[u8] = b"qmp_enter_";

impl<'r> TraceEvent<'r> {
    pub fn new(is_command: &'r dyn Fn(&str) -> bool) -> Self {
        TraceEvent {
            is_command,
            finder: Finder::new(MARKER),
        }
    }

    /// Returns the command whose name is written with underscores in an event.
    fn command(&self, event: &str) -> Option<String> {
        let is_command = |name: &String| (self.is_command)(name);
        [event.replace('_', "-"), event.to_owned()]
            .into_iter()
            .find(is_command)
    }
}

impl Notation for TraceEvent<'_> {
    fn name(&self) -> &'static str {
        "QEMU trace"
    }

    fn find(&self, line: &Line<'_>, from: usize) -> Option<usize> {
        let found = self.finder.find(&line.text[from..])?;
        Some(from + found)
    }

    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a> {
        let line = block.first_line();
        self.parse(line, block.position()).unwrap_or(Reading::Text)
    }
}

impl TraceEvent<'_> {
    fn parse<'a>(&self, line: &'a [u8], position: TextPosition) -> Option<Reading<'a>> {
        let name_end = line.iter().position(|byte| *byte == b' ')?;
        let name = decode_utf8(&line[MARKER.len()..name_end]).ok()?;
        let FrameState::Complete(length) = frame(&line[name_end..]) else {
            return None;
        };
        let end = name_end + length;
        let arguments = decode_utf8(&line[name_end..end]).ok()?;
        let arguments = json::parse(arguments).ok()?.value.into_owned();
        let command = JsonValue::string(self.command(name)?);
        let message = JsonValue::object([("execute", command), ("arguments", arguments)]);
        let message = ParsedJson::from(message);
        Some(Reading::Messages(
            end,
            Box::new(TracedRequest { message, position }),
        ))
    }
}

struct TracedRequest {
    message: ParsedJson<'static>,
    position: TextPosition,
}

impl NotatedMessages for TracedRequest {
    fn rewrite(&self, replace: &mut Replace<'_>) -> Result<Option<String>, String> {
        let replacement = replace(LoggedMessage {
            position: self.position,
            session: "",
            sender: Some(Sender::Client),
            notation: "QEMU trace",
            is_bare_name: false,
            warning: None,
            json: Ok(&self.message),
        });
        match replacement {
            None => Ok(None),
            Some(_) => Err("Trace events are not rewritten.".to_owned()),
        }
    }
}
