//! What bytes travel through.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

#[cfg(all(unix, feature = "fd-passing"))]
use std::os::fd::BorrowedFd;

/// Something that bytes can be sent through and received from, with a limit to
/// the time that it takes.
pub trait Transport: Send {
    /// Waits for bytes and reads them; 0 means that no more will come.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TimedOut`] or [`ErrorKind::WouldBlock`] when none came in
    /// time.
    fn receive(&mut self, buffer: &mut [u8], timeout: Option<Duration>) -> io::Result<usize>;

    /// Sends bytes; what comes back is how many were sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TimedOut`] or [`ErrorKind::WouldBlock`] when none could be
    /// sent in time.
    fn send(&mut self, bytes: &[u8], timeout: Option<Duration>) -> io::Result<usize>;

    /// Sends bytes, and file descriptors with the first of them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] where descriptors cannot travel.
    #[cfg(all(unix, feature = "fd-passing"))]
    fn send_with_fds(
        &mut self,
        _bytes: &[u8],
        _fds: &[BorrowedFd<'_>],
        _timeout: Option<Duration>,
    ) -> io::Result<usize> {
        Err(ErrorKind::Unsupported.into())
    }
}

/// A socket.
#[derive(Debug)]
pub struct Socket<S> {
    stream: S,
    /// The timeouts that the operating system was told last. Telling it costs a
    /// call, so it is told only what changed.
    receive_timeout: Option<Duration>,
    send_timeout: Option<Duration>,
}

impl<S> Socket<S> {
    fn new(stream: S) -> Self {
        Socket {
            stream,
            receive_timeout: None,
            send_timeout: None,
        }
    }
}

macro_rules! socket_transport {
    ($stream:ty $(, $send_with_fds:item)?) => {
        impl Transport for Socket<$stream> {
            fn receive(&mut self, buffer: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
                if self.receive_timeout != timeout {
                    self.stream.set_read_timeout(timeout)?;
                    self.receive_timeout = timeout;
                }
                retry(|| self.stream.read(buffer))
            }

            fn send(&mut self, bytes: &[u8], timeout: Option<Duration>) -> io::Result<usize> {
                if self.send_timeout != timeout {
                    self.stream.set_write_timeout(timeout)?;
                    self.send_timeout = timeout;
                }
                retry(|| self.stream.write(bytes))
            }

            $($send_with_fds)?
        }
    };
}

/// Does it again where a signal came in between.
fn retry(mut attempt: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match attempt() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

socket_transport!(TcpStream);

#[cfg(all(unix, not(feature = "fd-passing")))]
socket_transport!(UnixStream);

#[cfg(all(unix, feature = "fd-passing"))]
socket_transport!(
    UnixStream,
    fn send_with_fds(
        &mut self,
        bytes: &[u8],
        fds: &[BorrowedFd<'_>],
        timeout: Option<Duration>,
    ) -> io::Result<usize> {
        if self.send_timeout != timeout {
            self.stream.set_write_timeout(timeout)?;
            self.send_timeout = timeout;
        }
        crate::fds::send(&self.stream, bytes, fds)
    }
);

impl From<TcpStream> for Socket<TcpStream> {
    fn from(stream: TcpStream) -> Self {
        // Commands are small, and each is waited for. Without this they are too.
        let _ = stream.set_nodelay(true);
        let _ = stream.set_read_timeout(None);
        let _ = stream.set_write_timeout(None);
        Socket::new(stream)
    }
}

#[cfg(unix)]
impl From<UnixStream> for Socket<UnixStream> {
    fn from(stream: UnixStream) -> Self {
        let _ = stream.set_read_timeout(None);
        let _ = stream.set_write_timeout(None);
        Socket::new(stream)
    }
}

/// Any reader and any writer, such as the standard input and output of a child
/// process.
///
/// A thread reads, so that waiting can end though reading cannot; it ends when
/// the reader does. Sending has no limit to its time.
pub struct Pair {
    received: Receiver<io::Result<Vec<u8>>>,
    /// What was received and did not fit.
    rest: Vec<u8>,
    writer: Box<dyn Write + Send>,
}

impl Pair {
    /// Puts a reader and a writer together.
    pub fn new(reader: impl Read + Send + 'static, writer: impl Write + Send + 'static) -> Self {
        let (sender, received) = sync_channel(PIECES);
        thread::spawn(move || read_all(reader, &sender));
        Pair {
            received,
            rest: Vec::new(),
            writer: Box::new(writer),
        }
    }
}

/// How many pieces the thread may read ahead, and how long each is.
const PIECES: usize = 16;
const PIECE: usize = 64 * 1024;

fn read_all(mut reader: impl Read, sender: &SyncSender<io::Result<Vec<u8>>>) {
    let mut buffer = vec![0; PIECE];
    loop {
        let read = retry(|| reader.read(&mut buffer));
        let is_last = !matches!(read, Ok(1..));
        let piece = read.map(|length| buffer[..length].to_vec());
        if sender.send(piece).is_err() || is_last {
            return;
        }
    }
}

impl Transport for Pair {
    fn receive(&mut self, buffer: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
        if self.rest.is_empty() {
            self.rest = match timeout {
                None => self.received.recv().unwrap_or_else(|_| Ok(Vec::new())),
                Some(timeout) => match self.received.recv_timeout(timeout) {
                    Ok(piece) => piece,
                    Err(RecvTimeoutError::Timeout) => Err(ErrorKind::TimedOut.into()),
                    Err(RecvTimeoutError::Disconnected) => Ok(Vec::new()),
                },
            }?;
        }
        let length = self.rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.rest[..length]);
        self.rest.drain(..length);
        Ok(length)
    }

    fn send(&mut self, bytes: &[u8], _: Option<Duration>) -> io::Result<usize> {
        let sent = retry(|| self.writer.write(bytes))?;
        self.writer.flush()?;
        Ok(sent)
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pair").finish_non_exhaustive()
    }
}
