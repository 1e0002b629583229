//! The connection to a monitor.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::clock::{before, now};
use super::events::Events;
use super::link::Link;
use super::transport::{Transport, connect_methods};
use crate::client_macros::qmp_methods;
use crate::command::{CommandOf, OobCommandOf};
use crate::error::{Awaited, Error};
use crate::protocol::connection::{Connection, Types};
use crate::protocol::decode::decode;
use crate::protocol::event_log::Cursor;
use crate::protocol::greeting::{Greeting, choose_types};
use crate::protocol::options::{Options, Releases};
use crate::protocol::pending::Deadline;
use crate::protocol::request::Request;
use crate::release::{Release, Untyped};

/// A handle to a connection to a QEMU of release `R`; of any release, without types,
/// if `R` is [`Untyped`].
///
/// Clones share the connection, and any number of commands may be in flight, up to
/// [`Options::in_flight_limit`].
#[derive(Debug)]
pub struct Qmp<R> {
    pub(super) link: Arc<Link>,
    timeout: Option<Duration>,
    release: PhantomData<fn() -> R>,
}

impl<R> Clone for Qmp<R> {
    fn clone(&self) -> Self {
        self.with_timeout(self.timeout)
    }
}

impl<R: Release> Qmp<R> {
    connect_methods!();

    /// Connects through any transport: reads the greeting, checks the release and
    /// negotiates.
    ///
    /// Pass a `UnixStream`, a `TcpStream`, or a [`Transport`] of any reader and writer,
    /// such as the standard output and input of a child process.
    ///
    /// # Errors
    ///
    /// [`Error::WrongRelease`] if the server belongs to a release that `options` do
    /// not allow; any other [`Error`] if it is not a QMP monitor, or does not answer
    /// in time.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    pub async fn open(transport: impl Into<Transport>, options: &Options) -> Result<Self, Error> {
        Qmp::open_typed(transport, R::TYPES, options)
            .await
            .map(Qmp::with_release)
    }
}

qmp_methods!([async] [.await] [] [impl Into<Transport>]);

impl<R: Release> Qmp<R> {
    /// Returns the events from now on.
    pub fn events(&self) -> Events<R> {
        Events::new(Arc::clone(&self.link), self.link.end_of_events())
    }

    /// Returns the events from the start of the connection, up to
    /// [`Options::event_limit`].
    pub fn events_so_far(&self) -> Events<R> {
        Events::new(Arc::clone(&self.link), Cursor::default())
    }

    async fn find_event<T>(
        &self,
        start: Cursor,
        command: &str,
        deadline: Deadline,
        find: impl FnMut(&R::Event) -> Option<T>,
    ) -> Result<T, Error> {
        let mut events = Events::<R>::new(Arc::clone(&self.link), start);
        let awaited = || Awaited::Event(command.to_owned());
        before(deadline, awaited, events.find(find)).await?
    }
}

impl<R> Qmp<R> {
    /// Returns a handle to the same connection with a different time limit for each
    /// command.
    #[must_use]
    pub fn with_timeout(&self, timeout: impl Into<Option<Duration>>) -> Self {
        Qmp {
            link: Arc::clone(&self.link),
            timeout: timeout.into(),
            release: PhantomData,
        }
    }
}
