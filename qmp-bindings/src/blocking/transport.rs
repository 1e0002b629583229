//! Transports: sockets, pipes, and any other stream of bytes.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
#[cfg(unix)]
use std::path::Path;
use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

#[cfg(all(unix, feature = "fd-passing"))]
use std::os::fd::BorrowedFd;

use crate::error::{Awaited, Error};
use crate::protocol::options::Options;

/// A stream of bytes in both directions, with a time limit for each operation.
pub trait Transport: Send {
    /// Waits for bytes and reads them. Returns their number; 0 is the end of the
    /// input.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TimedOut`] or [`ErrorKind::WouldBlock`] if none came in time.
    fn receive(&mut self, buffer: &mut [u8], timeout: Option<Duration>) -> io::Result<usize>;

    /// Sends bytes. Returns the number of bytes sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TimedOut`] or [`ErrorKind::WouldBlock`] if none were sent in
    /// time.
    fn send(&mut self, bytes: &[u8], timeout: Option<Duration>) -> io::Result<usize>;

    /// Returns `true` if [`Transport::send_with_fds`] works.
    #[cfg(all(unix, feature = "fd-passing"))]
    fn passes_fds(&self) -> bool {
        false
    }

    /// Sends bytes, and file descriptors with the first of them.
    ///
    /// # Errors
    ///
    /// See [`Transport::send`]; [`ErrorKind::Unsupported`] unless
    /// [`Transport::passes_fds`].
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

/// A socket as a transport.
#[derive(Debug)]
pub struct Socket<S> {
    stream: S,
    /// The timeouts that are set on the socket. Setting one is a system call, so it
    /// is done only if it changes.
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
    ($stream:ty $(, $fds:item)*) => {
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

            $($fds)*
        }
    };
}

/// Repeats an operation that a signal interrupted.
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
    fn passes_fds(&self) -> bool {
        true
    },
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
        // Commands are small and must not wait for more data.
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

/// A reader and a writer as a transport, such as the standard output and input of a
/// child process.
///
/// A thread reads, so that receiving has a time limit. Sending has none.
pub struct Pipe {
    received: Receiver<io::Result<Vec<u8>>>,
    /// Bytes that were received and not returned yet.
    rest: Vec<u8>,
    writer: Box<dyn Write + Send>,
}

impl Pipe {
    /// Creates a transport that reads from `reader` and writes to `writer`.
    pub fn new(reader: impl Read + Send + 'static, writer: impl Write + Send + 'static) -> Self {
        let (sender, received) = sync_channel(PIECES);
        thread::spawn(move || read_all(reader, &sender));
        Pipe {
            received,
            rest: Vec::new(),
            writer: Box::new(writer),
        }
    }

    /// Takes the standard output and input of a child process.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] unless both are [`Stdio::piped`](std::process::Stdio::piped).
    pub fn from_child(child: &mut Child) -> Result<Self, Error> {
        match (child.stdout.take(), child.stdin.take()) {
            (Some(output), Some(input)) => Ok(Pipe::new(output, input)),
            _ => Err(Error::Unsupported(
                "the standard input and output of the child process have to be `Stdio::piped()`",
            )),
        }
    }
}

/// The number of pieces that the thread reads ahead, and the size of each.
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

impl Transport for Pipe {
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

impl fmt::Debug for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipe").finish_non_exhaustive()
    }
}

#[cfg(unix)]
pub(super) fn connect_unix(
    path: &Path,
    options: &Options,
) -> Result<(Socket<UnixStream>, Options), Error> {
    let target = path.display().to_string();
    let path = path.to_owned();
    connect(target, options, move || UnixStream::connect(path))
}

pub(super) fn connect_tcp(
    address: impl ToSocketAddrs,
    options: &Options,
) -> Result<(Socket<TcpStream>, Options), Error> {
    let addresses = address.to_socket_addrs();
    let addresses: Vec<_> = addresses
        .map_err(|error| Error::transport("resolve the address", error))?
        .collect();
    let target = addresses.first().map_or(String::new(), ToString::to_string);
    connect(target, options, move || TcpStream::connect(&addresses[..]))
}

/// Connects within the time limit of the handshake. Returns the options with the
/// time that is left.
///
/// A monitor that serves another client lets connecting wait when its backlog is
/// full. The standard library has no time limit for that, so a thread connects.
fn connect<S>(
    target: String,
    options: &Options,
    connect: impl FnOnce() -> io::Result<S> + Send + 'static,
) -> Result<(Socket<S>, Options), Error>
where
    S: Send + 'static,
    Socket<S>: From<S>,
{
    let start = Instant::now();
    let limit = options.handshake_timeout;
    let connected = match limit {
        None => connect(),
        Some(limit) => {
            let (sender, receiver) = sync_channel(1);
            thread::spawn(move || sender.send(connect()));
            let connected = receiver.recv_timeout(limit);
            connected.map_err(|_| Error::timeout(Awaited::Connection(target.clone()), limit))?
        }
    };
    let socket =
        connected.map_err(|error| Error::transport(format!("connect to {target}"), error))?;
    let left = limit.map(|limit| limit.saturating_sub(start.elapsed()));
    Ok((socket.into(), options.clone().handshake_timeout(left)))
}

/// Defines the `connect_` methods of a type that has `open`.
macro_rules! connect_methods {
    () => {
        crate::client_macros::connect_methods!([] [] [impl std::net::ToSocketAddrs]);

        /// Connects through the standard output and input of a child process, with the
        /// default options. QEMU needs `-qmp stdio`.
        ///
        /// # Errors
        ///
        /// [`Error::Unsupported`] unless both are
        /// [`Stdio::piped`](std::process::Stdio::piped); see also `open`.
        pub fn connect_child(child: &mut std::process::Child) -> Result<Self, Error> {
            let pipe = super::transport::Pipe::from_child(child)?;
            Self::open(pipe, &Options::new())
        }
    };
}
pub(super) use connect_methods;
