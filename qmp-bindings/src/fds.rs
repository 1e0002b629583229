//! File descriptors that are passed with a command.

#[cfg(all(unix, feature = "fd-passing"))]
pub(crate) use passing::{Fds, duplicate, send};

/// No descriptors can be passed without the feature `fd-passing`.
#[cfg(not(all(unix, feature = "fd-passing")))]
pub(crate) type Fds = Vec<std::convert::Infallible>;

#[cfg(all(unix, feature = "fd-passing"))]
mod passing {
    use std::io::{self, IoSlice};
    use std::mem::MaybeUninit;
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

    use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

    use crate::error::Error;

    /// Descriptors that are closed here once they were sent.
    pub(crate) type Fds = Vec<OwnedFd>;

    /// The number of descriptors that QEMU accepts with one message.
    const LIMIT: usize = 16;

    /// Duplicates descriptors, so that they can be sent later.
    pub(crate) fn duplicate(fds: &[BorrowedFd<'_>]) -> Result<Fds, Error> {
        let fds = fds.iter().map(BorrowedFd::try_clone_to_owned);
        fds.collect::<io::Result<Fds>>()
            .map_err(|error| Error::transport("duplicate a file descriptor", error))
    }

    /// Sends bytes, and descriptors with the first of them. Returns the number of
    /// bytes sent.
    pub(crate) fn send(
        socket: impl AsFd,
        bytes: &[u8],
        fds: &[BorrowedFd<'_>],
    ) -> io::Result<usize> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(LIMIT))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        if !ancillary.push(SendAncillaryMessage::ScmRights(fds)) {
            let text = format!("a command can pass at most {LIMIT} file descriptors");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let slices = [IoSlice::new(bytes)];
        let sent = sendmsg(socket, &slices, &mut ancillary, SendFlags::NOSIGNAL)?;
        Ok(sent)
    }
}
