//! The stream of events.

use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::link::Link;
use crate::error::Error;
use crate::event::TimedEvent;
use crate::protocol::event_log::Cursor;
use crate::release::Release;

/// A stream of the events of a connection, created by
/// [`Qmp::events`](super::Qmp::events).
///
/// Streams are independent of each other. One that falls behind by more than
/// [`Options::event_limit`](crate::Options::event_limit) gets an
/// [`Error::EventsMissed`] and continues with the events that remain. The stream
/// ends after the error that ends the connection.
#[derive(Debug)]
pub struct Events<R> {
    link: Arc<Link>,
    reader: u64,
    cursor: Cursor,
    is_over: bool,
    release: PhantomData<fn() -> R>,
}

impl<R> Events<R> {
    pub(super) fn new(link: Arc<Link>, cursor: Cursor) -> Self {
        Events {
            reader: link.shared.add_reader(),
            link,
            cursor,
            is_over: false,
            release: PhantomData,
        }
    }
}

impl<R: Release> Events<R> {
    /// Waits for the next event; `None` at the end of the stream.
    ///
    /// # Cancel safety
    ///
    /// No event is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Result<TimedEvent<R::Event>, Error>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// Waits for an event that `find` accepts. Events that cannot be decoded are
    /// skipped.
    ///
    /// # Cancel safety
    ///
    /// The events that were read before the future is dropped are lost.
    ///
    /// # Errors
    ///
    /// [`Error::EventsMissed`], or the end of the connection.
    pub async fn find<T>(
        &mut self,
        mut find: impl FnMut(&R::Event) -> Option<T>,
    ) -> Result<T, Error> {
        loop {
            match self.next().await {
                Some(Ok(timed)) => {
                    if let Some(found) = find(&timed.event) {
                        return Ok(found);
                    }
                }
                Some(Err(Error::Decode(_))) => {}
                Some(Err(error)) => return Err(error),
                None => return Err(self.link.shared.end()),
            }
        }
    }

    fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<TimedEvent<R::Event>, Error>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let shared = &self.link.shared;
        let read = ready!(shared.poll_event(self.reader, &mut self.cursor, context));
        self.is_over = read.is_err();
        Poll::Ready(Some(read.and_then(|read| read.decode())))
    }
}

impl<R> Drop for Events<R> {
    fn drop(&mut self) {
        self.link.shared.remove_reader(self.reader);
    }
}

impl<R: Release> Stream for Events<R> {
    type Item = Result<TimedEvent<R::Event>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}
