//! The server of a test.

use std::io::{self, Read, Write};
use std::marker::PhantomData;
use std::sync::Arc;
use std::thread;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ErrorReply;
use super::expectation::{EmittedEvent, Expectation};
use super::session::{Request, ServerKind};
use super::shared::Shared;
use super::transport::{MockTransport, serve};
use crate::command::{CommandOf, OobCommandOf};
use crate::error::Error;
use crate::protocol::options::Options;
use crate::release::{EventOf, Release};
use crate::version::Version;
use crate::wire::NoReply;

/// A server of release `R` for tests. See the [module](super) for an example.
///
/// Dropping it panics if not everything was as expected, unless the thread is panicking
/// already.
#[derive(Debug)]
#[must_use = "a client connects with `connect`"]
pub struct Server<R> {
    shared: Arc<Shared>,
    release: PhantomData<fn() -> R>,
}

impl<R: Release> Server<R> {
    /// Creates a monitor that expects nothing.
    #[allow(
        clippy::new_without_default,
        reason = "an empty server expects no command"
    )]
    pub fn new() -> Self {
        Self::with_shared(Shared::new(ServerKind::Monitor, R::SERIES, R::COMMANDS))
    }

    /// Sends an event after each reply to the command that was added last; without one,
    /// after the negotiation.
    pub fn emit<E: EventOf<R> + Serialize>(self, event: E) -> Self {
        self.emit_raw(E::NAME, encode(&event))
    }

    /// Sends an event before each reply to the command that was added last, as QEMU does
    /// with some.
    pub fn emit_before<E: EventOf<R> + Serialize>(self, event: E) -> Self {
        let event = EmittedEvent::new(E::NAME, encode(&event));
        self.change_last("emit_before", |last| last.events_before.push(event))
    }

    /// Sends an event by name, as [`Server::emit`] does.
    pub fn emit_raw(self, name: &str, data: Value) -> Self {
        let event = EmittedEvent::new(name, data);
        {
            let mut state = self.shared.lock();
            match state.expectations.last() {
                Some(last) => last.events.push(event),
                None => state.events.push(event),
            }
        }
        self
    }

    /// Sends an event to all connections now.
    pub fn emit_now<E: EventOf<R> + Serialize>(&self, event: E) {
        self.shared
            .emit(&EmittedEvent::new(E::NAME, encode(&event)));
    }

    /// Connects a blocking client.
    ///
    /// # Errors
    ///
    /// None, unless [`Server::version`] set that of a different release.
    pub fn connect(&self) -> Result<crate::blocking::Qmp<R>, Error> {
        crate::blocking::Qmp::open(self.transport(), &Options::new())
    }

    /// Connects a client for tokio.
    ///
    /// # Errors
    ///
    /// None, unless [`Server::version`] set that of a different release.
    #[cfg(feature = "tokio")]
    pub async fn connect_tokio(&self) -> Result<crate::tokio::Qmp<R>, Error> {
        crate::tokio::Qmp::open(self.transport(), &Options::new()).await
    }
}

#[cfg(feature = "qga")]
impl<R: crate::AgentRelease> Server<R> {
    /// Creates a guest agent that expects nothing but `guest-info` and the commands that
    /// synchronize.
    pub fn agent() -> Self {
        Self::with_shared(Shared::new(ServerKind::Agent, R::SERIES, R::COMMANDS))
    }

    /// Connects a blocking client to a guest agent.
    ///
    /// # Errors
    ///
    /// None, unless [`Server::version`] set that of a different release.
    pub fn connect_agent(&self) -> Result<crate::blocking::Agent<R>, Error> {
        crate::blocking::Agent::open(self.transport(), &Options::new())
    }

    /// Connects a client for tokio to a guest agent.
    ///
    /// # Errors
    ///
    /// None, unless [`Server::version`] set that of a different release.
    #[cfg(feature = "tokio")]
    pub async fn connect_agent_tokio(&self) -> Result<crate::tokio::Agent<R>, Error> {
        crate::tokio::Agent::open(self.transport(), &Options::new()).await
    }
}

/// Expected commands.
impl<R> Server<R> {
    /// Answers a command with a handler, any number of times.
    pub fn on<C, F>(self, handler: F) -> Self
    where
        C: CommandOf<R> + DeserializeOwned + 'static,
        C::Return: Serialize,
        F: FnMut(C) -> Result<C::Return, ErrorReply> + Send + 'static,
    {
        self.expect(C::NAME, encoded(handler))
    }

    /// Answers a command that may also come out of band.
    pub fn on_oob<C, F>(self, handler: F) -> Self
    where
        C: OobCommandOf<R> + DeserializeOwned + 'static,
        C::Return: Serialize,
        F: FnMut(C) -> Result<C::Return, ErrorReply> + Send + 'static,
    {
        let server = self.expect(C::NAME, encoded(handler));
        server.change_last("on_oob", |last| last.accepts_oob = true)
    }

    /// Answers a command that has no reply when it succeeds.
    pub fn on_silent<C, F>(self, mut handler: F) -> Self
    where
        C: CommandOf<R, Return = NoReply> + DeserializeOwned,
        F: FnMut(C) -> Result<(), ErrorReply> + Send + 'static,
    {
        self.expect(C::NAME, move |command: C| handler(command).map(|()| None))
    }

