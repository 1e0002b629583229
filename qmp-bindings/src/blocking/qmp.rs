//! The connection to a monitor.

use std::marker::PhantomData;
use std::time::{Duration, Instant};

#[cfg(all(unix, feature = "fd-passing"))]
use std::os::fd::BorrowedFd;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::driver::Driver;
use super::events::Events;
use super::transport::{Transport, connect_methods};
use crate::command::{CommandOf, OobCommandOf};
use crate::error::{Awaited, Error};
use crate::event::TimedEvent;
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

/// A connection to a QEMU of release `R`; of any release, without types, if `R` is
/// [`Untyped`].
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
    pub(super) driver: Driver,
    cursor: Cursor,
    timeout: Option<Duration>,
    release: PhantomData<fn() -> R>,
}

/// Connecting.
impl<R: Release> Qmp<R> {
    connect_methods!();

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
        Qmp::open_typed(transport, R::TYPES, options).map(Qmp::with_release)
    }
}

impl Qmp<Untyped> {
    /// Connects, and chooses from `types` those for the server.
    pub(super) fn open_typed(
        transport: impl Transport + 'static,
        types: Types,
        options: &Options,
    ) -> Result<Self, Error> {
        let connection = Connection::monitor(types, options, Instant::now());
        Ok(Qmp {
            driver: Driver::open(Box::new(transport), connection)?,
            cursor: Cursor::default(),
            timeout: options.timeout,
            release: PhantomData,
        })
    }

    /// Returns the series whose types fit the server.
    pub(super) fn series(&self) -> Option<Series> {
        self.driver.connection.series()
    }

    pub(super) fn with_release<R>(self) -> Qmp<R> {
        Qmp {
            driver: self.driver,
            cursor: self.cursor,
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
    pub fn execute<C: CommandOf<R>>(&mut self, command: C) -> Result<C::Return, Error> {
        self.run(self.request(&command))
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
        self.run(Request::new(C::NAME, &command, deadline))
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
        self.run(self.request(&command).out_of_band())
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
        let fds = crate::fds::duplicate(fds)?;
        self.run(self.request(&command).with_fds(fds))
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
        self.execute_as(name, arguments)
    }

    /// Sends a command by name and decodes its return value as `T`.
    ///
    /// # Errors
    ///
    /// See [`Qmp::execute`].
    pub fn execute_as<T: DeserializeOwned>(
        &mut self,
        name: &str,
        arguments: &(impl Serialize + ?Sized),
    ) -> Result<T, Error> {
        let request = Request::new(name.to_owned(), arguments, self.deadline());
        let range = self.driver.call(request)?;
        decode(name, self.driver.payload(range))
    }

    fn request<'c, C: CommandOf<R>>(&self, command: &'c C) -> Request<'c, C> {
        Request::new(C::NAME, command, self.deadline())
    }

    fn run<C: CommandOf<R>>(&mut self, request: Request<'_, C>) -> Result<C::Return, Error> {
        let range = self.driver.call(request)?;
        decode(C::NAME, self.driver.payload(range))
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
        let until = Deadline::after(timeout.into(), Instant::now()).at;
        let read = self.driver.next_event(&mut self.cursor, until)?;
        self.driver.connection.events.forget(self.cursor);
        read.map(|read| read.decode()).transpose()
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
        mut find: impl FnMut(&R::Event) -> Option<T>,
    ) -> Result<(C::Return, T), Error> {
        let deadline = Deadline::after(timeout.into(), Instant::now());
        let mut cursor = self.driver.connection.events.end();
        let returned = self.run(Request::new(C::NAME, &command, deadline))?;
        loop {
            let read = self.driver.next_event(&mut cursor, deadline.at)?;
            let read = read.ok_or_else(|| deadline.error(Awaited::Event(C::NAME.to_owned())))?;
            match read.decode::<R::Event>() {
                Ok(timed) => {
                    if let Some(found) = find(&timed.event) {
                        return Ok((returned, found));
                    }
                }
                // `next_event` returns this error when it reads the event.
                Err(Error::Decode(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// The connection.
impl<R> Qmp<R> {
    /// Returns the greeting: the version and the capabilities of the server.
    pub fn greeting(&self) -> &Greeting {
        self.driver.connection.greeting()
    }

    /// Limits the time for each command from now on.
    pub fn set_timeout(&mut self, timeout: impl Into<Option<Duration>>) {
        self.timeout = timeout.into();
    }

    fn deadline(&self) -> Deadline {
        Deadline::after(self.timeout, Instant::now())
    }
}
