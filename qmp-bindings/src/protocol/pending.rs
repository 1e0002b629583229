//! Commands that were sent and not answered yet.

use std::collections::BTreeMap;

use super::message::Id;

/// Commands that wait for their reply, with what is to be done with it.
///
/// Who gave up waiting is still listed, without anything to do: a reply that
/// tells no id belongs to the command that was sent first, and that may be one
/// for which nobody waits any more.
#[derive(Debug)]
pub(crate) struct Pending<W> {
    last: u64,
    waiting: BTreeMap<u64, W>,
}

impl<W> Pending<W> {
    pub(crate) fn new() -> Self {
        Pending {
            last: 0,
            waiting: BTreeMap::new(),
        }
    }

    /// Notes a command; what comes back is its id.
    pub(crate) fn insert(&mut self, waiter: W) -> u64 {
        self.last += 1;
        self.waiting.insert(self.last, waiter);
        self.last
    }

    /// The command that a reply is for, which then is pending no more.
    ///
    /// `None` means that nobody asked: it is a second reply, or not for us.
    pub(crate) fn take(&mut self, id: Id) -> Option<(u64, W)> {
        match id {
            Id::Number(id) => self.waiting.remove_entry(&id),
            Id::None => self.waiting.pop_first(),
            Id::Foreign => None,
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Forgets the command that was sent first.
    pub(crate) fn forget_oldest(&mut self) {
        self.waiting.pop_first();
    }

    /// Forgets all of them.
    #[cfg(feature = "tokio")]
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = W> {
        std::mem::take(&mut self.waiting).into_values()
    }
}
