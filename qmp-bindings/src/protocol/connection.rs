//! A connection as a state machine.
//!
//! The state machine does no I/O and has no clock. A driver passes it received
//! bytes, commands and the time, and takes from it bytes to be written, replies and
//! events. Everything else is decided here: the handshake, ids, out-of-band
//! commands, time limits, late replies, the bounds of the queues, and how a
//! connection ends.

use std::io::{self, ErrorKind};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::agent::{AgentState, SENTINEL, SYNC};
use super::event_log::EventLog;
use super::framing::{Frame, Framing};
use super::greeting::Greeting;
use super::message::{self, Id, Message, Outcome};
use super::options::Options;
use super::outgoing::{Outgoing, Transmit};
use super::pending::{Deadline, Pending, PendingCommand, earliest};
use super::request::{Band, Request, encode};
use super::trace;
use crate::error::{Awaited, ClosedError, CommandError, Error, TransportError};
use crate::fds::Fds;
use crate::version::{Series, Version};

mod handshake;

use handshake::Handshake;
pub(crate) use handshake::Types;

/// One connection to a monitor or to a guest agent.
///
/// `W` is the recipient of a reply, as the driver sees it.
#[derive(Debug)]
pub(crate) struct Connection<W> {
    /// Present if the server is a guest agent.
    agent: Option<AgentState>,
    /// Present until the handshake is complete.
    handshake: Option<Box<Handshake>>,
    greeting: Greeting,
    series: Option<Series>,
    has_oob: bool,
    input: Framing,
    pending: Pending<W>,
    pub(crate) events: EventLog,
    outgoing: Outgoing,
    in_flight_limit: usize,
    /// Writing failed. Until this time the remaining input is read, which may
    /// contain the reason.
    linger_until: Option<Instant>,
    end: Option<End>,
}

/// A result of the state machine.
#[derive(Debug)]
pub(crate) enum Output<W> {
    /// The handshake is complete, or failed.
    Handshake(Result<(), Error>),
    /// A command is complete. A return value is a range of
    /// [`Connection::payload`].
    Reply {
        waiter: W,
        reply: Result<Range<usize>, Error>,
    },
    /// An event was added to [`Connection::events`].
    Event,
}

/// The end of a connection.
#[derive(Debug)]
enum End {
    Closed,
    Failed(TransportError),
}

/// The time for which the remaining input is read after a failed write. It was
/// received before, so it only has to be read.
const LINGER: Duration = Duration::from_millis(10);

/// QEMU stops reading when this number of commands is queued, and would not see an
/// out-of-band command.
const QUEUE_LENGTH: usize = 8;

const NO_OOB: &str =
    "out-of-band commands were not negotiated: open the connection with `Options::oob`";

impl<W> Connection<W> {
    /// Starts a connection to a monitor, which begins with the greeting.
    pub(crate) fn monitor(types: Types, options: &Options, now: Instant) -> Self {
        let handshake = Handshake::new(Awaited::Greeting, types, options, now);
        Self::new(None, 0, handshake)
    }

    /// Starts a connection to a guest agent, which begins with a synchronization.
    pub(crate) fn agent(types: Types, options: &Options, now: Instant) -> Self {
        // The numbers of an earlier client must not be valid for this one.
        let last_id = u64::from(std::process::id()) << 20;
        let handshake = Handshake::new(Awaited::Agent, types, options, now);
        let mut connection = Self::new(Some(AgentState::default()), last_id, handshake);
        connection.send_sync(None, Deadline::default());
        connection
    }

    fn new(agent: Option<AgentState>, last_id: u64, handshake: Handshake) -> Self {
        let options = &handshake.options;
        Connection {
            agent,
            greeting: Greeting::default(),
            series: None,
            has_oob: false,
            input: Framing::new(options.message_limit),
            pending: Pending::new(last_id),
            events: EventLog::new(options),
            outgoing: Outgoing::default(),
            in_flight_limit: options.in_flight_limit,
            linger_until: None,
            end: None,
            handshake: Some(Box::new(handshake)),
        }
    }

    /// Returns the greeting of the server, after the handshake.
    pub(crate) fn greeting(&self) -> &Greeting {
        &self.greeting
    }

    /// Returns the version of a guest agent, after the handshake.
    pub(crate) fn agent_version(&self) -> Option<Version> {
        self.agent.as_ref()?.version
    }

    /// Returns the series whose types fit the server, after the handshake.
    pub(crate) fn series(&self) -> Option<Series> {
        self.series
    }

    /// Returns the number of commands that may be unanswered, in band and out of
    /// band.
    pub(crate) fn capacity(&self) -> (usize, usize) {
        let limit = self.in_flight_limit;
        let in_band = if self.has_oob {
            limit.min(QUEUE_LENGTH)
        } else {
            limit
        };
        (in_band, limit)
    }

