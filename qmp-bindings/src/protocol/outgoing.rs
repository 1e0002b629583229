//! Bytes that are not written yet.

use std::collections::VecDeque;

use crate::fds::Fds;

/// The capacity that an empty queue keeps.
const IDLE: usize = 64 * 1024;

/// The queue of encoded commands.
///
/// A command is never removed once its first byte may have been written, so the
/// server receives it as a whole or not at all.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    bytes: Vec<u8>,
    written: usize,
    /// Descriptors, each with the position of the byte that they are sent with.
    fds: VecDeque<(usize, Fds)>,
}

/// Bytes to be written next.
#[derive(Debug)]
pub(crate) struct Transmit<'o> {
    pub(crate) bytes: &'o [u8],
    /// Descriptors to be sent with the first byte.
    pub(crate) fds: &'o [<Fds as IntoIterator>::Item],
}

impl Outgoing {
    /// Appends a message that `encode` writes, and returns it. After an error the
    /// queue is unchanged.
    pub(crate) fn push<E>(
        &mut self,
        fds: Fds,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<&[u8], E> {
        let start = self.bytes.len();
        if let Err(error) = encode(&mut self.bytes) {
            self.bytes.truncate(start);
            return Err(error);
        }
        if !fds.is_empty() {
            self.fds.push_back((start, fds));
        }
        Ok(&self.bytes[start..])
    }

    /// Returns the bytes to be written next: up to the next byte with descriptors.
    pub(crate) fn transmit(&self) -> Option<Transmit<'_>> {
        if self.bytes.is_empty() {
            return None;
        }
        let mut fds: &[_] = &[];
        let mut end = self.bytes.len();
        for (position, attached) in self.fds.iter().take(2) {
            if *position == self.written {
                fds = attached;
            } else {
                end = *position;
                break;
            }
        }
        Some(Transmit {
            bytes: &self.bytes[self.written..end],
            fds,
        })
    }

    /// Removes bytes that were written, and the descriptors sent with them.
    pub(crate) fn advance(&mut self, count: usize) {
        if count > 0 && self.fds.front().is_some_and(|(at, _)| *at == self.written) {
            self.fds.pop_front();
        }
        self.written += count;
        if self.written == self.bytes.len() {
            self.clear();
        }
    }

    /// Removes everything.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(IDLE);
        self.written = 0;
        self.fds.clear();
    }
}
