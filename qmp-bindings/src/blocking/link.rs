//! The blocking driver of a connection: it moves bytes and waits.

use std::fmt;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::transport::Transport;
use crate::error::Error;
use crate::protocol::connection::{Connection, Output};
use crate::protocol::event_log::{Cursor, LogRead};
use crate::protocol::greeting::Greeting;
use crate::protocol::outgoing::Transmit;
#[cfg(feature = "qga")]
use crate::protocol::pending::Deadline;
use crate::protocol::pending::earliest;
use crate::protocol::request::{NO_FDS, Request};
use crate::version::Series;
#[cfg(feature = "qga")]
use crate::version::Version;

/// A connection and its transport.
pub(super) struct Link {
    transport: Box<dyn Transport>,
    connection: Connection<()>,
    /// The next event that the program has not read.
    unread: Cursor,
}

impl Link {
    /// Runs the handshake.
    pub(super) fn open(
        transport: impl Transport + 'static,
        connection: Connection<()>,
    ) -> Result<Self, Error> {
        let mut link = Link {
            transport: Box::new(transport),
            connection,
            unread: Cursor::default(),
        };
        loop {
            while let Some(output) = link.connection.poll() {
                if let Output::Handshake(result) = output {
                    return result.map(|()| link);
                }
            }
            link.wait_for_io(None)?;
        }
    }

    pub(super) fn greeting(&self) -> &Greeting {
        self.connection.greeting()
    }

    pub(super) fn series(&self) -> Option<Series> {
        self.connection.series()
    }

    #[cfg(feature = "qga")]
    pub(super) fn agent_version(&self) -> Option<Version> {
        self.connection.agent_version()
    }

    /// Sends a command and waits for its reply.
    pub(super) fn call<A: Serialize + ?Sized>(
        &mut self,
        request: Request<'_, A>,
    ) -> Result<&[u8], Error> {
        if !request.fds.is_empty() && !self.passes_fds() {
            return Err(Error::Unsupported(NO_FDS));
        }
        self.connection.send(request, ())?;
        let range = self.wait_for_reply()?;
        Ok(self.connection.payload(range))
    }

    /// Synchronizes with a guest agent if an earlier reply may still come.
    #[cfg(feature = "qga")]
    pub(super) fn sync(&mut self, deadline: Deadline) -> Result<(), Error> {
        if !self.connection.needs_sync() {
            return Ok(());
        }
        self.connection.sync((), deadline)?;
        self.wait_for_reply().map(drop)
    }

    /// Returns the position after the latest event.
    pub(super) fn end_of_events(&self) -> Cursor {
        self.connection.events.end()
    }

    /// Waits for the next event that the program has not read, as
    /// [`Link::next_event`] does.
    pub(super) fn next_unread(&mut self, until: Option<Instant>) -> Result<Option<LogRead>, Error> {
        let mut cursor = self.unread;
        let read = self.next_event(&mut cursor, until);
        self.unread = cursor;
        self.connection.events.forget(cursor);
        read
    }

    /// Waits for an event; `None` means that none came in time.
    pub(super) fn next_event(
        &mut self,
        cursor: &mut Cursor,
        until: Option<Instant>,
    ) -> Result<Option<LogRead>, Error> {
        loop {
            while self.connection.poll().is_some() {}
            if let Some(read) = self.connection.events.read(cursor) {
                return Ok(Some(read));
            }
            if let Some(error) = self.connection.end() {
                return Err(error);
            }
            if until.is_some_and(|until| until <= now()) {
                return Ok(None);
            }
            if let Some(left) = self.time_left(until)? {
                self.receive(left);
            }
        }
    }

    /// Only one command is in flight, so any reply is its own.
    fn wait_for_reply(&mut self) -> Result<Range<usize>, Error> {
        loop {
            while let Some(output) = self.connection.poll() {
                if let Output::Reply { waiter: (), reply } = output {
                    return reply;
                }
            }
            self.wait_for_io(None)?;
        }
    }

    /// Writes once, or reads once if there is nothing to write. Returns an error if
    /// the time of the command is over.
    fn wait_for_io(&mut self, until: Option<Instant>) -> Result<(), Error> {
        let Some(left) = self.time_left(until)? else {
            return Ok(());
        };
        let Some(transmit) = self.connection.transmit() else {
            self.receive(left);
            return Ok(());
        };
        match write(&mut *self.transport, &transmit, left) {
            Ok(count) => self.connection.transmitted(count),
            Err(error) if is_timeout(&error) => {}
            Err(error) => self.connection.transmit_failed(error, now()),
        }
        Ok(())
    }

    fn receive(&mut self, left: Option<Duration>) {
        let buffer = self.connection.receive_buffer();
        match self.transport.receive(buffer, left) {
            Ok(count) => self.connection.received(count),
            Err(error) if is_timeout(&error) => {}
            Err(error) => self.connection.receive_failed(error),
        }
    }

    /// Returns the time for the next read or write, `Some(None)` if it is unlimited.
    /// Returns `None` after a time limit other than that of the command was handled.
    fn time_left(&mut self, until: Option<Instant>) -> Result<Option<Option<Duration>>, Error> {
        let Some(until) = earliest([self.connection.timeout(), until]) else {
            return Ok(Some(None));
        };
        let now = now();
        if now < until {
            return Ok(Some(Some(until - now)));
        }
        let mut expired = Ok(None);
        self.connection
            .handle_timeout(now, |(), error| expired = Err(error));
        expired
    }

    fn passes_fds(&self) -> bool {
        #[cfg(all(unix, feature = "fd-passing"))]
        return self.transport.passes_fds();
        #[cfg(not(all(unix, feature = "fd-passing")))]
        return false;
    }
}

/// Returns the time by the clock of the system.
pub(super) fn now() -> Instant {
    Instant::now()
}

fn write(
    transport: &mut dyn Transport,
    transmit: &Transmit<'_>,
    timeout: Option<Duration>,
) -> io::Result<usize> {
    #[cfg(all(unix, feature = "fd-passing"))]
    if !transmit.fds.is_empty() {
        use std::os::fd::AsFd;

        let fds: Vec<_> = transmit.fds.iter().map(AsFd::as_fd).collect();
        return transport.send_with_fds(transmit.bytes, &fds, timeout);
    }
    debug_assert!(transmit.fds.is_empty(), "descriptors need a socket");
    match transport.send(transmit.bytes, timeout)? {
        0 => Err(ErrorKind::WriteZero.into()),
        count => Ok(count),
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}
