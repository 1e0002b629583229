//! What handles, event streams and the driver share.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::transport::Writer;
use crate::error::{Closed, Error, TransportError};
use crate::protocol::events::{Cursor, EventLog, Next, RawEvent};
use crate::protocol::greeting::Greeting;
use crate::protocol::message::Id;
use crate::protocol::options::Options;
use crate::protocol::pending::Pending;
use crate::protocol::request::{Band, encode};
use crate::protocol::trace;

/// What one connection has, shared by all who use it.
///
/// The lock is held for as long as a command takes to be written down or a
/// reply to be handed over, and never while somebody waits.
pub(super) struct Link {
    state: Mutex<State>,
}

struct State {
    writer: Writer,
    outgoing: Outgoing,
    pending: Pending<Waiter>,
    greeting: Option<oneshot::Sender<Result<Greeting, Error>>>,
    log: EventLog,
    /// Readers that wait for an event, each under its number.
    readers: BTreeMap<u64, Waker>,
    last_reader: u64,
    driver: Option<Waker>,
    end: Option<End>,
}

/// How a reply comes back.
struct Waiter {
    sender: oneshot::Sender<Answer>,
    /// Given back when the reply is there, also where nobody waits for it.
    _permit: OwnedSemaphorePermit,
}

/// How a command ended.
pub(super) type Answer = Result<Vec<u8>, Failure>;

/// How a command failed whose name only the one who waits knows.
pub(super) enum Failure {
    Refused(crate::protocol::message::Refusal),
    Other(Error),
}

/// How a connection ended.
enum End {
    Closed,
    Failed(TransportError),
}

/// Descriptors that travel with a command.
#[cfg(all(unix, feature = "fd-passing"))]
pub(super) type Fds = Vec<std::os::fd::OwnedFd>;
#[cfg(not(all(unix, feature = "fd-passing")))]
pub(super) type Fds = Vec<std::convert::Infallible>;

/// Messages that could not be written at once.
#[derive(Default)]
struct Outgoing {
    messages: VecDeque<(Vec<u8>, Fds)>,
    /// How much of the first is written.
    written: usize,
}

