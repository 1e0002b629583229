//! The connection.

use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

#[cfg(unix)]
use std::path::Path;

#[cfg(all(unix, feature = "fd-passing"))]
use std::os::fd::BorrowedFd;

use serde::Serialize;
use serde_json::Value;
use tokio::net::{TcpStream, ToSocketAddrs};
use tokio::sync::{Semaphore, oneshot};

use super::driver::drive;
use super::events::Events;
use super::link::{Driven, Failure, Fds, Link};
use super::transport::Transport;
use crate::error::{Error, Refused};
use crate::protocol::decode::decode;
use crate::protocol::events::Cursor;
use crate::protocol::greeting::{Greeting, check, negotiation, wants_oob};
use crate::protocol::inbox::Inbox;
use crate::protocol::options::Options;
use crate::protocol::request::Band;
use crate::{CommandOf, OobCommandOf, Release};

/// A connection to a QEMU of release `R`, or rather a handle on it.
///
/// Clones use the same connection, and commands of several may be under way at
/// a time. After an error that is neither [`Error::Closed`] nor
/// [`Error::Transport`] the connection can be used on.
#[derive(Debug)]
pub struct Qmp<R> {
    driven: Arc<Driven>,
    shared: Arc<Shared>,
    timeout: Option<Duration>,
    release: PhantomData<fn() -> R>,
}

/// What does not change.
#[derive(Debug)]
struct Shared {
    greeting: Greeting,
    oob: bool,
    in_flight: Arc<Semaphore>,
    out_of_band: Arc<Semaphore>,
}

impl<R> Clone for Qmp<R> {
    fn clone(&self) -> Self {
        Qmp {
            driven: Arc::clone(&self.driven),
            shared: Arc::clone(&self.shared),
            timeout: self.timeout,
            release: PhantomData,
        }
    }
}

/// A connection whose server was heard and not answered yet.
pub(super) struct Greeted {
    driven: Arc<Driven>,
    pub(super) greeting: Greeting,
}

/// QEMU stops to read when so many commands wait.
const QUEUE: usize = 8;

impl Greeted {
    pub(super) async fn read(transport: Transport, options: &Options) -> Result<Self, Error> {
        let (sender, greeting) = oneshot::channel();
        let link = Arc::new(Link::new(transport.writer, options, sender));
        let inbox = Inbox::new(options.message_limit);
        let driver = tokio::spawn(drive(Arc::clone(&link), transport.reader, inbox));
        let driven = Arc::new(Driven {
            link,
            driver: driver.abort_handle(),
        });
        let heard = async { greeting.await.unwrap_or_else(|_| Err(driven.link.end())) };
        let greeting = within(options.handshake_timeout, "greeting", heard).await?;
        Ok(Greeted { driven, greeting })
    }

    /// Makes commands possible. Whether the release fits was seen to before.
    pub(super) async fn negotiate<R>(self, options: &Options) -> Result<Qmp<R>, Error> {
        let oob = wants_oob(&self.greeting, options)?;
        let in_flight = if oob {
            options.in_flight.min(QUEUE)
        } else {
            options.in_flight
        };
        let qmp = Qmp {
            driven: self.driven,
            shared: Arc::new(Shared {
                greeting: self.greeting,
                oob,
                in_flight: Arc::new(Semaphore::new(in_flight)),
                out_of_band: Arc::new(Semaphore::new(options.in_flight)),
            }),
            timeout: options.timeout,
            release: PhantomData,
        };
        let arguments = negotiation(oob);
        let call = qmp.call(Band::In, "qmp_capabilities", &arguments, Fds::new());
        within(options.handshake_timeout, "qmp_capabilities", call).await?;
        Ok(qmp)
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
    pub async fn connect_unix(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open(unix(path.as_ref()).await?, &Options::new()).await
    }

    /// Connects to a TCP port.
    ///
    /// # Errors
    ///
    /// As [`Qmp::open`].
    pub async fn connect_tcp(address: impl ToSocketAddrs) -> Result<Self, Error> {
        Self::open(tcp(address).await?, &Options::new()).await
    }

    /// Makes a connection through anything: reads the greeting, checks the
    /// release and negotiates.
    ///
    /// A child process with `-qmp stdio` is
    /// `Transport::new(child.stdout, child.stdin)`.
    ///
    /// # Errors
    ///
    /// The server is of another release and `options` do not allow that, or it
    /// does not speak QMP, or not in time.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn open(transport: impl Into<Transport>, options: &Options) -> Result<Self, Error> {
        let greeted = Greeted::read(transport.into(), options).await?;
        check(&greeted.greeting, R::SERIES, &options.releases).map_err(Error::WrongRelease)?;
        greeted.negotiate(options).await
    }
}

/// Commands.
impl<R: Release> Qmp<R> {
    /// Sends a command and waits for what it returns.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; [`Error::Refused`] is QEMU's own.
    pub async fn execute<C: CommandOf<R>>(&self, command: C) -> Result<C::Return, Error> {
        self.run(Band::In, command, Fds::new(), self.timeout).await
    }

