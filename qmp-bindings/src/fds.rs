//! File descriptors that travel beside bytes.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

/// QEMU takes no more at once.
const MOST: usize = 16;

/// Sends bytes, and descriptors with the first of them; what comes back is how
/// many bytes were sent.
pub(crate) fn send(socket: impl AsFd, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !ancillary.push(SendAncillaryMessage::ScmRights(fds)) {
        let text = format!("at most {MOST} file descriptors can travel with one command");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    let slices = [IoSlice::new(bytes)];
    let sent = sendmsg(socket, &slices, &mut ancillary, SendFlags::NOSIGNAL)?;
    Ok(sent)
}
