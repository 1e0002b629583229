//! The connection to a monitor.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

#[cfg(all(unix, feature = "fd-passing"))]
use std::os::fd::BorrowedFd;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::clock::{before, now};
use super::events::Events;
use super::link::Link;
use super::transport::{Transport, connect_methods};
use crate::command::{CommandOf, OobCommandOf};
use crate::error::{Awaited, Error};
use crate::protocol::connection::Connection;
use crate::protocol::decode::decode;
use crate::protocol::event_log::Cursor;
use crate::protocol::greeting::Greeting;
use crate::protocol::handshake::Types;
use crate::protocol::options::Options;
use crate::protocol::pending::Deadline;
use crate::protocol::request::Request;
use crate::release::{Release, Untyped};
use crate::version::Series;

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

/// Connecting.
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

impl Qmp<Untyped> {
    /// Connects, and chooses from `types` those for the server.
    pub(super) async fn open_typed(
        transport: impl Into<Transport>,
        types: Types,
        options: &Options,
    ) -> Result<Self, Error> {
        let connection = Connection::monitor(types, options, now());
        Ok(Qmp {
            link: Arc::new(Link::open(transport.into(), connection).await?),
            timeout: options.timeout,
            release: PhantomData,
        })
    }

    /// Returns the series whose types fit the server.
    pub(super) fn series(&self) -> Option<Series> {
        self.link.shared.lock().connection.series()
    }

    pub(super) fn with_release<R>(self) -> Qmp<R> {
        Qmp {
            link: self.link,
            timeout: self.timeout,
            release: PhantomData,
        }
    }
}

/// Commands.
impl<R: Release> Qmp<R> {
    /// Sends a command and waits for its return value.
    ///
    /// # Errors
    ///
    /// Any [`Error`]. [`Error::Command`] is the error that the server returned.
    pub async fn execute<C: CommandOf<R>>(&self, command: C) -> Result<C::Return, Error> {
        self.run(self.request(&command)).await
    }

    /// Sends a command and waits for its return value for a limited time.
    ///
    /// # Errors
    ///
    /// [`Error::Timeout`] if the time is over. The server may still run the command;
    /// its late reply is dropped.
    pub async fn execute_within<C: CommandOf<R>>(
        &self,
        timeout: Duration,
        command: C,
    ) -> Result<C::Return, Error> {
        let deadline = Deadline::after(Some(timeout), now());
        self.run(Request::new(C::NAME, &command, deadline)).await
    }

    /// Sends a command out of band: the server runs it at once, before the commands
    /// that are queued.
    ///
    /// A command that does not allow this does not compile.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] unless the connection was opened with
    /// [`Options::oob`]; see also [`Qmp::execute`].
    pub async fn execute_oob<C: OobCommandOf<R>>(&self, command: C) -> Result<C::Return, Error> {
        self.run(self.request(&command).out_of_band()).await
    }

    /// Sends a command together with file descriptors, as `getfd` and `add-fd`
    /// require. The server gets duplicates.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] unless the connection is a Unix socket; see also
    /// [`Qmp::execute`].
    #[cfg(all(unix, feature = "fd-passing"))]
    pub async fn execute_with_fds<C: CommandOf<R>>(
        &self,
        command: C,
        fds: &[BorrowedFd<'_>],
    ) -> Result<C::Return, Error> {
        let fds = crate::fds::duplicate(fds)?;
        self.run(self.request(&command).with_fds(fds)).await
    }

    /// Sends a command by name and waits for its return value as JSON. The arguments
    /// have to be an object.
    ///
    /// # Errors
    ///
    /// See [`Qmp::execute`].
    pub async fn execute_raw(
        &self,
        name: &str,
        arguments: &(impl Serialize + ?Sized),
    ) -> Result<Value, Error> {
        self.execute_as(name, arguments).await
    }

    /// Sends a command by name and decodes its return value as `T`.
    ///
    /// # Errors
    ///
    /// See [`Qmp::execute`].
    pub async fn execute_as<T: DeserializeOwned>(
        &self,
        name: &str,
        arguments: &(impl Serialize + ?Sized),
    ) -> Result<T, Error> {
        let request = Request::new(name.to_owned(), arguments, self.deadline());
        decode(name, &self.link.call(request).await?)
    }

    fn request<'c, C: CommandOf<R>>(&self, command: &'c C) -> Request<'c, C> {
        Request::new(C::NAME, command, self.deadline())
    }

    async fn run<C: CommandOf<R>>(&self, request: Request<'_, C>) -> Result<C::Return, Error> {
        decode(C::NAME, &self.link.call(request).await?)
    }
}

/// Events.
impl<R: Release> Qmp<R> {
    /// Returns the events from now on.
    pub fn events(&self) -> Events<R> {
        let end = self.link.shared.lock().connection.events.end();
        Events::new(Arc::clone(&self.link), end)
    }

    /// Returns the events from the start of the connection, up to
    /// [`Options::event_limit`].
    pub fn events_so_far(&self) -> Events<R> {
        Events::new(Arc::clone(&self.link), Cursor::default())
    }

    /// Sends a command, and waits for its return value and for an event that `find`
    /// accepts. Events that arrive before the reply count, too.
    ///
    /// ```no_run
    /// # #[cfg(feature = "v10_0")]
    /// # async fn example(qmp: &qmp_bindings::tokio::Qmp<qmp_bindings::v10_0::Release>)
    /// # -> Result<(), qmp_bindings::Error> {
    /// use std::time::Duration;
    /// use qmp_bindings::v10_0::{Event, command::DeviceDel};
    ///
    /// let timeout = Duration::from_secs(1);
    /// qmp.execute_and_wait(timeout, DeviceDel::new("disk0"), |event| match event {
    ///     Event::DeviceDeleted(deleted) if deleted.device.as_deref() == Some("disk0") => Some(()),
    ///     _ => None,
    /// }).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Qmp::execute`]; [`Error::Timeout`] if the reply and the event take
    /// longer than the timeout together; [`Error::EventsMissed`] if the event may
    /// have been dropped.
    pub async fn execute_and_wait<C: CommandOf<R>, T>(
        &self,
        timeout: impl Into<Option<Duration>>,
        command: C,
        find: impl FnMut(&R::Event) -> Option<T>,
    ) -> Result<(C::Return, T), Error> {
        let deadline = Deadline::after(timeout.into(), now());
        let mut events = self.events();
        let returned = self.run(Request::new(C::NAME, &command, deadline)).await?;
        let awaited = || Awaited::Event(C::NAME.to_owned());
        let found = before(deadline, awaited, events.find(find)).await??;
        Ok((returned, found))
    }
}

/// The connection.
impl<R> Qmp<R> {
    /// Returns the greeting: the version and the capabilities of the server.
    pub fn greeting(&self) -> &Greeting {
        &self.link.greeting
    }

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

    fn deadline(&self) -> Deadline {
        Deadline::after(self.timeout, now())
    }
}
