//! One connection as the server sees it, without I/O: bytes in, requests out.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{ErrorReply, arguments};
use crate::error::ErrorClass;
use crate::protocol::agent::{SENTINEL, SYNC};
use crate::version::{Series, Version};

/// A command that a client sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The name of the command.
    pub command: String,
    /// The arguments; empty if the client sent none.
    pub arguments: Map<String, Value>,
    /// `true` if it was sent with `exec-oob`.
    pub is_out_of_band: bool,
}

/// The kind of server that a mock plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ServerKind {
    Monitor,
    Agent,
}

/// A complete message of a client.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A command for the handlers, with its id.
    Request(Request, Option<Value>),
    /// The protocol itself answers. The capabilities are negotiated after the first.
    Handshake(String),
    /// The message is invalid.
    Invalid(String),
}

/// The state of a connection.
#[derive(Debug)]
pub(super) struct Session {
    kind: ServerKind,
    version: Version,
    input: Vec<u8>,
    is_negotiated: bool,
    has_oob: bool,
}

/// The largest incomplete message that is kept, as in QEMU.
const MESSAGE_LIMIT: usize = 64 << 20;

/// The first release that offers out-of-band commands.
const OOB_SINCE: Series = Series::new(4, 0);

/// The first release with the present wording of the envelope.
const SHORT_WORDING_SINCE: Series = Series::new(2, 9);

const NEGOTIATION: &str = "qmp_capabilities";

impl Session {
    pub(super) fn new(kind: ServerKind, version: Version) -> Self {
        Session {
            kind,
            version,
            input: Vec::new(),
            is_negotiated: kind == ServerKind::Agent,
            has_oob: false,
        }
    }

    /// Returns the greeting; a guest agent has none.
    pub(super) fn greeting(&self) -> String {
        if self.kind == ServerKind::Agent {
            return String::new();
        }
        let version = version_reply(self.version);
        let capabilities = match self.offers_oob() {
            true => "\"oob\"",
            false => "",
        };
        format!("{{\"QMP\": {{\"version\": {version}, \"capabilities\": [{capabilities}]}}}}\r\n")
    }

    pub(super) fn is_negotiated(&self) -> bool {
        self.is_negotiated
    }

    pub(super) fn received(&mut self, bytes: &[u8]) {
        match bytes.iter().rposition(|&byte| byte == SENTINEL) {
            // The byte discards what came before it.
            Some(end) => self.input = bytes[end + 1..].to_vec(),
            None => self.input.extend_from_slice(bytes),
        }
    }

    /// Returns the next complete message.
    pub(super) fn next(&mut self) -> Option<Incoming> {
        let mut values = serde_json::Deserializer::from_slice(&self.input).into_iter::<&RawValue>();
        let read = values.next()?.map(RawValue::get);
        let end = values.byte_offset();
        let incoming = match read {
            // A number at the end of the input may go on.
            Ok(text) if end == self.input.len() && !text.ends_with(['}', ']', '"']) => return None,
            Ok(text) => {
                let text = text.to_owned();
                self.input.drain(..end);
                return Some(self.accept(&text));
            }
            Err(error) if error.is_eof() && self.input.len() <= MESSAGE_LIMIT => return None,
            Err(_) => "JSON parse error, expecting value",
        };
        self.input.clear();
        Some(Incoming::Invalid(error_line(
            None,
            &ErrorReply::generic(incoming),
        )))
    }

    fn accept(&mut self, text: &str) -> Incoming {
        let message = match serde_json::from_str(text) {
            Ok(Value::Object(message)) => message,
            Ok(_) => {
                let desc = "QMP input must be a JSON object";
                return Incoming::Invalid(error_line(None, &ErrorReply::generic(desc)));
            }
            Err(_) => {
                let desc = "JSON parse error, expecting value";
                return Incoming::Invalid(error_line(None, &ErrorReply::generic(desc)));
            }
        };
        let id = message.get("id").cloned();
        match self.read_request(message) {
            Ok(request) if request.command == NEGOTIATION && self.kind == ServerKind::Monitor => {
                self.negotiate(&request, id.as_ref())
            }
            Ok(request) => self
                .agent_sync(&request)
                .unwrap_or(Incoming::Request(request, id)),
            Err(error) => Incoming::Invalid(error_line(id.as_ref(), &error)),
        }
    }

