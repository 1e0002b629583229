//! A connection without types.

use std::net::ToSocketAddrs;
use std::process::Child;
use std::time::{Duration, Instant};

#[cfg(unix)]
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::driver::Driver;
use super::transport::{self, Transport};
use crate::command::CommandOf;
use crate::error::{Awaited, Error};
use crate::event::{Event, TimedEvent, UnrecognizedEvent};
use crate::fds::Fds;
use crate::protocol::connection::Connection;
use crate::protocol::decode::decode;
use crate::protocol::event_log::Cursor;
use crate::protocol::greeting::Greeting;
use crate::protocol::handshake::Types;
use crate::protocol::options::Options;
use crate::protocol::pending::Deadline;
use crate::protocol::request::Band;

/// A connection to a QEMU of any release, without types.
///
/// Commands are sent by name, and replies decoded as any type. No release feature
/// has to be enabled.
///
/// ```no_run
/// use qmp_bindings::{Options, blocking::RawQmp};
/// use serde_json::{Value, json};
///
/// let mut qmp = RawQmp::connect_unix("monitor.sock", &Options::new())?;
/// let status: Value = qmp.execute("query-status", &json!({}))?;
/// println!("QEMU {}: {}", qmp.greeting().version, status["status"]);
/// # Ok::<(), qmp_bindings::Error>(())
/// ```
#[derive(Debug)]
pub struct RawQmp {
    pub(super) driver: Driver,
    cursor: Cursor,
    timeout: Option<Duration>,
}

impl RawQmp {
    /// Connects to a Unix socket.
    ///
    /// # Errors
    ///
    /// See [`RawQmp::open`].
    #[cfg(unix)]
    pub fn connect_unix(path: impl AsRef<Path>, options: &Options) -> Result<Self, Error> {
        Self::open(transport::connect_unix(path.as_ref())?, options)
    }

    /// Connects to a TCP port.
    ///
    /// # Errors
    ///
    /// See [`RawQmp::open`].
    pub fn connect_tcp(address: impl ToSocketAddrs, options: &Options) -> Result<Self, Error> {
        Self::open(transport::connect_tcp(address)?, options)
    }

    /// Connects through the standard input and output of a child process, both of
    /// which have to be [`Stdio::piped`](std::process::Stdio::piped).
    ///
    /// # Errors
    ///
    /// See [`RawQmp::open`].
    pub fn connect_child(child: &mut Child, options: &Options) -> Result<Self, Error> {
        Self::open(transport::connect_child(child)?, options)
    }

    /// Connects through any transport: reads the greeting and negotiates.
    ///
    /// # Errors
    ///
    /// The server is not a QMP monitor, or does not answer in time.
    pub fn open(transport: impl Transport + 'static, options: &Options) -> Result<Self, Error> {
        Self::open_typed(Box::new(transport), None, options)
    }

    /// Connects, and chooses from `types` those for the server.
    pub(super) fn open_typed(
        transport: Box<dyn Transport>,
        types: Types,
        options: &Options,
    ) -> Result<Self, Error> {
        let connection = Connection::monitor(types, options, Instant::now());
        Ok(RawQmp {
            driver: Driver::open(transport, connection)?,
            cursor: Cursor::default(),
            timeout: options.timeout,
        })
    }

    /// Sends a command and waits for its return value. The arguments have to be an
    /// object.
    ///
    /// # Errors
    ///
    /// Any [`Error`]. [`Error::Command`] is the error that the server returned.
    pub fn execute<T: DeserializeOwned>(
        &mut self,
        name: &str,
        arguments: &(impl Serialize + ?Sized),
    ) -> Result<T, Error> {
        let (owned, deadline) = (name.to_owned().into(), self.deadline());
        let range = self
            .driver
            .call(Band::In, owned, arguments, Fds::new(), deadline)?;
        decode(name, self.driver.payload(range))
    }

    /// Waits for the next event; `None` if none comes in time.
    ///
    /// # Errors
    ///
    /// See [`Qmp::next_event`](super::Qmp::next_event).
    pub fn next_event(
        &mut self,
        timeout: impl Into<Option<Duration>>,
    ) -> Result<Option<TimedEvent<UnrecognizedEvent>>, Error> {
        self.next_event_as(timeout.into())
    }

    /// Returns the greeting: the version and the capabilities of the server.
    pub fn greeting(&self) -> &Greeting {
        self.driver.connection.greeting()
    }

    /// Limits the time for each command from now on.
    pub fn set_timeout(&mut self, timeout: impl Into<Option<Duration>>) {
        self.timeout = timeout.into();
    }
}

/// Typed commands and events, for [`Qmp`](super::Qmp).
impl RawQmp {
    /// Returns the end of the time limit for a command that starts now.
    pub(super) fn deadline(&self) -> Deadline {
        Deadline::after(self.timeout, Instant::now())
    }

    pub(super) fn execute_as<R, C: CommandOf<R>>(
        &mut self,
        band: Band,
        command: &C,
        fds: Fds,
        deadline: Deadline,
    ) -> Result<C::Return, Error> {
        let range = self
            .driver
            .call(band, C::NAME.into(), command, fds, deadline)?;
        decode(C::NAME, self.driver.payload(range))
    }

    pub(super) fn next_event_as<E: Event>(
        &mut self,
        timeout: Option<Duration>,
    ) -> Result<Option<TimedEvent<E>>, Error> {
        let until = Deadline::after(timeout, Instant::now()).at;
        let read = self.driver.next_event(&mut self.cursor, until)?;
        self.driver.connection.events.forget(self.cursor);
        read.map(|read| read.decode()).transpose()
    }

    pub(super) fn execute_and_wait_as<R, C: CommandOf<R>, E: Event, T>(
        &mut self,
        deadline: Deadline,
        command: &C,
        mut find: impl FnMut(&E) -> Option<T>,
    ) -> Result<(C::Return, T), Error> {
        let mut cursor = self.driver.connection.events.end();
        let returned = self.execute_as(Band::In, command, Fds::new(), deadline)?;
        loop {
            let read = self.driver.next_event(&mut cursor, deadline.at)?;
            let read = read.ok_or_else(|| deadline.error(Awaited::Event(C::NAME.to_owned())))?;
            match read.decode::<E>() {
                Ok(timed) => {
                    if let Some(found) = find(&timed.event) {
                        return Ok((returned, found));
                    }
                }
                // Readers of the events get this error; here it is not the event
                // that is awaited.
                Err(Error::Decode(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
}
