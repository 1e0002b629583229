//! A connection with the types of a release.

use std::marker::PhantomData;
use std::net::ToSocketAddrs;
use std::process::Child;
use std::time::{Duration, Instant};

#[cfg(all(unix, feature = "fd-passing"))]
use std::os::fd::BorrowedFd;
#[cfg(unix)]
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::events::Events;
use super::raw::RawQmp;
use super::transport::{self, Transport};
use crate::error::Error;
use crate::event::TimedEvent;
use crate::fds::Fds;
use crate::protocol::greeting::Greeting;
use crate::protocol::options::Options;
use crate::protocol::pending::Deadline;
use crate::protocol::request::Band;
use crate::{CommandOf, OobCommandOf, Release};

/// A connection to a QEMU of release `R`.
///
/// One command is in flight at a time.
///
/// ```no_run
/// # #[cfg(feature = "v10_0")] {
/// use qmp_bindings::blocking::Qmp;
/// use qmp_bindings::v10_0::{Release, command::QueryStatus};
///
/// let mut qmp = Qmp::<Release>::connect_unix("monitor.sock")?;
/// println!("{}", qmp.execute(QueryStatus {})?.status);
/// # }
/// # Ok::<(), qmp_bindings::Error>(())
/// ```
#[derive(Debug)]
pub struct Qmp<R> {
    raw: RawQmp,
    release: PhantomData<fn() -> R>,
}

/// Connecting.
impl<R: Release> Qmp<R> {
    /// Connects to a Unix socket, with the default options.
    ///
    /// # Errors
    ///
    /// See [`Qmp::open`].
    #[cfg(unix)]
    pub fn connect_unix(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open(transport::connect_unix(path.as_ref())?, &Options::new())
    }

    /// Connects to a TCP port, with the default options.
    ///
    /// # Errors
    ///
    /// See [`Qmp::open`].
    pub fn connect_tcp(address: impl ToSocketAddrs) -> Result<Self, Error> {
        Self::open(transport::connect_tcp(address)?, &Options::new())
    }

    /// Connects to a child process that was started with `-qmp stdio`, with the
    /// default options. Its standard input and output have to be
    /// [`Stdio::piped`](std::process::Stdio::piped).
    ///
    /// # Errors
    ///
    /// See [`Qmp::open`].
    pub fn connect_child(child: &mut Child) -> Result<Self, Error> {
        Self::open(transport::connect_child(child)?, &Options::new())
    }

    /// Connects through any transport: reads the greeting, checks the release and
    /// negotiates.
    ///
    /// ```no_run
    /// # #[cfg(all(unix, feature = "v10_0"))] {
    /// use std::os::unix::net::UnixStream;
    /// use qmp_bindings::blocking::{Qmp, transport::Socket};
    /// use qmp_bindings::{Options, v10_0};
    ///
    /// let socket = Socket::from(UnixStream::connect("monitor.sock")?);
    /// let qmp = Qmp::<v10_0::Release>::open(socket, &Options::new().oob(true))?;
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::WrongRelease`] if the server belongs to a release that `options` do
    /// not allow; any other [`Error`] if it is not a QMP monitor, or does not answer
    /// in time.
    pub fn open(transport: impl Transport + 'static, options: &Options) -> Result<Self, Error> {
        RawQmp::open_typed(Box::new(transport), Some(&[R::SERIES]), options).map(Self::from_raw)
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
    pub fn execute<C: CommandOf<R>>(&mut self, command: C) -> Result<C::Return, Error> {
        self.run(Band::In, &command, Fds::new())
    }

    /// Sends a command and waits for its return value for a limited time.
    ///
    /// # Errors
    ///
    /// [`Error::Timeout`] if the time is over. The server may still run the command;
    /// its late reply is dropped.
    pub fn execute_within<C: CommandOf<R>>(
        &mut self,
        timeout: Duration,
        command: C,
    ) -> Result<C::Return, Error> {
        let deadline = Deadline::after(Some(timeout), Instant::now());
        self.raw
            .execute_as(Band::In, &command, Fds::new(), deadline)
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
    pub fn execute_oob<C: OobCommandOf<R>>(&mut self, command: C) -> Result<C::Return, Error> {
        self.run(Band::Out, &command, Fds::new())
    }

    /// Sends a command together with file descriptors, as `getfd` and `add-fd`
    /// require. The server gets duplicates.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] unless the connection is a Unix socket; see also
    /// [`Qmp::execute`].
    #[cfg(all(unix, feature = "fd-passing"))]
    pub fn execute_with_fds<C: CommandOf<R>>(
        &mut self,
        command: C,
        fds: &[BorrowedFd<'_>],
    ) -> Result<C::Return, Error> {
        self.run(Band::In, &command, crate::fds::duplicate(fds)?)
    }

    /// Sends a command by name and waits for its return value as JSON. The arguments
    /// have to be an object.
    ///
    /// ```no_run
    /// # #[cfg(feature = "v10_0")]
    /// # fn example(qmp: &mut qmp_bindings::blocking::Qmp<qmp_bindings::v10_0::Release>)
    /// # -> Result<(), qmp_bindings::Error> {
    /// use serde_json::json;
    ///
    /// let info = qmp.execute_raw("human-monitor-command", &json!({"command-line": "info mtree"}))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Qmp::execute`].
    pub fn execute_raw(
        &mut self,
        name: &str,
        arguments: &(impl Serialize + ?Sized),
    ) -> Result<Value, Error> {
        self.raw.execute(name, arguments)
    }

