//! A connection without types.

use std::sync::Arc;
use std::time::Duration;

#[cfg(unix)]
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::ToSocketAddrs;

use super::events::Events;
use super::link::{Link, before, now};
use super::transport::{self, Transport};
use crate::command::CommandOf;
use crate::error::{Awaited, Error};
use crate::event::{Event, UnrecognizedEvent};
use crate::fds::Fds;
use crate::protocol::connection::{Connection, Request};
use crate::protocol::decode::decode;
use crate::protocol::event_log::Cursor;
use crate::protocol::greeting::Greeting;
use crate::protocol::handshake::Types;
use crate::protocol::options::Options;
use crate::protocol::pending::Deadline;
use crate::protocol::request::Band;

/// A handle to a connection to a QEMU of any release, without types.
///
/// Commands are sent by name, and replies decoded as any type. No release feature
/// has to be enabled. Clones share the connection.
#[derive(Debug, Clone)]
pub struct RawQmp {
    pub(super) link: Arc<Link>,
    timeout: Option<Duration>,
}

impl RawQmp {
    /// Connects to a Unix socket.
    ///
    /// # Errors
    ///
    /// See [`RawQmp::open`].
    #[cfg(unix)]
    pub async fn connect_unix(path: impl AsRef<Path>, options: &Options) -> Result<Self, Error> {
        Self::open(transport::connect_unix(path.as_ref()).await?, options).await
    }

    /// Connects to a TCP port.
    ///
    /// # Errors
    ///
    /// See [`RawQmp::open`].
    pub async fn connect_tcp(
        address: impl ToSocketAddrs,
        options: &Options,
    ) -> Result<Self, Error> {
        Self::open(transport::connect_tcp(address).await?, options).await
    }

    /// Connects through any transport: reads the greeting and negotiates.
    ///
    /// # Errors
    ///
    /// The server is not a QMP monitor, or does not answer in time.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    pub async fn open(transport: impl Into<Transport>, options: &Options) -> Result<Self, Error> {
        Self::open_typed(transport.into(), None, options).await
    }

    /// Connects, and chooses from `types` those for the server.
    pub(super) async fn open_typed(
        transport: Transport,
        types: Types,
        options: &Options,
    ) -> Result<Self, Error> {
        let connection = Connection::monitor(types, options, now());
        Ok(RawQmp {
            link: Arc::new(Link::open(transport, connection).await?),
            timeout: options.timeout,
        })
    }

    /// Sends a command and waits for its return value. The arguments have to be an
    /// object.
    ///
    /// # Errors
    ///
    /// Any [`Error`]. [`Error::Command`] is the error that the server returned.
    pub async fn execute<T: DeserializeOwned>(
        &self,
        name: &str,
        arguments: &(impl Serialize + ?Sized),
    ) -> Result<T, Error> {
        let request = Request {
            band: Band::In,
            name: name.to_owned().into(),
            arguments,
            fds: Fds::new(),
            deadline: self.deadline(),
        };
        decode(name, &self.link.call(request).await?)
    }

    /// Returns the events from now on.
    pub fn events(&self) -> Events<UnrecognizedEvent> {
        self.events_as()
    }

    /// Returns the greeting: the version and the capabilities of the server.
    pub fn greeting(&self) -> &Greeting {
        &self.link.greeting
    }

    /// Returns a handle to the same connection with a different time limit for each
    /// command.
    #[must_use]
    pub fn with_timeout(&self, timeout: impl Into<Option<Duration>>) -> Self {
        RawQmp {
            link: Arc::clone(&self.link),
            timeout: timeout.into(),
        }
    }
}

/// Typed commands and events, for [`Qmp`](super::Qmp).
impl RawQmp {
    /// Returns the end of the time limit for a command that starts now.
    pub(super) fn deadline(&self) -> Deadline {
        Deadline::after(self.timeout, now())
    }

    pub(super) async fn execute_as<R, C: CommandOf<R>>(
        &self,
        band: Band,
        command: &C,
        fds: Fds,
        deadline: Deadline,
    ) -> Result<C::Return, Error> {
        let request = Request {
            band,
            name: C::NAME.into(),
            arguments: command,
            fds,
            deadline,
        };
        decode(C::NAME, &self.link.call(request).await?)
    }

    pub(super) async fn execute_and_wait_as<R, C: CommandOf<R>, E: Event, T>(
        &self,
        deadline: Deadline,
        command: &C,
        find: impl FnMut(&E) -> Option<T>,
    ) -> Result<(C::Return, T), Error> {
        let mut events = self.events_as();
        let returned = self.execute_as(Band::In, command, Fds::new(), deadline);
        let returned = returned.await?;
        let awaited = || Awaited::Event(C::NAME.to_owned());
        let found = before(deadline, awaited, events.find(find)).await??;
        Ok((returned, found))
    }

    pub(super) fn events_as<E>(&self) -> Events<E> {
        let end = self.link.shared.lock().connection.events.end();
        Events::new(Arc::clone(&self.link), end)
    }

    pub(super) fn events_so_far_as<E>(&self) -> Events<E> {
        Events::new(Arc::clone(&self.link), Cursor::default())
    }
}