    /// Returns the bytes of a return value, which are valid until the next read.
    pub(crate) fn payload(&self, range: Range<usize>) -> &[u8] {
        self.input.bytes(range)
    }
}

/// Input: commands.
impl<W> Connection<W> {
    /// Queues a command.
    ///
    /// # Errors
    ///
    /// The command cannot be encoded, the connection is closed, or out-of-band
    /// commands were not negotiated. Nothing is queued.
    pub(crate) fn send<A: Serialize + ?Sized>(
        &mut self,
        request: Request<'_, A>,
        waiter: W,
    ) -> Result<(), Error> {
        if let Some(error) = self.end() {
            return Err(error);
        }
        if request.band == Band::Out && !self.has_oob {
            return Err(Error::Unsupported(NO_OOB));
        }
        self.queue(request, Some(waiter))
    }

    /// Queues a command. A command without a waiter belongs to the handshake.
    fn queue<A: Serialize + ?Sized>(
        &mut self,
        request: Request<'_, A>,
        waiter: Option<W>,
    ) -> Result<(), Error> {
        self.pending.make_room(self.in_flight_limit);
        let id = self.pending.next_id();
        let accepts_ids = self.agent.as_ref().is_none_or(AgentState::accepts_ids);
        let wire_id = accepts_ids.then_some(id);
        let message = self.outgoing.push(request.fds, |out| {
            encode(out, request.band, &request.name, request.arguments, wire_id)
        });
        trace::sent(message.map_err(Error::Encode)?);
        let command = PendingCommand::new(request.name, request.deadline, waiter);
        self.pending.insert(id, command);
        Ok(())
    }

    /// Returns `true` if a guest agent has to be synchronized before the next
    /// command, because the reply to an earlier one may still come.
    pub(crate) fn needs_sync(&self) -> bool {
        self.agent
            .as_ref()
            .is_some_and(|agent| agent.is_out_of_sync || !self.pending.is_empty())
    }

    /// Synchronizes with a guest agent. All earlier commands are forgotten.
    pub(crate) fn sync(&mut self, waiter: W, deadline: Deadline) -> Result<(), Error> {
        if let Some(error) = self.end() {
            return Err(error);
        }
        self.send_sync(Some(waiter), deadline);
        Ok(())
    }

    fn send_sync(&mut self, waiter: Option<W>, deadline: Deadline) {
        self.pending.clear();
        let id = self.pending.next_id();
        if let Some(agent) = &mut self.agent {
            agent.syncing = Some(id);
            agent.is_out_of_sync = false;
        }
        let arguments = serde_json::json!({ "id": id });
        let message = self.outgoing.push(Fds::new(), |out| {
            out.push(SENTINEL);
            encode(out, Band::In, SYNC, &arguments, None)
        });
        trace::sent(message.unwrap_or_default());
        let command = PendingCommand::new(SYNC.into(), deadline, waiter);
        self.pending.insert(id, command);
    }
}

/// Input and output: bytes.
impl<W> Connection<W> {
    /// Returns the buffer for the next read.
    pub(crate) fn receive_buffer(&mut self) -> &mut [u8] {
        self.input.buffer()
    }

    /// Accepts bytes that were read into the buffer; 0 is the end of the input.
    pub(crate) fn received(&mut self, count: usize) {
        if count == 0 {
            self.close(End::Closed);
        }
        self.input.received(count);
    }

    /// Handles a failed read, which ends the connection.
    pub(crate) fn receive_failed(&mut self, error: io::Error) {
        self.close(if is_disconnect(&error) {
            End::Closed
        } else {
            failed("receive from the server", error)
        });
    }

    /// Returns the bytes to be written next.
    pub(crate) fn transmit(&self) -> Option<Transmit<'_>> {
        self.outgoing.transmit()
    }

    /// Accepts that bytes were written.
    pub(crate) fn transmitted(&mut self, count: usize) {
        self.outgoing.advance(count);
    }

    /// Handles a failed write. A server that exits announces it in an event that may
    /// not be read yet, so the connection then ends only after the input.
    pub(crate) fn transmit_failed(&mut self, error: io::Error, now: Instant) {
        if is_disconnect(&error) {
            self.outgoing.clear();
            self.linger_until = Some(now + LINGER);
        } else {
            self.close(failed("send to the server", error));
        }
    }

    fn close(&mut self, end: End) {
        self.end.get_or_insert(end);
        self.outgoing.clear();
        self.linger_until = None;
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.end.is_some()
    }

    /// Returns the error with which the connection ended, once its messages were
    /// polled.
    pub(crate) fn end(&self) -> Option<Error> {
        self.end_of(None)
    }

    fn end_of(&self, command: Option<&str>) -> Option<Error> {
        Some(match self.end.as_ref()? {
            End::Closed => Error::Closed(ClosedError {
                command: command.map(str::to_owned),
                shutdown: self.events.shutdown().cloned(),
            }),
            End::Failed(error) => Error::Transport(error.clone()),
        })
    }
}

