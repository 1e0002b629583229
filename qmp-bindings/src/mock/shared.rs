//! The state that a server shares with its connections.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::ErrorReply;
use super::expectation::{EmittedEvent, Expectation, Expectations, Handler};
use super::session::{Incoming, Request, ServerKind, Session, error_line, return_line};
use crate::protocol::agent::{INFO, SENTINEL};
use crate::release::CommandInfo;
use crate::version::{Series, Version};

/// The state of a server, and the signal that a connection has something to read.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    pub(super) changed: Condvar,
}

/// The state of a server.
#[derive(Debug)]
pub(super) struct State {
    kind: ServerKind,
    pub(super) series: Series,
    pub(super) version: Version,
    commands: &'static [CommandInfo],
    pub(super) expectations: Expectations,
    /// The events that follow the negotiation.
    pub(super) events: Vec<EmittedEvent>,
    pub(super) requests: Vec<Request>,
    /// What came and was not expected.
    problems: Vec<String>,
    pub(super) is_finished: bool,
    connections: BTreeMap<u64, Link>,
    last_connection: u64,
}

/// A connection and what it still has to read.
#[derive(Debug)]
pub(super) struct Link {
    session: Session,
    output: Vec<u8>,
    pub(super) is_closed: bool,
    pub(super) reader: Option<Waker>,
}

/// The answer to a command, and what runs to give it.
struct Call {
    request: Request,
    id: Option<Value>,
    handler: Arc<Mutex<Handler>>,
    before: Vec<EmittedEvent>,
    after: Vec<EmittedEvent>,
}

impl Shared {
    pub(super) fn new(kind: ServerKind, series: Series, commands: &'static [CommandInfo]) -> Self {
        let version = Version {
            major: series.major,
            minor: series.minor,
            micro: 0,
        };
        let state = State {
            kind,
            series,
            version,
            commands,
            expectations: Expectations::default(),
            events: Vec::new(),
            requests: Vec::new(),
            problems: Vec::new(),
            is_finished: false,
            connections: BTreeMap::new(),
            last_connection: 0,
        };
        Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Locks the state. A handler may have panicked, which the test sees anyway.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a connection and returns its number.
    pub(super) fn connect(&self) -> u64 {
        let mut state = self.lock();
        let session = Session::new(state.kind, state.version);
        let link = Link {
            output: session.greeting().into_bytes(),
            session,
            is_closed: false,
            reader: None,
        };
        state.last_connection += 1;
        let number = state.last_connection;
        state.connections.insert(number, link);
        number
    }

    pub(super) fn disconnect(&self, connection: u64) {
        self.lock().connections.remove(&connection);
        self.changed.notify_all();
    }

    /// Accepts bytes of a client and answers them.
    pub(super) fn receive(&self, connection: u64, bytes: &[u8]) {
        if let Some(link) = self.lock().connections.get_mut(&connection) {
            link.session.received(bytes);
        }
        while let Some(call) = self.next_call(connection) {
            let answer = {
                let mut handler = call.handler.lock().unwrap_or_else(PoisonError::into_inner);
                handler(&call.request)
            };
            let mut state = self.lock();
            state.emit(&call.before);
            let line = match answer {
                Ok(Some(value)) => return_line(call.id.as_ref(), &value),
                Ok(None) => String::new(),
                Err(error) => error_line(call.id.as_ref(), &error),
            };
            state.write(connection, &line);
            state.emit(&call.after);
        }
        self.changed.notify_all();
    }

    /// Answers messages up to the next one that has a handler.
    fn next_call(&self, connection: u64) -> Option<Call> {
        let mut state = self.lock();
        loop {
            let link = state.connections.get_mut(&connection)?;
            match link.session.next()? {
                Incoming::Handshake(line) => state.write_handshake(connection, &line),
                Incoming::Invalid(line) => state.write(connection, &line),
                Incoming::Request(request, id) => match state.expect(request, id.as_ref()) {
                    Ok(call) => return Some(Call { id, ..call }),
                    Err(line) => state.write(connection, &line),
                },
            }
        }
    }

    /// Sends an event to all connections.
    pub(super) fn emit(&self, event: &EmittedEvent) {
        self.lock().emit(std::slice::from_ref(event));
        self.changed.notify_all();
    }

    /// Ends all connections.
    pub(super) fn close(&self) {
        for link in self.lock().connections.values_mut() {
            link.is_closed = true;
            link.wake();
        }
        self.changed.notify_all();
    }
}

impl State {
    pub(super) fn link(&mut self, connection: u64) -> Option<&mut Link> {
        self.connections.get_mut(&connection)
    }

