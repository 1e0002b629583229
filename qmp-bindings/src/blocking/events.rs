//! The iterator over events.

use std::time::Duration;

use super::Qmp;
use crate::Release;
use crate::error::Error;
use crate::event::TimedEvent;

/// An iterator over the events of a connection, created by
/// [`Qmp::events`](super::Qmp::events).
#[derive(Debug)]
pub struct Events<'q, R> {
    qmp: &'q mut Qmp<R>,
    timeout: Option<Duration>,
    is_over: bool,
}

impl<'q, R> Events<'q, R> {
    pub(super) fn new(qmp: &'q mut Qmp<R>, timeout: Option<Duration>) -> Self {
        Events {
            qmp,
            timeout,
            is_over: false,
        }
    }
}

impl<R: Release> Iterator for Events<'_, R> {
    type Item = Result<TimedEvent<R::Event>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let next = self.qmp.next_event(self.timeout).transpose();
        self.is_over = matches!(&next, Some(Err(error)) if error.ends_connection());
        next
    }
}