/// Input: time.
impl<W> Connection<W> {
    /// Returns the time at which [`Connection::handle_timeout`] has to be called.
    pub(crate) fn timeout(&self) -> Option<Instant> {
        let handshake = self.handshake.as_ref();
        let handshake = handshake.and_then(|handshake| handshake.deadline.at);
        earliest([handshake, self.linger_until, self.pending.earliest()])
    }

    /// Ends the time limits that are over. An expired command is reported here and
    /// not polled; its waiter is kept until the late reply arrives.
    pub(crate) fn handle_timeout(&mut self, now: Instant, report: impl FnMut(&mut W, Error)) {
        if self.linger_until.is_some_and(|until| until <= now) {
            self.close(End::Closed);
        }
        if let Some(handshake) = &mut self.handshake {
            handshake.expire(now);
        }
        self.pending.expire(now, report);
    }
}

/// Output: replies and events.
impl<W> Connection<W> {
    /// Returns the next result, until there is none.
    pub(crate) fn poll(&mut self) -> Option<Output<W>> {
        if let Some(error) = self.handshake.as_mut().and_then(|h| h.failure.take()) {
            return self.complete_handshake(Err(error));
        }
        while let Some(message) = self.next_message() {
            let output = self.accept(message);
            if output.is_some() {
                return output;
            }
        }
        self.next_unanswered()
    }

    fn next_message(&mut self) -> Option<Message> {
        let Some(number) = self.agent.as_ref().and_then(|agent| agent.syncing) else {
            return Some(match self.input.next()? {
                Frame::Message(range) => self.parse(range),
                Frame::TooLong(long) => message::too_long(long),
            });
        };
        let range = self.skip_to_sync(number)?;
        if let Some(agent) = &mut self.agent {
            agent.syncing = None;
        }
        Some(Message::Reply {
            id: Id::Number(number),
            outcome: Outcome::Return(range),
        })
    }

    /// Skips stale messages up to the reply that returns `number` after a sentinel.
    fn skip_to_sync(&mut self, number: u64) -> Option<Range<usize>> {
        loop {
            let Frame::Message(range) = self.input.next()? else {
                continue;
            };
            let sentinel = memchr::memrchr(SENTINEL, self.input.bytes(range.clone()));
            let Some(sentinel) = sentinel else { continue };
            if let Message::Reply {
                outcome: Outcome::Return(returned),
                ..
            } = self.parse(range.start + sentinel + 1..range.end)
                && self.input.bytes(returned.clone()) == number.to_string().as_bytes()
            {
                return Some(returned);
            }
        }
    }

    fn parse(&self, range: Range<usize>) -> Message {
        let bytes = self.input.bytes(range.clone());
        trace::received(bytes);
        message::parse(bytes, range.start)
    }

    fn accept(&mut self, message: Message) -> Option<Output<W>> {
        match message {
            Message::Greeting(greeting) => self.greeted(greeting),
            Message::Event(event) => {
                self.events.push(event);
                Some(Output::Event)
            }
            Message::Reply { id, outcome } => self.replied(id, outcome),
        }
    }

    fn replied(&mut self, id: Id, outcome: Outcome) -> Option<Output<W>> {
        let Some(command) = self.pending.take(id) else {
            return self.replied_early(outcome);
        };
        if let (Some(agent), Outcome::Invalid(_)) = (&mut self.agent, &outcome) {
            agent.is_out_of_sync = true;
        }
        if command.is_abandoned {
            return None;
        }
        let reply = outcome.into_result(&command.name);
        match command.waiter {
            Some(waiter) => Some(Output::Reply { waiter, reply }),
            None => self.continue_handshake(&command.name, reply),
        }
    }

    /// Ends a command that a closed connection left unanswered.
    fn next_unanswered(&mut self) -> Option<Output<W>> {
        let error = self.end()?;
        if self.handshake.is_some() {
            return self.complete_handshake(Err(error));
        }
        loop {
            let command = self.pending.take(Id::Absent)?;
            if let (Some(waiter), false) = (command.waiter, command.is_abandoned) {
                let reply = Err(self.end_of(Some(&command.name))?);
                return Some(Output::Reply { waiter, reply });
            }
        }
    }
}

impl Outcome {
    fn into_result(self, command: &str) -> Result<Range<usize>, Error> {
        match self {
            Outcome::Return(range) => Ok(range),
            Outcome::Error(reply) => Err(Error::Command(CommandError {
                command: command.to_owned(),
                class: reply.class,
                desc: reply.desc,
            })),
            Outcome::Invalid(error) => Err(Error::Protocol(error)),
        }
    }
}

fn failed(during: &str, error: io::Error) -> End {
    End::Failed(TransportError {
        during: during.to_owned(),
        source: Arc::new(error),
    })
}

fn is_disconnect(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted
    )
}

#[cfg(test)]
mod tests;