    fn write(&mut self, connection: u64, line: &str) {
        if let Some(link) = self.connections.get_mut(&connection) {
            link.write(line);
        }
    }

    fn write_handshake(&mut self, connection: u64, line: &str) {
        let events: String = self.events.iter().map(event_line).collect();
        let Some(link) = self.connections.get_mut(&connection) else {
            return;
        };
        if self.kind == ServerKind::Agent {
            link.output.push(SENTINEL);
        }
        link.write(&format!("{line}{events}"));
    }

    fn emit(&mut self, events: &[EmittedEvent]) {
        let lines: String = events.iter().map(event_line).collect();
        let links = self.connections.values_mut();
        for link in links.filter(|link| link.session.is_negotiated() && !lines.is_empty()) {
            link.write(&lines);
        }
    }

    /// Finds the handler of a request, or writes the error for it.
    fn expect(&mut self, request: Request, id: Option<&Value>) -> Result<Call, String> {
        self.requests.push(request.clone());
        let command = &*request.command;
        let Some(taken) = self.expectations.take(command) else {
            return Err(self.unexpected(&request, id));
        };
        if request.is_out_of_band && !taken.accepts_oob {
            let desc = format!("The command {command} does not support OOB");
            return Err(error_line(id, &ErrorReply::generic(desc)));
        }
        Ok(Call {
            handler: Arc::clone(&taken.handler),
            before: taken.events_before.clone(),
            after: taken.events.clone(),
            request,
            id: None,
        })
    }

    /// Answers a command that no handler takes.
    fn unexpected(&mut self, request: &Request, id: Option<&Value>) -> String {
        let command = &*request.command;
        if self.kind == ServerKind::Agent && [INFO, "guest-sync"].contains(&command) {
            self.requests.pop();
            return return_line(id, &self.agent_reply(request));
        }
        let arguments = match request.arguments.is_empty() {
            true => "no arguments".to_owned(),
            false => Value::Object(request.arguments.clone()).to_string(),
        };
        let expected = self.expectations.describe();
        let problem = format!("unexpected `{command}` with {arguments}: {expected}");
        let is_known = self.commands.iter().any(|own| own.name() == command);
        let error = match is_known {
            true => ErrorReply::generic(format!("mock: {problem}")),
            false => ErrorReply::command_not_found(command),
        };
        self.problems
            .push(match is_known || self.commands.is_empty() {
                true => problem,
                false => format!("{problem} (QEMU {} does not have it)", self.series),
            });
        error_line(id, &error)
    }

    fn agent_reply(&self, request: &Request) -> String {
        match &*request.command {
            INFO => format!(
                "{{\"version\": \"{}\", \"supported_commands\": []}}",
                self.version
            ),
            _ => request
                .arguments
                .get("id")
                .cloned()
                .unwrap_or_default()
                .to_string(),
        }
    }

    /// Describes everything that was not as expected; `None` if all was.
    pub(super) fn failure(&self) -> Option<String> {
        let shortfalls = self.expectations.iter().filter_map(Expectation::shortfall);
        let problems: Vec<String> = self.problems.iter().cloned().chain(shortfalls).collect();
        if problems.is_empty() {
            return None;
        }
        let server = match self.kind {
            ServerKind::Monitor => "QEMU",
            ServerKind::Agent => "guest agent",
        };
        let problems = problems.join("\n  ");
        Some(format!("mock of {server} {}:\n  {problems}", self.version))
    }
}

impl Link {
    fn write(&mut self, line: &str) {
        self.output.extend_from_slice(line.as_bytes());
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    /// Reads what the server has written; `None` if that is nothing yet.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Option<usize> {
        if self.output.is_empty() && !self.is_closed {
            return None;
        }
        let length = self.output.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.output[..length]);
        self.output.drain(..length);
        Some(length)
    }
}

/// Writes an event, as a line of QEMU.
fn event_line(event: &EmittedEvent) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let (seconds, microseconds) = (now.as_secs(), now.subsec_micros());
    let data = match &event.data {
        Value::Object(members) if !members.is_empty() => format!(", \"data\": {}", event.data),
        _ => String::new(),
    };
    let name = &event.name;
    format!(
        "{{\"timestamp\": {{\"seconds\": {seconds}, \"microseconds\": {microseconds}}}, \
         \"event\": \"{name}\"{data}}}\r\n"
    )
}
