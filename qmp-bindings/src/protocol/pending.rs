//! Commands that are not answered yet.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::agent::SYNC;
use super::message::Id;
use crate::error::{Awaited, Error};

/// The unanswered commands of a connection, by id.
///
/// A command whose caller gave up stays listed until its reply arrives: a reply
/// without an id belongs to the oldest command, which may be an abandoned one.
#[derive(Debug)]
pub(crate) struct Pending<W> {
    last_id: u64,
    commands: BTreeMap<u64, PendingCommand<W>>,
    /// A time before which no command expires.
    earliest: Option<Instant>,
}

/// A command that is not answered yet.
#[derive(Debug)]
pub(crate) struct PendingCommand<W> {
    pub(crate) name: Cow<'static, str>,
    pub(crate) deadline: Deadline,
    /// The recipient of the reply; `None` for a command of the handshake.
    pub(crate) waiter: Option<W>,
    pub(crate) is_abandoned: bool,
}

/// The end of a time limit.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Deadline {
    timeout: Option<Duration>,
    pub(crate) at: Option<Instant>,
}

impl Deadline {
    /// Starts a time limit, which `None` leaves out.
    pub(crate) fn after(timeout: Option<Duration>, now: Instant) -> Self {
        Deadline {
            timeout,
            at: timeout.and_then(|timeout| now.checked_add(timeout)),
        }
    }

    pub(crate) fn is_over(self, now: Instant) -> bool {
        self.at.is_some_and(|at| at <= now)
    }

    pub(crate) fn error(self, awaited: Awaited) -> Error {
        Error::timeout(awaited, self.timeout.unwrap_or_default())
    }
}

impl<W> Pending<W> {
    /// `last_id` is the id before the first one.
    pub(crate) fn new(last_id: u64) -> Self {
        Pending {
            last_id,
            commands: BTreeMap::new(),
            earliest: None,
        }
    }

    /// Returns the id for the next command.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(crate) fn insert(&mut self, id: u64, command: PendingCommand<W>) {
        self.earliest = earliest([self.earliest, command.deadline.at]);
        self.commands.insert(id, command);
    }

    /// Removes the command that a reply belongs to.
    ///
    /// `None` means that the reply is a second one, or belongs to another client.
    pub(crate) fn take(&mut self, id: Id) -> Option<PendingCommand<W>> {
        let command = match id {
            Id::Number(id) => self.commands.remove(&id),
            Id::Absent => self.commands.pop_first().map(|(_, command)| command),
            Id::Foreign => None,
        };
        if self.commands.is_empty() {
            self.earliest = None;
        }
        command
    }

    /// Removes the oldest abandoned command if there are `limit` commands.
    pub(crate) fn make_room(&mut self, limit: usize) {
        if self.commands.len() >= limit {
            let abandoned = self.commands.iter().find(|(_, c)| c.is_abandoned);
            if let Some(id) = abandoned.map(|(&id, _)| id) {
                self.commands.remove(&id);
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.commands.clear();
        self.earliest = None;
    }

    /// Returns a time at or before which the next command expires.
    pub(crate) fn earliest(&self) -> Option<Instant> {
        self.earliest
    }

    /// Abandons the commands whose time is over, and reports each to its waiter.
    pub(crate) fn expire(&mut self, now: Instant, mut report: impl FnMut(&mut W, Error)) {
        self.earliest = None;
        for command in self.commands.values_mut() {
            if command.deadline.is_over(now) {
                let error = command.timeout_error();
                command.is_abandoned = true;
                command.deadline = Deadline::default();
                if let Some(waiter) = &mut command.waiter {
                    report(waiter, error);
                }
            }
            self.earliest = earliest([self.earliest, command.deadline.at]);
        }
    }
}

impl<W> PendingCommand<W> {
    pub(crate) fn new(name: Cow<'static, str>, deadline: Deadline, waiter: Option<W>) -> Self {
        PendingCommand {
            name,
            deadline,
            waiter,
            is_abandoned: false,
        }
    }

    fn timeout_error(&self) -> Error {
        self.deadline.error(if self.name == SYNC {
            Awaited::Agent
        } else {
            Awaited::Reply(self.name.to_string())
        })
    }
}

/// Returns the earliest of the times that are given.
pub(crate) fn earliest<const N: usize>(times: [Option<Instant>; N]) -> Option<Instant> {
    times.into_iter().flatten().min()
}
