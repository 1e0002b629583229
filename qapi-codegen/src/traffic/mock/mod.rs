//! A QEMU of any release without a QEMU: bytes of a client in, bytes of the
//! server out.
//!
//! Requests are judged by the checker of the release and answered in its words.
//! An accepted request gets a recorded reply, or the smallest one of the
//! release's shape.

mod guest;
mod replies;

use std::time::Duration;

use self::guest::{Guest, GuestAnswer, GuestEvent, StateMembers};
pub use self::replies::RecordedReplies;
use super::check::Checker;
use super::front::reader::{TextPart, TextReader};
use super::front::{ServerFront, command_name, return_line};
use super::record::{Transfer, TransferSplitter};
use crate::dialect;
use crate::diff::example::value::{ExampleScope, RequestedParts, ValueBuilder};
use crate::json::{JsonStyle, JsonValue, NESTING_LIMIT, ParsedJson, parse_prefix};
use crate::knowledge::{ErrorWordings, GuestRules, ServerError};
use crate::version::Version;
use crate::wire::{Shape, ShapeId};

/// A server of one release, with one client at a time.
pub struct MockServer<'m> {
    front: ServerFront<'m>,
    recorded: RecordedReplies,
    guest: Guest<'m>,
    input: MockInput,
}

/// The input of a connection, by the parsers that the release has.
enum MockInput {
    /// Two parsers, until 3.0.
    Transfers(TransferSplitter),
    Tokens(Box<TextReader>),
}

/// The reply to a request, without its id.
enum Answer {
    Return(String),
    Error(ServerError),
}

impl<'m> MockServer<'m> {
    /// Creates a server with a running guest.
    pub fn new(
        checker: &'m Checker<'m>,
        version: Version,
        wordings: &'m ErrorWordings,
        rules: &'m GuestRules,
        recorded: RecordedReplies,
    ) -> Self {
        MockServer {
            front: ServerFront::new(checker, version, wordings),
            recorded,
            guest: Guest::new(checker, rules, version.series()),
            input: MockInput::new(version),
        }
    }

    /// Begins a connection and returns the greeting.
    pub fn connect(&mut self) -> String {
        self.input = MockInput::new(self.front.version());
        self.front.connect(true)
    }

    /// Returns whether a client ended the server.
    pub fn has_quit(&self) -> bool {
        self.guest.has_quit()
    }

    /// Adds a file descriptor that the client passed with its bytes.
    pub fn add_descriptor(&mut self) {
        self.guest.add_descriptor();
    }

    /// Answers bytes of the client.
    pub fn receive(&mut self, bytes: &[u8], now: Duration) -> String {
        let mut out = String::new();
        match &mut self.input {
            MockInput::Tokens(reader) => {
                for part in reader.push(bytes) {
                    self.answer_part(part, now, &mut out);
                }
            }
            MockInput::Transfers(splitter) => {
                let transfers = splitter.push(bytes);
                let is_too_deep = splitter.depth() > NESTING_LIMIT;
                for transfer in transfers {
                    self.answer_transfer(&transfer, now, &mut out);
                }
                if is_too_deep {
                    self.input = MockInput::Transfers(TransferSplitter::default());
                    out += &self.front.refuse_nesting();
                }
            }
        }
        out
    }

    fn answer_part(&mut self, part: TextPart, now: Duration, out: &mut String) {
        match part {
            _ if self.has_quit() => {}
            TextPart::Refused(refused) => *out += &self.front.refuse_part(&refused),
            TextPart::Value(text) => match parse_prefix(&text) {
                Ok(Some(parsed)) => self.answer_message(&parsed, now, out),
                Ok(None) => {}
                Err(error) => *out += &self.front.refuse_text(&error, &text),
            },
        }
    }

    fn answer_transfer(&mut self, transfer: &Transfer, now: Duration, out: &mut String) {
        let text = String::from_utf8_lossy(&transfer.raw);
        let mut rest = &*text;
        while !self.has_quit() {
            match parse_prefix(rest) {
                Ok(Some(parsed)) => {
                    rest = &rest[parsed.end..];
                    self.answer_message(&parsed, now, out);
                }
                Ok(None) => return,
                Err(error) => {
                    *out += &self.front.refuse_text(&error, rest);
                    return;
                }
            }
        }
    }

