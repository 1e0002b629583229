//! Transports: sockets, pipes, and any other stream of bytes.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

#[cfg(unix)]
use std::path::Path;
#[cfg(unix)]
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
#[cfg(unix)]
use tokio::net::UnixStream;
#[cfg(unix)]
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{TcpStream, ToSocketAddrs};

#[cfg(unix)]
use tokio::time::sleep;

use super::clock::{before, now};
use crate::error::{Awaited, Error};
use crate::protocol::options::Options;
use crate::protocol::outgoing::Transmit;
use crate::protocol::pending::Deadline;

/// A reader and a writer.
pub struct Transport {
    pub(super) reader: Reader,
    pub(super) writer: Writer,
}

pub(super) type Reader = Box<dyn AsyncRead + Send + Unpin>;

/// A writer. Only Unix sockets pass file descriptors.
pub(super) enum Writer {
    #[cfg(unix)]
    Unix(OwnedWriteHalf),
    Other(Box<dyn AsyncWrite + Send + Unpin>),
}

impl Transport {
    /// Creates a transport that reads from `reader` and writes to `writer`.
    pub fn new(
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
    ) -> Self {
        Transport {
            reader: Box::new(reader),
            writer: Writer::Other(Box::new(writer)),
        }
    }
}

#[cfg(unix)]
impl From<UnixStream> for Transport {
    fn from(stream: UnixStream) -> Self {
        let (reader, writer) = stream.into_split();
        Transport {
            reader: Box::new(reader),
            writer: Writer::Unix(writer),
        }
    }
}

impl From<TcpStream> for Transport {
    fn from(stream: TcpStream) -> Self {
        // Commands are small and must not wait for more data.
        let _ = stream.set_nodelay(true);
        let (reader, writer) = stream.into_split();
        Transport::new(reader, writer)
    }
}

impl Writer {
    pub(super) fn passes_fds(&self) -> bool {
        match self {
            #[cfg(unix)]
            Writer::Unix(_) => true,
            Writer::Other(_) => false,
        }
    }

    /// Writes bytes, and descriptors with the first of them.
    pub(super) fn poll_transmit(
        &mut self,
        context: &mut Context<'_>,
        transmit: &Transmit<'_>,
    ) -> Poll<io::Result<usize>> {
        let bytes = transmit.bytes;
        let written = match self {
            #[cfg(all(unix, feature = "fd-passing"))]
            Writer::Unix(writer) if !transmit.fds.is_empty() => {
                poll_send_with_fds(writer.as_ref(), context, transmit)
            }
            #[cfg(unix)]
            Writer::Unix(writer) => Pin::new(writer).poll_write(context, bytes),
            Writer::Other(writer) => Pin::new(writer).poll_write(context, bytes),
        };
        written.map(|written| match written {
            Ok(0) => Err(io::ErrorKind::WriteZero.into()),
            written => written,
        })
    }

    pub(super) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            #[cfg(unix)]
            Writer::Unix(_) => Poll::Ready(Ok(())),
            Writer::Other(writer) => Pin::new(writer).poll_flush(context),
        }
    }
}

#[cfg(all(unix, feature = "fd-passing"))]
fn poll_send_with_fds(
    stream: &UnixStream,
    context: &mut Context<'_>,
    transmit: &Transmit<'_>,
) -> Poll<io::Result<usize>> {
    use std::os::fd::AsFd;
    use tokio::io::Interest;

    let fds: Vec<_> = transmit.fds.iter().map(AsFd::as_fd).collect();
    loop {
        std::task::ready!(stream.poll_write_ready(context))?;
        let send = || crate::fds::send(stream, transmit.bytes, &fds);
        match stream.try_io(Interest::WRITABLE, send) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            sent => return Poll::Ready(sent),
        }
    }
}

#[cfg(unix)]
pub(super) async fn connect_unix(
    path: &Path,
    options: &Options,
) -> Result<(Transport, Options), Error> {
    connect(path.display().to_string(), options, async || {
        loop {
            match UnixStream::connect(path).await {
                // The backlog of a server that serves another client is full.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => sleep(RETRY).await,
                connected => return connected,
            }
        }
    })
    .await
}

/// The time between two attempts to connect.
#[cfg(unix)]
const RETRY: Duration = Duration::from_millis(20);

pub(super) async fn connect_tcp(
    address: impl ToSocketAddrs,
    options: &Options,
) -> Result<(Transport, Options), Error> {
    let mut addresses = tokio::net::lookup_host(&address)
        .await
        .map_err(|error| Error::transport("resolve the address", error))?;
    let target = addresses.next().map_or(String::new(), |a| a.to_string());
    connect(target, options, async || TcpStream::connect(&address).await).await
}

/// Connects within the time limit of the handshake. Returns the options with the
/// time that is left.
async fn connect<S>(
    target: String,
    options: &Options,
    connect: impl AsyncFnOnce() -> io::Result<S>,
) -> Result<(Transport, Options), Error>
where
    Transport: From<S>,
{
    let deadline = Deadline::after(options.handshake_timeout, now());
    let awaited = || Awaited::Connection(target.clone());
    let socket = before(deadline, awaited, connect())
        .await?
        .map_err(|error| Error::transport(format!("connect to {target}"), error))?;
    let left = deadline.at.map(|at| at.saturating_duration_since(now()));
    Ok((socket.into(), options.clone().handshake_timeout(left)))
}

/// Defines the `connect_` methods of a type that has `open`.
macro_rules! connect_methods {
    () => {
        crate::client_macros::connect_methods!([async] [.await] [impl tokio::net::ToSocketAddrs]);
    };
}
pub(super) use connect_methods;

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").finish_non_exhaustive()
    }
}
