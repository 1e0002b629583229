//! Commands out, replies and events in, without their types.

use std::fmt;
use std::io::{self, ErrorKind};
use std::ops::Range;

#[cfg(all(unix, feature = "fd-passing"))]
use std::os::fd::BorrowedFd;

use serde::Serialize;

use super::deadline::Deadline;
use super::transport::Transport;
use crate::error::{Closed, Error, Refused};
use crate::protocol::events::{Cursor, EventLog, Next};
use crate::protocol::greeting::Greeting;
use crate::protocol::inbox::Inbox;
use crate::protocol::message::{Id, Incoming, Outcome};
use crate::protocol::options::Options;
use crate::protocol::pending::Pending;
use crate::protocol::request::{Band, encode};
use crate::protocol::trace;

/// A connection whose release is not known to the type system.
pub(super) struct Channel {
    transport: Box<dyn Transport>,
    inbox: Inbox,
    log: EventLog,
    pending: Pending<()>,
    in_flight: usize,
    /// What could not be sent in time; it goes before whatever comes next, so
    /// that no command is ever cut off.
    outgoing: Vec<u8>,
    is_closed: bool,
}

/// The descriptors that travel with a command.
#[cfg(all(unix, feature = "fd-passing"))]
pub(super) type Fds<'f> = &'f [BorrowedFd<'f>];
#[cfg(not(all(unix, feature = "fd-passing")))]
pub(super) type Fds<'f> = &'f [()];

impl Channel {
    pub(super) fn new(transport: Box<dyn Transport>, options: &Options) -> Self {
        Channel {
            transport,
            inbox: Inbox::new(options.message_limit),
            log: EventLog::new(options),
            pending: Pending::new(),
            in_flight: options.in_flight,
            outgoing: Vec::new(),
            is_closed: false,
        }
    }

    /// Waits for the greeting.
    pub(super) fn greeting(&mut self, deadline: Deadline) -> Result<Greeting, Error> {
        loop {
            while let Some(incoming) = self.inbox.next() {
                match incoming {
                    Incoming::Greeting(greeting) => return Ok(greeting),
                    Incoming::Event(event) => self.log.push(event),
                    Incoming::Reply {
                        outcome: Outcome::Violation(violation),
                        ..
                    } => return Err(Error::Violation(violation)),
                    Incoming::Reply { .. } => {}
                }
            }
            self.fill("greeting", deadline)?;
        }
    }

    /// Sends a command and waits for what it returns, which stays readable
    /// until the channel is used again.
    pub(super) fn call<A: Serialize + ?Sized>(
        &mut self,
        band: Band,
        name: &str,
        arguments: &A,
        fds: Fds<'_>,
        deadline: Deadline,
    ) -> Result<Range<usize>, Error> {
        self.make_room_for_one();
        if !fds.is_empty() {
            // They travel with the first byte, which has to be this command's.
            self.flush(name, &[], deadline)?;
        }
        let start = self.outgoing.len();
        let id = self.pending.insert(());
        if let Err(error) = encode(&mut self.outgoing, band, name, arguments, Some(id)) {
            self.pending.take(Id::Number(id));
            return Err(Error::Encode(error));
        }
        trace::sent(&self.outgoing[start..]);
        let flushed = self.flush(name, fds, deadline);
        if matches!(flushed, Err(Error::Unsupported(_))) {
            self.pending.take(Id::Number(id));
        }
        flushed?;
        self.reply(id, name, deadline)
    }

    /// What a call returned.
    pub(super) fn payload(&self, range: Range<usize>) -> &[u8] {
        self.inbox.payload(range)
    }

    /// The log of the events.
    pub(super) fn log(&mut self) -> &mut EventLog {
        &mut self.log
    }

    /// Waits for an event; `None` means that none came in time.
    pub(super) fn event(
        &mut self,
        cursor: &mut Cursor,
        deadline: Deadline,
    ) -> Result<Option<Next>, Error> {
        loop {
            while let Some(incoming) = self.inbox.next() {
                self.accept(incoming, None);
            }
            if let Some(next) = self.log.next(cursor) {
                return Ok(Some(next));
            }
            match self.fill("event", deadline) {
                Err(Error::Timeout(_)) => return Ok(None),
                other => other?,
            }
        }
    }

    /// Whoever gives up on a thousand commands is not remembered with them all.
    fn make_room_for_one(&mut self) {
        if self.pending.len() >= self.in_flight {
            self.pending.forget_oldest();
        }
    }

    fn reply(&mut self, id: u64, name: &str, deadline: Deadline) -> Result<Range<usize>, Error> {
        loop {
            while let Some(incoming) = self.inbox.next() {
                if let Some(outcome) = self.accept(incoming, Some(id)) {
                    return returned(outcome, name);
                }
            }
            self.fill(name, deadline)?;
        }
    }

    /// Takes a message; what comes back is how the command `wanted` ended.
    fn accept(&mut self, incoming: Incoming, wanted: Option<u64>) -> Option<Outcome> {
        match incoming {
            Incoming::Greeting(_) => None,
            Incoming::Event(event) => {
                self.log.push(event);
                None
            }
            // A reply that nobody asked for, or asked for and gave up on, ends here.
            Incoming::Reply { id, outcome } => {
                let (id, ()) = self.pending.take(id)?;
                (Some(id) == wanted).then_some(outcome)
            }
        }
    }

    /// Waits until more was received.
    fn fill(&mut self, waiting_for: &str, deadline: Deadline) -> Result<(), Error> {
        if self.is_closed {
            return Err(self.closed());
        }
        let left = deadline.left(waiting_for)?;
        match self.transport.receive(self.inbox.room(), left) {
            Ok(0) => {
                self.is_closed = true;
                Err(self.closed())
            }
            Ok(count) => {
                self.inbox.received(count);
                Ok(())
            }
            Err(error) if is_timeout(&error) => Err(deadline.over(waiting_for)),
            Err(error) => Err(self.failed("receive from the server", error)),
        }
    }

    /// Sends what is to be sent.
    fn flush(&mut self, name: &str, mut fds: Fds<'_>, deadline: Deadline) -> Result<(), Error> {
        if self.is_closed {
            return Err(self.closed());
        }
        while !self.outgoing.is_empty() {
            let left = deadline.left(name)?;
            match send(&mut *self.transport, &self.outgoing, fds, left) {
                Ok(count) => drop(self.outgoing.drain(..count)),
                Err(error) if is_timeout(&error) => return Err(deadline.over(name)),
                Err(error) if error.kind() == ErrorKind::Unsupported => {
                    self.outgoing.clear();
                    return Err(Error::Unsupported(NO_FDS));
                }
                Err(error) => return Err(self.failed("send to the server", error)),
            }
            fds = &[];
        }
        Ok(())
    }

    /// What a failure of the transport means.
    ///
    /// A server that ended says why in an event that may not have been read yet.
    fn failed(&mut self, during: &str, error: io::Error) -> Error {
        let is_gone = matches!(
            error.kind(),
            ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted
        );
        if !is_gone {
            self.is_closed = true;
            return Error::transport(during, error);
        }
        while let Ok(count @ 1..) = self.transport.receive(self.inbox.room(), LAST_WORDS) {
            self.inbox.received(count);
            while let Some(incoming) = self.inbox.next() {
                self.accept(incoming, None);
            }
        }
        self.is_closed = true;
        self.closed()
    }

    fn closed(&self) -> Error {
        Error::Closed(Closed {
            shutdown: self.log.shutdown().cloned(),
        })
    }
}

/// What a server that is gone has said is there already.
const LAST_WORDS: Option<std::time::Duration> = Some(std::time::Duration::from_millis(10));

const NO_FDS: &str = "file descriptors travel through Unix sockets only";

#[cfg(all(unix, feature = "fd-passing"))]
fn send(
    transport: &mut dyn Transport,
    bytes: &[u8],
    fds: Fds<'_>,
    left: Option<std::time::Duration>,
) -> io::Result<usize> {
    if fds.is_empty() {
        transport.send(bytes, left)
    } else {
        transport.send_with_fds(bytes, fds, left)
    }
}

#[cfg(not(all(unix, feature = "fd-passing")))]
fn send(
    transport: &mut dyn Transport,
    bytes: &[u8],
    _: Fds<'_>,
    left: Option<std::time::Duration>,
) -> io::Result<usize> {
    transport.send(bytes, left)
}

pub(super) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}

fn returned(outcome: Outcome, name: &str) -> Result<Range<usize>, Error> {
    match outcome {
        Outcome::Return(range) => Ok(range),
        Outcome::Refused(refusal) => Err(Error::Refused(Refused {
            command: name.to_owned(),
            class: refusal.class,
            desc: refusal.desc,
        })),
        Outcome::Violation(violation) => Err(Error::Violation(violation)),
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("pending", &self.pending.len())
            .field("is_closed", &self.is_closed)
            .finish_non_exhaustive()
    }
}