    /// Answers a command by name: one of a distribution, or one that the release does
    /// not have and that a program tries.
    pub fn on_raw<F>(self, command: &str, mut handler: F) -> Self
    where
        F: FnMut(&Request) -> Result<Value, ErrorReply> + Send + 'static,
    {
        let handler =
            move |request: &Request| handler(request).map(|value| Some(value.to_string()));
        let expectation = Expectation::new(command, handler);
        self.shared.lock().expectations.add(expectation);
        self
    }

    /// Expects the command that was added last this number of times.
    pub fn times(self, count: usize) -> Self {
        self.change_last("times", |last| last.set_count(count, count))
    }

    /// Expects the command that was added last at least this number of times.
    pub fn at_least(self, count: usize) -> Self {
        self.change_last("at_least", |last| last.set_count(count, usize::MAX))
    }

    /// Expects the commands in the order in which they were added.
    pub fn in_order(self) -> Self {
        self.shared.lock().expectations.is_ordered = true;
        self
    }

    /// Sets the version of the greeting, such as 10.0.13.
    pub fn version(self, version: Version) -> Self {
        self.shared.lock().version = version;
        self
    }

    fn with_shared(shared: Shared) -> Self {
        Server {
            shared: Arc::new(shared),
            release: PhantomData,
        }
    }

    fn expect<C: Serialize + DeserializeOwned>(
        self,
        name: &str,
        mut answer: impl FnMut(C) -> Result<Option<String>, ErrorReply> + Send + 'static,
    ) -> Self {
        {
            let mut state = self.shared.lock();
            let series = state.series;
            let handler = move |request: &Request| answer(request.decode(series)?);
            state.expectations.add(Expectation::new(name, handler));
        }
        self
    }

    fn change_last(self, method: &str, change: impl FnOnce(&mut Expectation)) -> Self {
        let is_changed = self.shared.lock().expectations.last().map(change).is_some();
        assert!(
            is_changed,
            "`{method}` needs a command before it, as in `.on(...).{method}(...)`"
        );
        self
    }
}

/// Connections.
impl<R> Server<R> {
    /// Begins a connection, for programs that open the client themselves.
    pub fn transport(&self) -> MockTransport {
        MockTransport::connect(&self.shared)
    }

    /// Serves a client through a reader and a writer, such as both ends of a socket, until
    /// it disconnects.
    ///
    /// ```
    /// # #[cfg(all(unix, feature = "v10_0"))] {
    /// use std::os::unix::net::UnixStream;
    /// use qmp_bindings::blocking::{Qmp, transport::Socket};
    /// use qmp_bindings::{Options, mock::Server, v10_0::Release, v10_0::command::Stop};
    ///
    /// let server = Server::<Release>::new().on(|_: Stop| Ok(Default::default()));
    /// let (client, own) = UnixStream::pair()?;
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| server.serve(&own, &own));
    ///     let mut qmp = Qmp::<Release>::open(Socket::from(client), &Options::new())?;
    ///     qmp.execute(Stop {})
    /// })?;
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Reading failed.
    pub fn serve(&self, reader: impl Read, writer: impl Write + Send) -> io::Result<()> {
        serve(&self.transport(), reader, writer)
    }

    /// Ends all connections, as a QEMU does that quits.
    pub fn disconnect(&self) {
        self.shared.close();
    }
}

/// Results.
impl<R> Server<R> {
    /// Returns the commands that came, in order, without those of the handshake.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.lock().requests.clone()
    }

    /// Returns the arguments of a command each time that it came, without those that do
    /// not have its shape.
    pub fn requests_of<C: CommandOf<R> + DeserializeOwned>(&self) -> Vec<C> {
        let state = self.shared.lock();
        let requests = state.requests.iter().filter(|own| own.command == C::NAME);
        requests
            .filter_map(|own| own.decode(state.series).ok())
            .collect()
    }

    /// Ends the test.
    ///
    /// # Panics
    ///
    /// A command came that was not expected, or an expected one did not come.
    pub fn finish(self) {
        let failure = {
            let mut state = self.shared.lock();
            state.is_finished = true;
            state.failure()
        };
        if let Some(failure) = failure {
            panic!("{failure}");
        }
    }
}

impl<R> Drop for Server<R> {
    fn drop(&mut self) {
        let state = self.shared.lock();
        let failure = state.failure().filter(|_| !state.is_finished);
        drop(state);
        if let Some(failure) = failure
            && !thread::panicking()
        {
            panic!("{failure}");
        }
    }
}

/// Adds the encoding of the return value to a handler.
fn encoded<C, T: Serialize>(
    mut handler: impl FnMut(C) -> Result<T, ErrorReply>,
) -> impl FnMut(C) -> Result<Option<String>, ErrorReply> {
    move |command| {
        let value = handler(command)?;
        let text = serde_json::to_string(&value);
        text.map(Some)
            .map_err(|error| ErrorReply::generic(format!("mock: {error}")))
    }
}

fn encode(event: &impl Serialize) -> Value {
    serde_json::to_value(event).expect("the types of events are encoded as JSON")
}