    /// Sends a command and waits for what it returns, but not longer than this.
    ///
    /// # Errors
    ///
    /// [`Error::Timeout`] if it takes longer. The command may be carried out all
    /// the same; its reply is dropped when it comes.
    pub async fn execute_within<C: CommandOf<R>>(
        &self,
        timeout: Duration,
        command: C,
    ) -> Result<C::Return, Error> {
        self.run(Band::In, command, Fds::new(), Some(timeout)).await
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
    pub async fn execute_oob<C: OobCommandOf<R>>(&self, command: C) -> Result<C::Return, Error> {
        if !self.shared.oob {
            return Err(Error::Unsupported(crate::NO_OOB));
        }
        self.run(Band::Out, command, Fds::new(), self.timeout).await
    }

    /// Sends a command together with file descriptors, as `getfd` and `add-fd`
    /// want them. They are duplicated on their way and stay open here.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] where the connection is no Unix socket.
    #[cfg(all(unix, feature = "fd-passing"))]
    pub async fn execute_with_fds<C: CommandOf<R>>(
        &self,
        command: C,
        fds: &[BorrowedFd<'_>],
    ) -> Result<C::Return, Error> {
        let fds = fds.iter().map(BorrowedFd::try_clone_to_owned);
        let fds = fds
            .collect::<Result<Fds, _>>()
            .map_err(|error| Error::transport("duplicate a file descriptor", error))?;
        self.run(Band::In, command, fds, self.timeout).await
    }

    /// Sends a command that the types do not have, and waits for what it
    /// returns. The arguments have to be an object.
    ///
    /// # Errors
    ///
    /// As [`Qmp::execute`].
    pub async fn execute_raw(
        &self,
        name: &str,
        arguments: &(impl Serialize + ?Sized),
    ) -> Result<Value, Error> {
        let call = self.call(Band::In, name, arguments, Fds::new());
        decode(name, &within(self.timeout, name, call).await?)
    }

    async fn run<C: CommandOf<R>>(
        &self,
        band: Band,
        command: C,
        fds: Fds,
        timeout: Option<Duration>,
    ) -> Result<C::Return, Error> {
        let call = self.call(band, C::NAME, &command, fds);
        decode(C::NAME, &within(timeout, C::NAME, call).await?)
    }
}

impl<R> Qmp<R> {
    /// Sends a command; what comes back is the text of what it returned.
    async fn call<A: Serialize + ?Sized>(
        &self,
        band: Band,
        name: &str,
        arguments: &A,
        fds: Fds,
    ) -> Result<Vec<u8>, Error> {
        let permits = match band {
            Band::In => &self.shared.in_flight,
            Band::Out => &self.shared.out_of_band,
        };
        let permit = Arc::clone(permits).acquire_owned().await;
        let permit = permit.map_err(|_| self.driven.link.end())?;
        let answer = self
            .driven
            .link
            .send(band, name, arguments, fds, permit)?
            .await
            .unwrap_or_else(|_| Err(Failure::Other(self.driven.link.end())));
        answer.map_err(|failure| match failure {
            Failure::Refused(refusal) => Error::Refused(Refused {
                command: name.to_owned(),
                class: refusal.class,
                desc: refusal.desc,
            }),
            Failure::Other(error) => error,
        })
    }

    /// What the server said first: its version and what it can do.
    pub fn greeting(&self) -> &Greeting {
        &self.shared.greeting
    }

    /// The same connection, with another limit to the time of a command.
    #[must_use]
    pub fn with_timeout(&self, timeout: impl Into<Option<Duration>>) -> Self {
        Qmp {
            timeout: timeout.into(),
            ..self.clone()
        }
    }
}

/// Events.
impl<R: Release> Qmp<R> {
    /// The events from now on.
    pub fn events(&self) -> Events<R> {
        Events::new(Arc::clone(&self.driven), self.driven.link.last_event())
    }

    /// The events from the first byte of the connection on, as far as they are
    /// still there: [`Options::event_limit`] of them are kept.
    pub fn events_so_far(&self) -> Events<R> {
        Events::new(Arc::clone(&self.driven), Cursor::default())
    }

    /// Sends a command and waits for what it returns and for an event.
    ///
    /// Events count from before the command was sent, for which comes first is
    /// not to be relied on. `find` says which it is, and takes out of it what
    /// matters.
    ///
    /// # Errors
    ///
    /// Those of the command; [`Error::Timeout`] if both together take longer than
    /// the timeout; [`Error::EventsMissed`] if so many came that the one may have
    /// been dropped.
    pub async fn execute_and_wait<C: CommandOf<R>, T>(
        &self,
        timeout: impl Into<Option<Duration>>,
        command: C,
        find: impl FnMut(&R::Event) -> Option<T>,
    ) -> Result<(C::Return, T), Error> {
        let mut events = self.events();
        let both = async {
            let returned = self.run(Band::In, command, Fds::new(), None).await?;
            Ok((returned, events.find(find).await?))
        };
        within(timeout.into(), C::NAME, both).await
    }
}

pub(super) async fn within<T>(
    timeout: Option<Duration>,
    waiting_for: &str,
    future: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(timeout) = timeout else {
        return future.await;
    };
    match tokio::time::timeout(timeout, future).await {
        Ok(result) => result,
        Err(_) => Err(Error::timeout(waiting_for, timeout)),
    }
}

/// Connects to a Unix socket, on behalf of a connection that says where.
#[cfg(unix)]
pub(super) async fn unix(path: &Path) -> Result<Transport, Error> {
    tokio::net::UnixStream::connect(path)
        .await
        .map(Transport::from)
        .map_err(|error| Error::transport(format!("connect to {}", path.display()), error))
}

pub(super) async fn tcp(address: impl ToSocketAddrs) -> Result<Transport, Error> {
    TcpStream::connect(address)
        .await
        .map(Transport::from)
        .map_err(|error| Error::transport("connect", error))
}
