//! Connections to a server in the same process.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::shared::Shared;
use crate::blocking::transport::Transport;

/// A connection to a [`Server`](super::Server), in memory.
///
/// It is a transport of both clients.
#[derive(Debug)]
pub struct MockTransport {
    shared: Arc<Shared>,
    connection: u64,
}

impl MockTransport {
    pub(super) fn connect(shared: &Arc<Shared>) -> Self {
        MockTransport {
            connection: shared.connect(),
            shared: Arc::clone(shared),
        }
    }

    /// Waits until there is something to read; `None` if there is not in time.
    fn read(&self, buffer: &mut [u8], timeout: Option<Duration>) -> Option<usize> {
        let until = timeout.map(|timeout| Instant::now() + timeout);
        let mut state = self.shared.lock();
        loop {
            let Some(link) = state.link(self.connection) else {
                return Some(0);
            };
            if let Some(length) = link.read(buffer) {
                return Some(length);
            }
            let changed = &self.shared.changed;
            state = match until {
                None => changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return None;
                    }
                    let waited = changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.shared.lock();
        let is_open = state
            .link(self.connection)
            .is_some_and(|link| !link.is_closed);
        drop(state);
        if !is_open {
            return Err(ErrorKind::BrokenPipe.into());
        }
        self.shared.receive(self.connection, bytes);
        Ok(bytes.len())
    }
}

impl Drop for MockTransport {
    fn drop(&mut self) {
        self.shared.disconnect(self.connection);
    }
}

impl Transport for MockTransport {
    fn receive(&mut self, buffer: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
        self.read(buffer, timeout)
            .ok_or_else(|| ErrorKind::TimedOut.into())
    }

    fn send(&mut self, bytes: &[u8], _: Option<Duration>) -> io::Result<usize> {
        self.write(bytes)
    }
}

/// Moves bytes between a client and a server, until either ends the connection.
pub(super) fn serve(
    transport: &MockTransport,
    mut reader: impl Read,
    mut writer: impl Write + Send,
) -> io::Result<()> {
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut buffer = vec![0; BUFFER];
            while let Some(length @ 1..) = transport.read(&mut buffer, None) {
                if writer
                    .write_all(&buffer[..length])
                    .and_then(|()| writer.flush())
                    .is_err()
                {
                    return;
                }
            }
        });
        let read = read_all(transport, &mut reader);
        transport.shared.disconnect(transport.connection);
        read
    })
}

const BUFFER: usize = 64 * 1024;

fn read_all(transport: &MockTransport, reader: &mut impl Read) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                if transport.write(&buffer[..length]).is_err() {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(feature = "tokio")]
mod asynchronous {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    use super::{Arc, MockTransport, io};

    /// One direction of a connection.
    struct Half(Arc<MockTransport>);

    impl AsyncRead for Half {
        fn poll_read(
            self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let mut state = self.0.shared.lock();
            let Some(link) = state.link(self.0.connection) else {
                return Poll::Ready(Ok(()));
            };
            let Some(length) = link.read(buffer.initialize_unfilled()) else {
                link.reader = Some(context.waker().clone());
                return Poll::Pending;
            };
            buffer.advance(length);
            Poll::Ready(Ok(()))
        }
    }

    impl AsyncWrite for Half {
        fn poll_write(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Ready(self.0.write(bytes))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    impl From<MockTransport> for crate::tokio::Transport {
        fn from(transport: MockTransport) -> Self {
            let transport = Arc::new(transport);
            crate::tokio::Transport::new(Half(Arc::clone(&transport)), Half(transport))
        }
    }
}
