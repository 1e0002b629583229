//! The connection.

use std::marker::PhantomData;
use std::net::{TcpStream, ToSocketAddrs};
use std::process::Child;
use std::time::Duration;

#[cfg(unix)]
use std::os::unix::net::UnixStream;
#[cfg(unix)]
use std::path::Path;

#[cfg(all(unix, feature = "fd-passing"))]
use std::os::fd::BorrowedFd;

use serde::Serialize;
use serde_json::Value;

use super::channel::{Channel, Fds};
use super::deadline::Deadline;
use super::events::Events;
use super::transport::{Pair, Socket, Transport};
use crate::error::Error;
use crate::protocol::decode::decode;
use crate::protocol::events::{Cursor, Timed};
use crate::protocol::greeting::{Greeting, check, negotiation, wants_oob};
use crate::protocol::options::Options;
use crate::protocol::request::Band;
use crate::{CommandOf, OobCommandOf, Release};

/// A connection to a QEMU of release `R`.
///
/// One command is under way at a time. After an error that is neither
/// [`Error::Closed`] nor [`Error::Transport`] the connection can be used on.
#[derive(Debug)]
pub struct Qmp<R> {
    channel: Channel,
    cursor: Cursor,
    greeting: Greeting,
    oob: bool,
    timeout: Option<Duration>,
    release: PhantomData<fn() -> R>,
}

/// A connection whose server was heard and not answered yet.
pub(super) struct Greeted {
    channel: Channel,
    pub(super) greeting: Greeting,
    deadline: Deadline,
}

impl Greeted {
    pub(super) fn read(transport: Box<dyn Transport>, options: &Options) -> Result<Self, Error> {
        let deadline = Deadline::after(options.handshake_timeout);
        let mut channel = Channel::new(transport, options);
        Ok(Greeted {
            greeting: channel.greeting(deadline)?,
            channel,
            deadline,
        })
    }

    /// Makes commands possible. Whether the release fits was seen to before.
    pub(super) fn negotiate<R>(mut self, options: &Options) -> Result<Qmp<R>, Error> {
        let oob = wants_oob(&self.greeting, options)?;
        let arguments = negotiation(oob);
        self.channel
            .call(Band::In, "qmp_capabilities", &arguments, &[], self.deadline)?;
        Ok(Qmp {
            channel: self.channel,
            cursor: Cursor::default(),
            greeting: self.greeting,
            oob,
            timeout: options.timeout,
            release: PhantomData,
        })
    }
}

/// Ways to connect.
impl<R: Release> Qmp<R> {
    /// Connects to a Unix socket.
    ///
    /// # Errors
    ///
    /// As [`Qmp::open`].
    #[cfg(unix)]
    pub fn connect_unix(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open(unix(path.as_ref())?, &Options::new())
    }

    /// Connects to a TCP port.
    ///
    /// # Errors
    ///
    /// As [`Qmp::open`].
    pub fn connect_tcp(address: impl ToSocketAddrs) -> Result<Self, Error> {
        Self::open(tcp(address)?, &Options::new())
    }

    /// Connects to a child process that was started with `-qmp stdio`, or
    /// whatever else speaks QMP on its standard input and output. Both have to
    /// be piped.
    ///
    /// # Errors
    ///
    /// As [`Qmp::open`].
    pub fn connect_child(child: &mut Child) -> Result<Self, Error> {
        Self::open(stdio(child)?, &Options::new())
    }

    /// Makes a connection through anything: reads the greeting, checks the
    /// release and negotiates.
    ///
    /// ```no_run
    /// # #[cfg(all(unix, feature = "v7_2"))] {
    /// use std::os::unix::net::UnixStream;
    /// use qmp_bindings::blocking::{Qmp, transport::Socket};
    /// use qmp_bindings::{Options, v7_2};
    ///
    /// let socket = Socket::from(UnixStream::connect("monitor.sock")?);
    /// let qmp = Qmp::<v7_2::Release>::open(socket, &Options::new().oob(true))?;
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The server is of another release and `options` do not allow that, or it
    /// does not speak QMP, or not in time.
    pub fn open(transport: impl Transport + 'static, options: &Options) -> Result<Self, Error> {
        let greeted = Greeted::read(Box::new(transport), options)?;
        check(&greeted.greeting, R::SERIES, &options.releases).map_err(Error::WrongRelease)?;
        greeted.negotiate(options)
    }
}

/// Commands.
impl<R: Release> Qmp<R> {
    /// Sends a command and waits for what it returns.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; [`Error::Refused`] is QEMU's own.
    pub fn execute<C: CommandOf<R>>(&mut self, command: C) -> Result<C::Return, Error> {
        self.run(Band::In, &command, &[], self.timeout)
    }

    /// Sends a command and waits for what it returns, but not longer than this.
    ///
    /// # Errors
    ///
    /// [`Error::Timeout`] if it takes longer. The command may be carried out all
    /// the same; its reply is dropped when it comes.
    pub fn execute_within<C: CommandOf<R>>(
        &mut self,
        timeout: Duration,
        command: C,
    ) -> Result<C::Return, Error> {
        self.run(Band::In, &command, &[], Some(timeout))
    }

    /// Sends a command out of band: QEMU carries it out at once, before those
    /// that wait.
    ///
    /// Only few commands allow it; that another one is refused when compiling.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] unless the connection was opened with
    /// [`Options::oob`].
    pub fn execute_oob<C: OobCommandOf<R>>(&mut self, command: C) -> Result<C::Return, Error> {
        if !self.oob {
            return Err(Error::Unsupported(crate::NO_OOB));
        }
        self.run(Band::Out, &command, &[], self.timeout)
    }

