//! The task that moves the bytes of a connection.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Sleep, sleep_until};

use super::clock::now;
use super::shared::{Shared, State};
use super::transport::Reader;

/// Runs until the connection is closed.
pub(super) async fn drive(shared: Arc<Shared>, reader: Reader) {
    let mut driver = Driver {
        shared,
        reader,
        timer: Timer::default(),
    };
    while poll_fn(|context| driver.poll(context)).await {}
}

struct Driver {
    shared: Arc<Shared>,
    reader: Reader,
    timer: Timer,
}

impl Driver {
    /// Writes, reads once, and passes on what was read. Returns `false` when the
    /// connection is closed.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        let mut state = self.shared.lock();
        state.driver = Some(context.waker().clone());
        let _ = state.poll_write(context);
        self.timer.poll(&mut state, context);
        if !state.connection.is_closed() {
            let mut buffer = ReadBuf::new(state.connection.receive_buffer());
            let read = Pin::new(&mut self.reader).poll_read(context, &mut buffer);
            let count = buffer.filled().len();
            match ready!(read) {
                Ok(()) => state.connection.received(count),
                Err(error) => state.connection.receive_failed(error),
            }
        }
        state.dispatch();
        Poll::Ready(!state.connection.is_closed())
    }
}

/// Ends the connection if the runtime is shut down.
impl Drop for Driver {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        if !state.connection.is_closed() {
            state.connection.received(0);
            state.dispatch();
        }
    }
}

/// The timer for the time limits of a connection.
#[derive(Default)]
struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    /// Handles the time limits that are over, and sets the timer to the next one.
    fn poll(&mut self, state: &mut State, context: &mut Context<'_>) {
        while let Some(at) = state.connection.timeout() {
            let sleep = self
                .0
                .get_or_insert_with(|| Box::pin(sleep_until(at.into())));
            if state.armed.is_none_or(|armed| at < armed) {
                sleep.as_mut().reset(at.into());
                state.armed = Some(at);
            }
            if sleep.as_mut().poll(context).is_pending() {
                return;
            }
            state.armed = None;
            state
                .connection
                .handle_timeout(now(), |waiter, error| waiter.send(Err(error)));
            state.dispatch();
        }
    }
}
