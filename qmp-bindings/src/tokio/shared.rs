//! The state that handles, event streams and the driver share.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Instant;

use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::clock::now;
use super::transport::Writer;
use crate::error::{ClosedError, Error};
use crate::protocol::connection::{Connection, Output};
use crate::protocol::event_log::{Cursor, LogRead};
#[cfg(feature = "qga")]
use crate::protocol::pending::Deadline;
use crate::protocol::request::{NO_FDS, Request};

/// A connection with its writer and everyone who waits for it.
///
/// The lock is held while bytes are moved, and never across an await.
pub(super) struct Shared(Mutex<State>);

pub(super) struct State {
    pub(super) connection: Connection<Waiter>,
    writer: Writer,
    handshake: Option<oneshot::Sender<Result<(), Error>>>,
    /// The readers that wait for an event, by number.
    readers: BTreeMap<u64, Waker>,
    last_reader: u64,
    pub(super) driver: Option<Waker>,
    /// The time at which the timer of the driver wakes it.
    pub(super) armed: Option<Instant>,
}

/// The recipient of a reply.
pub(super) struct Waiter {
    sender: Option<oneshot::Sender<Reply>>,
    /// Released when the reply arrives, even if nobody waits for it any more.
    _permit: Option<OwnedSemaphorePermit>,
}

/// A return value or an error.
pub(super) type Reply = Result<Vec<u8>, Error>;

impl Shared {
    /// Also returns the result of the handshake, once it is complete.
    pub(super) fn new(
        connection: Connection<Waiter>,
        writer: Writer,
    ) -> (Self, oneshot::Receiver<Result<(), Error>>) {
        let (sender, handshake) = oneshot::channel();
        let state = State {
            connection,
            writer,
            handshake: Some(sender),
            readers: BTreeMap::new(),
            last_reader: 0,
            driver: None,
            armed: None,
        };
        (Shared(Mutex::new(state)), handshake)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // No code leaves the state inconsistent.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a command and waits for its reply.
    pub(super) async fn call<A: Serialize + ?Sized>(
        &self,
        request: Request<'_, A>,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Reply {
        let receiver = {
            let mut state = self.lock();
            if !request.fds.is_empty() && !state.writer.passes_fds() {
                return Err(Error::Unsupported(NO_FDS));
            }
            let (waiter, receiver) = Waiter::new(permit);
            state.connection.send(request, waiter)?;
            state.start();
            receiver
        };
        receiver.await.unwrap_or_else(|_| Err(self.end()))
    }

    /// Synchronizes with a guest agent if an earlier reply may still come.
    #[cfg(feature = "qga")]
    pub(super) async fn sync(&self, deadline: Deadline) -> Result<(), Error> {
        let receiver = {
            let mut state = self.lock();
            if !state.connection.needs_sync() {
                return Ok(());
            }
            let (waiter, receiver) = Waiter::new(None);
            state.connection.sync(waiter, deadline)?;
            state.start();
            receiver
        };
        receiver.await.unwrap_or_else(|_| Err(self.end())).map(drop)
    }

    /// Returns the error with which the connection ended.
    pub(super) fn end(&self) -> Error {
        let end = self.lock().connection.end();
        end.unwrap_or_else(|| Error::Closed(ClosedError::default()))
    }

    /// Returns a number for a reader of events.
    pub(super) fn add_reader(&self) -> u64 {
        let mut state = self.lock();
        state.last_reader += 1;
        state.last_reader
    }

    pub(super) fn remove_reader(&self, reader: u64) {
        self.lock().readers.remove(&reader);
    }

    /// Reads an event. An error is the end of the connection.
    pub(super) fn poll_event(
        &self,
        reader: u64,
        cursor: &mut Cursor,
        context: &mut Context<'_>,
    ) -> Poll<Result<LogRead, Error>> {
        let mut state = self.lock();
        if let Some(read) = state.connection.events.read(cursor) {
            return Poll::Ready(Ok(read));
        }
        if let Some(error) = state.connection.end() {
            return Poll::Ready(Err(error));
        }
        state.readers.insert(reader, context.waker().clone());
        Poll::Pending
    }
}

impl State {
    /// Starts to write a command.
    ///
    /// Usually the socket takes it at once, and the driver is not woken. The driver
    /// writes the rest, and handles errors and an earlier time limit.
    fn start(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        let is_written = self.poll_write(&mut context).is_ready();
        let is_timed = match (self.connection.timeout(), self.armed) {
            (None, _) => true,
            (Some(timeout), armed) => armed.is_some_and(|armed| armed <= timeout),
        };
        if let (false, Some(driver)) = (is_written && is_timed, &self.driver) {
            driver.wake_by_ref();
        }
    }

    /// Writes until nothing is left.
    pub(super) fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while let Some(transmit) = self.connection.transmit() {
            match ready!(self.writer.poll_transmit(context, &transmit)) {
                Ok(count) => self.connection.transmitted(count),
                Err(error) => {
                    self.connection.transmit_failed(error, now());
                    return Poll::Pending;
                }
            }
        }
        match ready!(self.writer.poll_flush(context)) {
            Ok(()) => Poll::Ready(()),
            Err(error) => {
                self.connection.transmit_failed(error, now());
                Poll::Pending
            }
        }
    }

    /// Passes replies and events to those who wait for them.
    pub(super) fn dispatch(&mut self) {
        let mut has_events = self.connection.is_closed();
        while let Some(output) = self.connection.poll() {
            match output {
                Output::Handshake(result) => {
                    if let Some(sender) = self.handshake.take() {
                        let _ = sender.send(result);
                    }
                }
                Output::Reply { mut waiter, reply } => {
                    let reply = reply.map(|range| self.connection.payload(range).to_vec());
                    waiter.send(reply);
                }
                Output::Event => has_events = true,
            }
        }
        if has_events {
            let readers = std::mem::take(&mut self.readers);
            readers.into_values().for_each(Waker::wake);
        }
    }
}

impl Waiter {
    fn new(permit: Option<OwnedSemaphorePermit>) -> (Self, oneshot::Receiver<Reply>) {
        let (sender, receiver) = oneshot::channel();
        let waiter = Waiter {
            sender: Some(sender),
            _permit: permit,
        };
        (waiter, receiver)
    }

    pub(super) fn send(&mut self, reply: Reply) {
        if let Some(sender) = self.sender.take() {
            // The caller may have dropped its future.
            let _ = sender.send(reply);
        }
    }
}