impl Link {
    pub(super) fn new(
        writer: Writer,
        options: &Options,
        greeting: oneshot::Sender<Result<Greeting, Error>>,
    ) -> Self {
        Link {
            state: Mutex::new(State {
                writer,
                outgoing: Outgoing::default(),
                pending: Pending::new(),
                greeting: Some(greeting),
                log: EventLog::new(options),
                readers: BTreeMap::new(),
                last_reader: 0,
                driver: None,
                end: None,
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code that holds the lock leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a command, at once if the writer takes it, and through the driver
    /// if not.
    pub(super) fn send<A: Serialize + ?Sized>(
        &self,
        band: Band,
        name: &str,
        arguments: &A,
        fds: Fds,
        permit: OwnedSemaphorePermit,
    ) -> Result<oneshot::Receiver<Answer>, Error> {
        let mut state = self.state();
        if let Some(error) = state.end() {
            return Err(error);
        }
        let (sender, receiver) = oneshot::channel();
        let id = state.pending.insert(Waiter {
            sender,
            _permit: permit,
        });
        let mut message = Vec::new();
        if let Err(error) = encode(&mut message, band, name, arguments, Some(id)) {
            state.pending.take(Id::Number(id));
            return Err(Error::Encode(error));
        }
        trace::sent(&message);
        if let Err(error) = state.write(message, fds) {
            state.pending.take(Id::Number(id));
            return Err(error);
        }
        Ok(receiver)
    }

    /// Writes what could not be written at once. It is ready only with an error.
    pub(super) fn poll_outgoing(&self, context: &mut Context<'_>) -> Poll<io::Error> {
        let mut state = self.state();
        state.driver = Some(context.waker().clone());
        match state.flush(context) {
            Poll::Ready(Err(error)) => Poll::Ready(error),
            _ => Poll::Pending,
        }
    }

    /// Hands over a greeting, or what came instead of it.
    pub(super) fn greet(&self, greeting: Result<Greeting, Error>) -> ControlFlow<()> {
        match self.state().greeting.take() {
            Some(sender) => {
                let _ = sender.send(greeting);
                ControlFlow::Break(())
            }
            None => ControlFlow::Continue(()),
        }
    }

    /// Hands over a reply.
    pub(super) fn answer(&self, id: Id, answer: Answer) {
        if let Some((_, waiter)) = self.state().pending.take(id) {
            // Whoever gave up waiting does not want it any more.
            let _ = waiter.sender.send(answer);
        }
    }

    pub(super) fn happened(&self, event: RawEvent) {
        let mut state = self.state();
        state.log.push(event);
        state.wake_readers();
    }

    /// Says to all that wait how the connection ended.
    pub(super) fn finish(&self, failure: Option<TransportError>) {
        let mut state = self.state();
        if state.end.is_some() {
            return;
        }
        state.end = Some(failure.map_or(End::Closed, End::Failed));
        if let (Some(sender), Some(error)) = (state.greeting.take(), state.end()) {
            let _ = sender.send(Err(error));
        }
        let waiters: Vec<Waiter> = state.pending.drain().collect();
        for waiter in waiters {
            if let Some(error) = state.end() {
                let _ = waiter.sender.send(Err(Failure::Other(error)));
            }
        }
        state.outgoing = Outgoing::default();
        state.wake_readers();
    }

    /// How the connection ended, for one whose reply can come no more.
    pub(super) fn end(&self) -> Error {
        let state = self.state();
        state.end().unwrap_or_else(|| state.closed())
    }

    /// The place after the last event.
    pub(super) fn last_event(&self) -> Cursor {
        self.state().log.end()
    }

    /// A number for a reader of events.
    pub(super) fn new_reader(&self) -> u64 {
        let mut state = self.state();
        state.last_reader += 1;
        state.last_reader
    }

    /// A reader is gone.
    pub(super) fn forget_reader(&self, reader: u64) {
        self.state().readers.remove(&reader);
    }

    /// Reads an event. An error is the end of the connection.
    pub(super) fn poll_event(
        &self,
        reader: u64,
        cursor: &mut Cursor,
        context: &mut Context<'_>,
    ) -> Poll<Result<Next, Error>> {
        let mut state = self.state();
        if let Some(next) = state.log.next(cursor) {
            return Poll::Ready(Ok(next));
        }
        if let Some(error) = state.end() {
            return Poll::Ready(Err(error));
        }
        state.readers.insert(reader, context.waker().clone());
        Poll::Pending
    }
}

impl State {
    fn write(&mut self, message: Vec<u8>, fds: Fds) -> Result<(), Error> {
        #[cfg(all(unix, feature = "fd-passing"))]
        if !fds.is_empty() && !matches!(self.writer, Writer::Unix(_)) {
            return Err(Error::Unsupported(
                "file descriptors travel through Unix sockets only",
            ));
        }
        self.outgoing.messages.push_back((message, fds));
        // Most often the socket takes the message at once, and no other task has
        // to be woken for it. If not, or if that fails, the driver sees to it.
        let mut context = Context::from_waker(Waker::noop());
        let is_done = matches!(self.flush(&mut context), Poll::Ready(Ok(())));
        if !is_done && let Some(driver) = &self.driver {
            driver.wake_by_ref();
        }
        Ok(())
    }

    fn flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some((message, fds)) = self.outgoing.messages.front_mut() {
            let rest = &message[self.outgoing.written..];
            let count = std::task::ready!(write(&mut self.writer, context, rest, fds))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            fds.clear();
            self.outgoing.written += count;
            if self.outgoing.written == message.len() {
                self.outgoing.messages.pop_front();
                self.outgoing.written = 0;
            }
        }
        self.writer.poll_flush(context)
    }

    fn wake_readers(&mut self) {
        std::mem::take(&mut self.readers)
            .into_values()
            .for_each(Waker::wake);
    }

    fn end(&self) -> Option<Error> {
        Some(match self.end.as_ref()? {
            End::Closed => self.closed(),
            End::Failed(error) => Error::Transport(error.clone()),
        })
    }

    fn closed(&self) -> Error {
        Error::Closed(Closed {
            shutdown: self.log.shutdown().cloned(),
        })
    }
}

#[cfg(all(unix, feature = "fd-passing"))]
fn write(
    writer: &mut Writer,
    context: &mut Context<'_>,
    bytes: &[u8],
    fds: &Fds,
) -> Poll<io::Result<usize>> {
    if fds.is_empty() {
        writer.poll_write(context, bytes)
    } else {
        writer.poll_write_with_fds(context, bytes, fds)
    }
}

#[cfg(not(all(unix, feature = "fd-passing")))]
fn write(
    writer: &mut Writer,
    context: &mut Context<'_>,
    bytes: &[u8],
    _: &Fds,
) -> Poll<io::Result<usize>> {
    writer.poll_write(context, bytes)
}

/// The driver, for as long as somebody uses the connection.
pub(super) struct Driven {
    pub(super) link: Arc<Link>,
    pub(super) driver: tokio::task::AbortHandle,
}

impl Drop for Driven {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl fmt::Debug for Driven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driven").finish_non_exhaustive()
    }
}
