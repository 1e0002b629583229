//! The connection to a monitor.

use std::marker::PhantomData;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::events::Events;
use super::link::{Link, now};
use super::transport::{Transport, connect_methods};
use crate::client_macros::qmp_methods;
use crate::command::{CommandOf, OobCommandOf};
use crate::error::{Awaited, Error};
use crate::event::TimedEvent;
use crate::protocol::connection::{Connection, Types};
use crate::protocol::decode::decode;
use crate::protocol::event_log::Cursor;
use crate::protocol::greeting::{Greeting, choose_types};
use crate::protocol::options::{Options, Releases};
use crate::protocol::pending::Deadline;
use crate::protocol::request::Request;
use crate::release::{Release, Untyped};

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
    pub(super) link: Link,
    timeout: Option<Duration>,
    release: PhantomData<fn() -> R>,
}

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

qmp_methods!([] [] [mut] [impl Transport + 'static]);

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
        let until = Deadline::after(timeout.into(), now()).at;
        let read = self.link.next_unread(until)?;
        read.map(|read| read.decode()).transpose()
    }

    /// Iterates over the events. The iterator ends when no event comes within the
    /// timeout, or after an error that ends the connection.
    pub fn events(&mut self, timeout: impl Into<Option<Duration>>) -> Events<'_, R> {
        Events::new(self, timeout.into())
    }

    /// Waits for an event after `cursor` that `find` accepts.
    fn find_event<T>(
        &mut self,
        mut cursor: Cursor,
        command: &str,
        deadline: Deadline,
        mut find: impl FnMut(&R::Event) -> Option<T>,
    ) -> Result<T, Error> {
        loop {
            let read = self.link.next_event(&mut cursor, deadline.at)?;
            let read = read.ok_or_else(|| deadline.error(Awaited::Event(command.to_owned())))?;
            match read.decode::<R::Event>() {
                Ok(timed) => {
                    if let Some(found) = find(&timed.event) {
                        return Ok(found);
                    }
                }
                // `next_event` returns this error when it reads the event.
                Err(Error::Decode(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Limits the time for each command from now on.
    pub fn set_timeout(&mut self, timeout: impl Into<Option<Duration>>) {
        self.timeout = timeout.into();
    }
}