    /// Sends a command together with file descriptors, as `getfd` and `add-fd`
    /// want them. They are duplicated on their way and stay open here.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] where the connection is no Unix socket.
    #[cfg(all(unix, feature = "fd-passing"))]
    pub fn execute_with_fds<C: CommandOf<R>>(
        &mut self,
        command: C,
        fds: &[BorrowedFd<'_>],
    ) -> Result<C::Return, Error> {
        self.run(Band::In, &command, fds, self.timeout)
    }

    /// Sends a command that the types do not have, and waits for what it
    /// returns. The arguments have to be an object.
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
    /// As [`Qmp::execute`].
    pub fn execute_raw(
        &mut self,
        name: &str,
        arguments: &(impl Serialize + ?Sized),
    ) -> Result<Value, Error> {
        let deadline = Deadline::after(self.timeout);
        let range = self
            .channel
            .call(Band::In, name, arguments, &[], deadline)?;
        decode(name, self.channel.payload(range))
    }

    fn run<C: CommandOf<R>>(
        &mut self,
        band: Band,
        command: &C,
        fds: Fds<'_>,
        timeout: Option<Duration>,
    ) -> Result<C::Return, Error> {
        let deadline = Deadline::after(timeout);
        let range = self.channel.call(band, C::NAME, command, fds, deadline)?;
        decode(C::NAME, self.channel.payload(range))
    }
}

/// Events.
impl<R: Release> Qmp<R> {
    /// Waits for the next event, `None` if none comes in time.
    ///
    /// Events are kept from the first byte of the connection on, in their order,
    /// up to [`Options::event_limit`].
    ///
    /// # Errors
    ///
    /// [`Error::EventsMissed`] where some were dropped, [`Error::Decode`] where
    /// one has other data than its type: both concern these events, and the next
    /// call goes on behind them.
    pub fn next_event(
        &mut self,
        timeout: impl Into<Option<Duration>>,
    ) -> Result<Option<Timed<R::Event>>, Error> {
        let deadline = Deadline::after(timeout.into());
        let next = self.channel.event(&mut self.cursor, deadline)?;
        self.channel.log().forget(self.cursor);
        next.map(|next| next.decode()).transpose()
    }

    /// Iterates over the events; it ends when none comes within the timeout, or
    /// after [`Error::Closed`].
    pub fn events(&mut self, timeout: impl Into<Option<Duration>>) -> Events<'_, R> {
        Events::new(self, timeout.into())
    }

    /// Sends a command and waits for what it returns and for an event.
    ///
    /// Events count from before the command was sent, for which comes first is
    /// not to be relied on. `find` says which it is, and takes out of it what
    /// matters. The events stay there for [`Qmp::next_event`].
    ///
    /// ```no_run
    /// # #[cfg(feature = "v10_0")]
    /// # fn example(qmp: &mut qmp_bindings::blocking::Qmp<qmp_bindings::v10_0::Release>)
    /// # -> Result<(), qmp_bindings::Error> {
    /// use std::time::Duration;
    /// use qmp_bindings::v10_0::{Event, command::DeviceDel};
    ///
    /// let second = Duration::from_secs(1);
    /// qmp.execute_and_wait(second, DeviceDel::new("disk0"), |event| match event {
    ///     Event::DeviceDeleted(deleted) if deleted.device.as_deref() == Some("disk0") => Some(()),
    ///     _ => None,
    /// })?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the command; [`Error::Timeout`] if both together take longer than
    /// the timeout; [`Error::EventsMissed`] if so many came that the one may have
    /// been dropped.
    pub fn execute_and_wait<C: CommandOf<R>, T>(
        &mut self,
        timeout: impl Into<Option<Duration>>,
        command: C,
        mut find: impl FnMut(&R::Event) -> Option<T>,
    ) -> Result<(C::Return, T), Error> {
        let deadline = Deadline::after(timeout.into());
        let mut cursor = self.channel.log().end();
        let range = self
            .channel
            .call(Band::In, C::NAME, &command, &[], deadline)?;
        let returned = decode(C::NAME, self.channel.payload(range))?;
        loop {
            let next = self.channel.event(&mut cursor, deadline)?;
            let next =
                next.ok_or_else(|| deadline.over(&format!("an event after `{}`", C::NAME)))?;
            match next.decode::<R::Event>() {
                Ok(timed) => {
                    if let Some(found) = find(&timed.event) {
                        return Ok((returned, found));
                    }
                }
                // What cannot be read is for who reads the events.
                Err(Error::Decode(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// What is known of the connection.
impl<R> Qmp<R> {
    /// What the server said first: its version and what it can do.
    pub fn greeting(&self) -> &Greeting {
        &self.greeting
    }

    /// How long a command may take from now on.
    pub fn set_timeout(&mut self, timeout: impl Into<Option<Duration>>) {
        self.timeout = timeout.into();
    }
}

/// Connects to a Unix socket, on behalf of a connection that says where.
#[cfg(unix)]
pub(super) fn unix(path: &Path) -> Result<Socket<UnixStream>, Error> {
    UnixStream::connect(path)
        .map(Socket::from)
        .map_err(|error| Error::transport(format!("connect to {}", path.display()), error))
}

pub(super) fn tcp(address: impl ToSocketAddrs) -> Result<Socket<TcpStream>, Error> {
    TcpStream::connect(address)
        .map(Socket::from)
        .map_err(|error| Error::transport("connect", error))
}

pub(super) fn stdio(child: &mut Child) -> Result<Pair, Error> {
    match (child.stdout.take(), child.stdin.take()) {
        (Some(output), Some(input)) => Ok(Pair::new(output, input)),
        _ => Err(Error::Unsupported(
            "the standard input and output of the child have to be `Stdio::piped()`",
        )),
    }
}
