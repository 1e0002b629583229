//! The task that receives for a connection, and writes what was left over.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

use super::link::{Failure, Link};
use super::transport::Reader;
use crate::error::{Error, TransportError};
use crate::protocol::inbox::Inbox;
use crate::protocol::message::{Incoming, Outcome};

/// Runs until the connection ends, and tells all that wait.
pub(super) async fn drive(link: Arc<Link>, reader: Reader, inbox: Inbox) {
    let mut driver = Driver {
        link,
        reader,
        inbox,
    };
    let failure = loop {
        match poll_fn(|context| driver.poll(context)).await {
            Ok(0) => break None,
            Ok(count) => driver.take(count),
            Err(error) => break driver.failed(error).await,
        }
    };
    driver.link.finish(failure);
}

/// Also where the runtime ends before the connection does.
impl Drop for Driver {
    fn drop(&mut self) {
        self.link.finish(None);
    }
}

struct Driver {
    link: Arc<Link>,
    reader: Reader,
    inbox: Inbox,
}

impl Driver {
    /// Waits for bytes, and writes meanwhile.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(error) = self.link.poll_outgoing(context) {
            return Poll::Ready(Err(error));
        }
        self.poll_read(context)
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(self.inbox.room());
        std::task::ready!(Pin::new(&mut self.reader).poll_read(context, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }

    /// Hands over what was received.
    fn take(&mut self, count: usize) {
        self.inbox.received(count);
        while let Some(incoming) = self.inbox.next() {
            self.dispatch(incoming);
        }
    }

    fn dispatch(&self, incoming: Incoming) {
        let (id, outcome) = match incoming {
            Incoming::Event(event) => return self.link.happened(event),
            Incoming::Greeting(greeting) => {
                let _ = self.link.greet(Ok(greeting));
                return;
            }
            Incoming::Reply { id, outcome } => (id, outcome),
        };
        let answer = match outcome {
            Outcome::Return(range) => Ok(self.inbox.payload(range).to_vec()),
            Outcome::Refused(refusal) => Err(Failure::Refused(refusal)),
            Outcome::Violation(violation) => {
                // Before there was a greeting, it came instead of that.
                let instead = self.link.greet(Err(Error::Violation(violation.clone())));
                if instead.is_break() {
                    return;
                }
                Err(Failure::Other(Error::Violation(violation)))
            }
        };
        self.link.answer(id, answer);
    }

    /// What a failure of the transport means.
    ///
    /// A server that ended says why in an event that may not have been read yet.
    async fn failed(&mut self, error: io::Error) -> Option<TransportError> {
        let is_gone = matches!(
            error.kind(),
            io::ErrorKind::BrokenPipe
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
        );
        if !is_gone {
            return Some(TransportError {
                during: "reach the server".to_owned(),
                source: Arc::new(error),
            });
        }
        while let Ok(count @ 1..) = poll_fn(|context| self.poll_last_words(context)).await {
            self.take(count);
        }
        None
    }

    /// Reads what is there already, and waits for nothing.
    fn poll_last_words(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        match self.poll_read(context) {
            Poll::Pending => Poll::Ready(Ok(0)),
            ready => ready,
        }
    }
}
