//! Transports: sockets, pipes, and any other stream of bytes.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

#[cfg(unix)]
use std::path::Path;

use tokio::io::{AsyncRead, AsyncWrite};
#[cfg(unix)]
use tokio::net::UnixStream;
#[cfg(unix)]
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{TcpStream, ToSocketAddrs};

use crate::error::Error;
use crate::protocol::outgoing::Transmit;

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
pub(super) async fn connect_unix(path: &Path) -> Result<Transport, Error> {
    UnixStream::connect(path)
        .await
        .map(Transport::from)
        .map_err(|error| Error::transport(format!("connect to {}", path.display()), error))
}

pub(super) async fn connect_tcp(address: impl ToSocketAddrs) -> Result<Transport, Error> {
    TcpStream::connect(address)
        .await
        .map(Transport::from)
        .map_err(|error| Error::transport("connect", error))
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").finish_non_exhaustive()
    }
}
