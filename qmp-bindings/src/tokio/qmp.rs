//! A connection with the types of a release.

use std::marker::PhantomData;
use std::time::Duration;

#[cfg(all(unix, feature = "fd-passing"))]
use std::os::fd::BorrowedFd;
#[cfg(unix)]
use std::path::Path;

use serde::Serialize;
use serde_json::Value;
use tokio::net::ToSocketAddrs;

use super::events::Events;
use super::link::now;
use super::raw::RawQmp;
use super::transport::{self, Transport};
use crate::error::Error;
use crate::fds::Fds;
use crate::protocol::greeting::Greeting;
use crate::protocol::options::Options;
use crate::protocol::pending::Deadline;
use crate::protocol::request::Band;
use crate::{CommandOf, OobCommandOf, Release};

/// A handle to a connection to a QEMU of release `R`.
///
/// Clones share the connection, and any number of commands may be in flight, up to
/// [`Options::in_flight_limit`].
#[derive(Debug)]
pub struct Qmp<R> {
    raw: RawQmp,
    release: PhantomData<fn() -> R>,
}

impl<R> Clone for Qmp<R> {
    fn clone(&self) -> Self {
        Qmp {
            raw: self.raw.clone(),
            release: PhantomData,
        }
    }
}

/// Connecting.
impl<R: Release> Qmp<R> {
    /// Connects to a Unix socket, with the default options.
    ///
    /// # Errors
    ///
    /// See [`Qmp::open`].
    #[cfg(unix)]
    pub async fn connect_unix(path: impl AsRef<Path>) -> Result<Self, Error> {
        let transport = transport::connect_unix(path.as_ref()).await?;
        Self::open(transport, &Options::new()).await
    }

    /// Connects to a TCP port, with the default options.
    ///
    /// # Errors
    ///
    /// See [`Qmp::open`].
    pub async fn connect_tcp(address: impl ToSocketAddrs) -> Result<Self, Error> {
        let transport = transport::connect_tcp(address).await?;
        Self::open(transport, &Options::new()).await
    }

    /// Connects through any transport: reads the greeting, checks the release and
    /// negotiates.
    ///
    /// ```no_run
    /// # #[cfg(feature = "v10_0")]
    /// # async fn example(mut child: tokio::process::Child) -> Result<(), qmp_bindings::Error> {
    /// use qmp_bindings::tokio::{Qmp, Transport};
    /// use qmp_bindings::{Options, v10_0::Release};
    ///
    /// // A child process that was started with `-qmp stdio`.
    /// let (output, input) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
    /// let qmp = Qmp::<Release>::open(Transport::new(output, input), &Options::new()).await?;
    /// # Ok(()) }
    /// ```
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
        RawQmp::open_typed(transport.into(), Some(&[R::SERIES]), options)
            .await
            .map(Self::from_raw)
    }

    pub(super) fn from_raw(raw: RawQmp) -> Self {
        Qmp {
            raw,
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
        self.run(Band::In, command, Fds::new()).await
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
        self.raw
            .execute_as(Band::In, &command, Fds::new(), deadline)
            .await
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
        self.run(Band::Out, command, Fds::new()).await
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
        self.run(Band::In, command, fds).await
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
        self.raw.execute(name, arguments).await
    }

    async fn run<C: CommandOf<R>>(
        &self,
        band: Band,
        command: C,
        fds: Fds,
    ) -> Result<C::Return, Error> {
        let deadline = self.raw.deadline();
        self.raw.execute_as(band, &command, fds, deadline).await
    }
}

/// Events.
impl<R: Release> Qmp<R> {
    /// Returns the events from now on.
    pub fn events(&self) -> Events<R::Event> {
        self.raw.events_as()
    }

    /// Returns the events from the start of the connection, up to
    /// [`Options::event_limit`].
    pub fn events_so_far(&self) -> Events<R::Event> {
        self.raw.events_so_far_as()
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
        self.raw.execute_and_wait_as(deadline, &command, find).await
    }
}

/// The connection.
impl<R> Qmp<R> {
    /// Returns the greeting: the version and the capabilities of the server.
    pub fn greeting(&self) -> &Greeting {
        self.raw.greeting()
    }

    /// Returns a handle to the same connection with a different time limit for each
    /// command.
    #[must_use]
    pub fn with_timeout(&self, timeout: impl Into<Option<Duration>>) -> Self {
        Qmp {
            raw: self.raw.with_timeout(timeout),
            release: PhantomData,
        }
    }
}