    fn answer_message(&mut self, message: &ParsedJson<'_>, now: Duration, out: &mut String) {
        if let Some(refusal) = self.front.refuse(message) {
            *out += &refusal;
            return;
        }
        let command = command_name(&message.value);
        let id = self.front.request_id(&message.value);
        let arguments = message.value.get("arguments");
        self.answer_valid(command, arguments, id.as_ref(), now, out);
    }

    fn answer_valid(
        &mut self,
        command: &str,
        arguments: Option<&JsonValue<'_>>,
        id: Option<&JsonValue<'_>>,
        now: Duration,
        out: &mut String,
    ) {
        let empty = JsonValue::object([]);
        let arguments = arguments.unwrap_or(&empty);
        let guest = self.guest.execute(command, arguments);
        let (answer, events) = match guest {
            Ok(answer) => (self.answer(command, arguments, &answer), answer.events),
            Err(error) => (Answer::Error(error), Vec::new()),
        };
        let reply = match answer {
            Answer::Return(value) => return_line(id, &value),
            Answer::Error(error) => error.to_line(id),
        };
        let events = events
            .into_iter()
            .map(|event| (event.is_late, self.event(event, now)));
        let (late, early): (Vec<_>, Vec<_>) = events.partition(|(is_late, _)| *is_late);
        let lines = early.into_iter().map(|(_, line)| line);
        let lines = lines
            .chain([reply])
            .chain(late.into_iter().map(|(_, line)| line));
        out.extend(lines);
    }

    /// The reply to a request that the guest executed.
    fn answer(&mut self, command: &str, arguments: &JsonValue<'_>, guest: &GuestAnswer) -> Answer {
        if let Some(recorded) = self.recorded.next(command, arguments) {
            return recorded;
        }
        let own = self.front.answer(command);
        Answer::Return(own.unwrap_or_else(|| self.smallest_reply(command, guest)))
    }

    /// The smallest reply of a command, with the state of the guest.
    fn smallest_reply(&self, command: &str, guest: &GuestAnswer) -> String {
        let interface = self.front.checker().interface();
        let shape = interface.commands.get(command);
        let Some(returns) = shape.and_then(|command| command.returns) else {
            return "{}".to_owned();
        };
        let mut value = self.build(returns);
        if let (Some(elements), Shape::Array(element)) = (&guest.elements, interface.get(returns)) {
            let element = |members: &StateMembers| {
                let mut value = self.build(*element);
                set_present(&mut value, members);
                value
            };
            value = JsonValue::Array(elements.iter().map(element).collect());
        }
        set_present(&mut value, &guest.members);
        JsonStyle::SPACED.format(&value)
    }

    fn build(&self, shape: ShapeId) -> JsonValue<'_> {
        let builder = ValueBuilder {
            interface: self.front.checker().interface(),
            scope: ExampleScope::Complete,
        };
        builder.build(shape, &RequestedParts::default())
    }

    /// Writes an event with the members that the release has.
    fn event(&self, event: GuestEvent, now: Duration) -> String {
        let (seconds, microseconds) = (now.as_secs(), now.subsec_micros());
        let interface = self.front.checker().interface();
        let Some(shape) = interface.events.get(event.name) else {
            return String::new();
        };
        let mut data = self.build(shape.data);
        let members = interface.object(shape.data).map(|object| &object.members);
        for (name, value) in event.members {
            if members.is_some_and(|members| members.contains(name)) {
                data.set(name, value);
            }
        }
        let data = match data.members().is_none_or(<[_]>::is_empty) {
            true => String::new(),
            false => format!(", \"data\": {}", JsonStyle::SPACED.format(&data)),
        };
        let name = event.name;
        format!(
            "{{\"timestamp\": {{\"seconds\": {seconds}, \"microseconds\": {microseconds}}}, \
             \"event\": \"{name}\"{data}}}\r\n"
        )
    }
}

impl MockInput {
    fn new(version: Version) -> Self {
        match dialect::ONE_JSON_PARSER.contains(version) {
            true => MockInput::Tokens(Box::new(TextReader::new(version))),
            false => MockInput::Transfers(TransferSplitter::default()),
        }
    }
}

/// Sets members that a value has already.
fn set_present(value: &mut JsonValue<'_>, members: &StateMembers) {
    for (name, member) in members {
        if value.get(name).is_some() {
            value.set(name.clone(), member.clone());
        }
    }
}
