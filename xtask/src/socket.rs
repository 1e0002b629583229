//! Sockets that programs and QEMU connect to, with file descriptors.

use std::fs::{self, Permissions};
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recv, recvmsg, send, sendmsg,
};

use crate::failure::Failure;
use crate::monitor::is_host;

/// The largest number of file descriptors that Linux passes at once.
const MAX_FDS: usize = 253;

/// A connection through a Unix socket or TCP.
#[derive(Debug)]
pub struct Stream(OwnedFd);

impl Stream {
    /// Connects to a path or to `HOST:PORT`.
    pub fn connect(address: &str) -> io::Result<Stream> {
        match is_host(address) {
            true => Stream::from_tcp(TcpStream::connect(address)?),
            false => Ok(Stream(UnixStream::connect(address)?.into())),
        }
    }

    fn from_tcp(stream: TcpStream) -> io::Result<Stream> {
        stream.set_nodelay(true)?;
        Ok(Stream(stream.into()))
    }

    /// Receives bytes, and the file descriptors that come with them. No bytes
    /// are the end.
    pub fn receive(&self, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
        loop {
            let mut ancillary = RecvAncillaryBuffer::new(&mut space);
            let mut slices = [IoSliceMut::new(buffer)];
            let flags = RecvFlags::CMSG_CLOEXEC;
            match recvmsg(&self.0, &mut slices, &mut ancillary, flags) {
                Ok(received) => {
                    let fds = ancillary.drain().flat_map(|message| match message {
                        RecvAncillaryMessage::ScmRights(fds) => fds.collect(),
                        _ => Vec::new(),
                    });
                    return Ok((received.bytes, fds.collect()));
                }
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Sends all bytes, and file descriptors with the first of them.
    pub fn send(&self, mut bytes: &[u8], fds: &[OwnedFd]) -> io::Result<()> {
        let fds: Vec<_> = fds.iter().map(AsFd::as_fd).collect();
        let mut fds = &fds[..];
        while !bytes.is_empty() {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
            let mut ancillary = SendAncillaryBuffer::new(&mut space);
            if !fds.is_empty() {
                ancillary.push(SendAncillaryMessage::ScmRights(fds));
            }
            let slices = [IoSlice::new(bytes)];
            match sendmsg(&self.0, &slices, &mut ancillary, SendFlags::NOSIGNAL) {
                Ok(sent) => (bytes, fds) = (&bytes[sent..], &[]),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Returns whether the peer ended the connection and nothing is left to read.
    pub fn is_closed(&self) -> bool {
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        matches!(recv(&self.0, &mut [0; 1], flags), Ok((_, 0)))
    }

    /// Returns whether the peer, which sends no more, does not read either. This is only
    /// known of Unix sockets.
    pub fn has_vanished(&self) -> bool {
        matches!(send(&self.0, &[], SendFlags::NOSIGNAL), Err(Errno::PIPE))
    }

    /// Limits the time that sending may take.
    pub fn limit_sending(&self, time: Duration) -> io::Result<()> {
        Ok(set_socket_timeout(&self.0, Timeout::Send, Some(time))?)
    }

    /// Ends one direction or both. The connection may be lost already.
    pub fn shut_down(&self, directions: Shutdown) {
        let directions = match directions {
            Shutdown::Read => rustix::net::Shutdown::Read,
            Shutdown::Write => rustix::net::Shutdown::Write,
            Shutdown::Both => rustix::net::Shutdown::Both,
        };
        let _ = rustix::net::shutdown(&self.0, directions);
    }
}

/// A socket that programs connect to.
#[derive(Debug)]
pub enum Listener {
    /// A TCP port.
    Tcp(TcpListener),
    /// A Unix socket.
    Unix(UnixListener),
}

/// The file of a listening Unix socket, which is removed in the end.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    inode: u64,
}

impl Listener {
    /// Listens at `HOST:PORT`, or at a path that only the user may connect to.
    pub fn bind(address: &str) -> Result<(Listener, Option<SocketFile>), Failure> {
        let failure = |error| Failure::io("listen at", address, &error);
        if is_host(address) {
            let listener = TcpListener::bind(address).map_err(failure)?;
            return Ok((Listener::Tcp(listener), None));
        }
        let path = Path::new(address);
        if is_occupied(path) {
            return Err(Failure::new(format!("`{address}` exists already"))
                .with_help("name a path at which nothing is, or end the program that uses it"));
        }
        let (listener, file) = bind_private(path).map_err(failure)?;
        Ok((Listener::Unix(listener), Some(file)))
    }

    /// Waits for a program that connects.
    pub fn accept(&self) -> io::Result<Stream> {
        match self {
            Listener::Tcp(listener) => Stream::from_tcp(listener.accept()?.0),
            Listener::Unix(listener) => Ok(Stream(listener.accept()?.0.into())),
        }
    }
}

/// Returns whether something is at a path, other than a socket that nothing
/// listens at.
fn is_occupied(path: &Path) -> bool {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return false;
    };
    let is_refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    !metadata.file_type().is_socket() || !UnixStream::connect(path).is_err_and(is_refused)
}

/// Binds a socket inside a private folder and moves it to its path, so that it
/// never has other permissions than the user's.
fn bind_private(path: &Path) -> io::Result<(UnixListener, SocketFile)> {
    let parent = path.parent().filter(|parent| parent.as_os_str() != "");
    let folder = tempfile::Builder::new()
        .prefix(".")
        .rand_bytes(4)
        .tempdir_in(parent.unwrap_or(Path::new(".")))?;
    let private = folder.path().join("s");
    let listener = UnixListener::bind(&private)?;
    fs::set_permissions(&private, Permissions::from_mode(0o600))?;
    let inode = fs::symlink_metadata(&private)?.ino();
    fs::rename(&private, path)?;
    let path = path.to_owned();
    Ok((listener, SocketFile { path, inode }))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let metadata = fs::symlink_metadata(&self.path);
        if metadata.is_ok_and(|metadata| metadata.ino() == self.inode) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_private_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("monitor.sock");
        let address = path.to_str().unwrap();
        let (listener, file) = Listener::bind(address).unwrap();
        let metadata = fs::symlink_metadata(&path).unwrap();
        assert_eq!(metadata.mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(Listener::bind(address).is_err(), "a program listens there");
        drop(listener);
        let (_listener, newer) = Listener::bind(address).unwrap();
        drop(file);
        assert!(path.exists(), "the file belongs to the newer socket");
        drop(newer);
        assert!(!path.exists());
        fs::write(&path, "").unwrap();
        assert!(Listener::bind(address).is_err(), "a file is there");
    }

    #[test]
    fn file_descriptors_come_with_their_bytes() {
        let (left, right) = UnixStream::pair().unwrap();
        let (left, right) = (Stream(left.into()), Stream(right.into()));
        let file: OwnedFd = tempfile::tempfile().unwrap().into();
        left.send(b"ab", std::slice::from_ref(&file)).unwrap();
        left.send(b"c", &[]).unwrap();
        let mut buffer = [0; 8];
        let (count, fds) = right.receive(&mut buffer).unwrap();
        assert_eq!((&buffer[..count], fds.len()), (&b"ab"[..], 1));
        let (count, fds) = right.receive(&mut buffer).unwrap();
        assert_eq!((&buffer[..count], fds.len()), (&b"c"[..], 0));
    }
}
