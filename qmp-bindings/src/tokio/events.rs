//! Events, as a stream.

use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::link::Driven;
use crate::Release;
use crate::error::Error;
use crate::protocol::events::{Cursor, Timed};

/// The events of a connection from one place on, for one who reads them.
///
/// Readers do not wait for each other. One who falls behind by more than
/// [`Options::event_limit`](crate::Options::event_limit) is told how many it
/// missed ([`Error::EventsMissed`]) and goes on behind them. The stream ends
/// after the error with which the connection did.
#[derive(Debug)]
pub struct Events<R> {
    driven: Arc<Driven>,
    reader: u64,
    cursor: Cursor,
    is_over: bool,
    release: PhantomData<fn() -> R>,
}

impl<R> Events<R> {
    pub(super) fn new(driven: Arc<Driven>, cursor: Cursor) -> Self {
        Events {
            reader: driven.link.new_reader(),
            driven,
            cursor,
            is_over: false,
            release: PhantomData,
        }
    }
}

impl<R: Release> Events<R> {
    /// Waits for the next event; `None` when the stream is over.
    ///
    /// Dropping the future loses no event.
    pub async fn next(&mut self) -> Option<Result<Timed<R::Event>, Error>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// Waits for an event that `find` takes something out of.
    ///
    /// Events that cannot be read are passed over. Dropping the future loses
    /// those that were looked at.
    ///
    /// # Errors
    ///
    /// Events were missed, or the connection ended.
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
                None => return Err(self.driven.link.end()),
            }
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Timed<R::Event>, Error>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let link = &self.driven.link;
        let next = std::task::ready!(link.poll_event(self.reader, &mut self.cursor, context));
        self.is_over = next.is_err();
        Poll::Ready(Some(next.and_then(|next| next.decode())))
    }
}

impl<R> Drop for Events<R> {
    fn drop(&mut self) {
        self.driven.link.forget_reader(self.reader);
    }
}

impl<R: Release> Stream for Events<R> {
    type Item = Result<Timed<R::Event>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}