    fn run<C: CommandOf<R>>(
        &mut self,
        band: Band,
        command: &C,
        fds: Fds,
    ) -> Result<C::Return, Error> {
        let deadline = self.raw.deadline();
        self.raw.execute_as(band, command, fds, deadline)
    }
}

/// Events.
impl<R: Release> Qmp<R> {
    /// Waits for the next event; `None` if none comes in time.
    ///
    /// Events are kept in order from the start of the connection, up to
    /// [`Options::event_limit`].
    ///
    /// # Errors
    ///
    /// [`Error::EventsMissed`] if events were dropped, [`Error::Decode`] if the data
    /// of an event does not have the shape of its type. The next call continues with
    /// the event after these.
    pub fn next_event(
        &mut self,
        timeout: impl Into<Option<Duration>>,
    ) -> Result<Option<TimedEvent<R::Event>>, Error> {
        self.raw.next_event_as(timeout.into())
    }

    /// Iterates over the events. The iterator ends when no event comes within the
    /// timeout, or after an error that ends the connection.
    pub fn events(&mut self, timeout: impl Into<Option<Duration>>) -> Events<'_, R> {
        Events::new(self, timeout.into())
    }

    /// Sends a command, and waits for its return value and for an event that `find`
    /// accepts.
    ///
    /// Events that arrive before the reply count, too. All events remain available
    /// to [`Qmp::next_event`].
    ///
    /// ```no_run
    /// # #[cfg(feature = "v10_0")]
    /// # fn example(qmp: &mut qmp_bindings::blocking::Qmp<qmp_bindings::v10_0::Release>)
    /// # -> Result<(), qmp_bindings::Error> {
    /// use std::time::Duration;
    /// use qmp_bindings::v10_0::{Event, command::DeviceDel};
    ///
    /// let timeout = Duration::from_secs(1);
    /// qmp.execute_and_wait(timeout, DeviceDel::new("disk0"), |event| match event {
    ///     Event::DeviceDeleted(deleted) if deleted.device.as_deref() == Some("disk0") => Some(()),
    ///     _ => None,
    /// })?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Qmp::execute`]; [`Error::Timeout`] if the reply and the event take
    /// longer than the timeout together; [`Error::EventsMissed`] if the event may
    /// have been dropped.
    pub fn execute_and_wait<C: CommandOf<R>, T>(
        &mut self,
        timeout: impl Into<Option<Duration>>,
        command: C,
        find: impl FnMut(&R::Event) -> Option<T>,
    ) -> Result<(C::Return, T), Error> {
        let deadline = Deadline::after(timeout.into(), Instant::now());
        self.raw.execute_and_wait_as(deadline, &command, find)
    }
}

/// The connection.
impl<R> Qmp<R> {
    /// Returns the greeting: the version and the capabilities of the server.
    pub fn greeting(&self) -> &Greeting {
        self.raw.greeting()
    }

    /// Limits the time for each command from now on.
    pub fn set_timeout(&mut self, timeout: impl Into<Option<Duration>>) {
        self.raw.set_timeout(timeout);
    }
}