    /// Reads the members around the arguments, as QEMU does.
    fn read_request(&self, mut message: Map<String, Value>) -> Result<Request, ErrorReply> {
        message.remove("id");
        let execute = message.remove("execute");
        let exec_oob = message.remove("exec-oob").filter(|_| self.has_oob);
        let arguments = match message.remove("arguments") {
            None => Map::new(),
            Some(Value::Object(arguments)) => arguments,
            Some(_) => {
                return Err(ErrorReply::generic(
                    "QMP input member 'arguments' must be an object",
                ));
            }
        };
        if let Some(name) = message.keys().next() {
            let desc = format!("QMP input member '{name}' is unexpected");
            return Err(ErrorReply::generic(desc));
        }
        let (command, is_out_of_band) = match (execute, exec_oob) {
            (Some(_), Some(_)) => {
                let desc = "QMP input member 'execute' clashes with 'exec-oob'";
                return Err(ErrorReply::generic(desc));
            }
            (Some(command), None) => (command, false),
            (None, Some(command)) => (command, true),
            (None, None) => return Err(ErrorReply::generic("QMP input lacks member 'execute'")),
        };
        let Value::String(command) = command else {
            return Err(ErrorReply::generic(
                "QMP input member 'execute' must be a string",
            ));
        };
        if !self.is_negotiated && command != NEGOTIATION {
            return Err(self.not_negotiated(&command));
        }
        Ok(Request {
            command,
            arguments,
            is_out_of_band,
        })
    }

    fn not_negotiated(&self, command: &str) -> ErrorReply {
        let mut desc = "Expecting capabilities negotiation with 'qmp_capabilities'".to_owned();
        if self.version.series() < SHORT_WORDING_SINCE {
            desc += &format!(" before command '{command}'");
        }
        ErrorReply::new(ErrorClass::CommandNotFound, desc)
    }

    fn negotiate(&mut self, request: &Request, id: Option<&Value>) -> Incoming {
        if self.is_negotiated {
            let desc = match self.version.series() < SHORT_WORDING_SINCE {
                true => {
                    "Capabilities negotiation is already complete, command \
                         'qmp_capabilities' ignored"
                }
                false => "Capabilities negotiation is already complete, command ignored",
            };
            let error = ErrorReply::new(ErrorClass::CommandNotFound, desc);
            return Incoming::Invalid(error_line(id, &error));
        }
        let enabled = request.arguments.get("enable").and_then(Value::as_array);
        let has_oob = enabled.is_some_and(|enabled| enabled.iter().any(|name| name == "oob"));
        if has_oob && !self.offers_oob() {
            let error = ErrorReply::generic("Capability oob not available");
            return Incoming::Invalid(error_line(id, &error));
        }
        self.is_negotiated = true;
        self.has_oob = has_oob;
        Incoming::Handshake(return_line(id, "{}"))
    }

    fn offers_oob(&self) -> bool {
        self.version.series() >= OOB_SINCE
    }

    /// Answers the synchronization of a client of the guest agent.
    fn agent_sync(&self, request: &Request) -> Option<Incoming> {
        if self.kind == ServerKind::Monitor || request.command != SYNC {
            return None;
        }
        let number = request.arguments.get("id").cloned().unwrap_or_default();
        Some(Incoming::Handshake(return_line(None, &number.to_string())))
    }
}

impl Request {
    /// Decodes the arguments as those of a command.
    ///
    /// # Errors
    ///
    /// They do not have its shape. The error is QEMU's.
    pub(super) fn decode<C: DeserializeOwned + serde::Serialize>(
        &self,
        series: Series,
    ) -> Result<C, ErrorReply> {
        arguments::decode(&self.arguments, series)
    }
}

pub(super) fn version_reply(version: Version) -> String {
    let Version {
        major,
        minor,
        micro,
    } = version;
    format!(
        "{{\"qemu\": {{\"micro\": {micro}, \"minor\": {minor}, \"major\": {major}}}, \
         \"package\": \"\"}}"
    )
}

/// Writes a reply, as a line of QEMU.
pub(super) fn return_line(id: Option<&Value>, value: &str) -> String {
    let id = id.map_or_else(String::new, |id| format!(", \"id\": {id}"));
    format!("{{\"return\": {value}{id}}}\r\n")
}

/// Writes a reply with an error, as a line of QEMU.
pub(super) fn error_line(id: Option<&Value>, error: &ErrorReply) -> String {
    let id = id.map_or_else(String::new, |id| format!("\"id\": {id}, "));
    let class = Value::from(error.class.as_str());
    let desc = Value::from(&*error.desc);
    format!("{{{id}\"error\": {{\"class\": {class}, \"desc\": {desc}}}}}\r\n")
}
