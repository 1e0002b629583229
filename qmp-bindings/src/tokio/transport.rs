//! What bytes travel through.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
#[cfg(unix)]
use tokio::net::unix::OwnedWriteHalf;

/// A reader and a writer.
pub struct Transport {
    pub(super) reader: Reader,
    pub(super) writer: Writer,
}

pub(super) type Reader = Box<dyn AsyncRead + Send + Unpin>;

/// A writer, of which it is known whether descriptors can go through it.
pub(super) enum Writer {
    #[cfg(unix)]
    Unix(OwnedWriteHalf),
    Other(Box<dyn AsyncWrite + Send + Unpin>),
}

impl Transport {
    /// Puts any reader and any writer together.
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
        // Commands are small, and each is waited for. Without this they are too.
        let _ = stream.set_nodelay(true);
        let (reader, writer) = stream.into_split();
        Transport::new(reader, writer)
    }
}

impl Writer {
    pub(super) fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self {
            #[cfg(unix)]
            Writer::Unix(writer) => Pin::new(writer).poll_write(context, bytes),
            Writer::Other(writer) => Pin::new(writer).poll_write(context, bytes),
        }
    }

    pub(super) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            #[cfg(unix)]
            Writer::Unix(_) => Poll::Ready(Ok(())),
            Writer::Other(writer) => Pin::new(writer).poll_flush(context),
        }
    }

    /// Writes bytes, and descriptors with the first of them.
    #[cfg(all(unix, feature = "fd-passing"))]
    pub(super) fn poll_write_with_fds(
        &mut self,
        context: &mut Context<'_>,
        bytes: &[u8],
        fds: &[std::os::fd::OwnedFd],
    ) -> Poll<io::Result<usize>> {
        use std::os::fd::AsFd;
        use tokio::io::Interest;

        let Writer::Unix(writer) = self else {
            return Poll::Ready(Err(io::ErrorKind::Unsupported.into()));
        };
        let fds: Vec<_> = fds.iter().map(AsFd::as_fd).collect();
        let stream: &UnixStream = writer.as_ref();
        loop {
            std::task::ready!(stream.poll_write_ready(context))?;
            let sent = stream.try_io(Interest::WRITABLE, || crate::fds::send(stream, bytes, &fds));
            match sent {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return Poll::Ready(other),
            }
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").finish_non_exhaustive()
    }
}
