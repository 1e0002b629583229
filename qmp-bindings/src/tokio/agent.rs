//! The guest agent.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::clock::{before, now};
use super::link::Link;
use super::shared::Reply;
use super::transport::{Transport, connect_methods};
use crate::client_macros::agent_methods;
use crate::error::{Awaited, Error};
use crate::protocol::agent::NEEDS_SILENT;
use crate::protocol::connection::Connection;
use crate::protocol::decode::decode;
use crate::protocol::options::Options;
use crate::protocol::pending::Deadline;
use crate::protocol::request::Request;
use crate::version::Version;
use crate::{AgentRelease, CommandOf, NoReply};

/// A connection to the guest agent of release `R`.
///
/// The agent runs one command at a time, and so does this connection: a command
/// waits for those before it. Any future may be dropped at any time; the next
/// command synchronizes with the agent again.
#[derive(Debug)]
pub struct Agent<R> {
    link: Arc<Link>,
    turn: Mutex<()>,
    timeout: Option<Duration>,
    release: PhantomData<fn() -> R>,
}

impl<R: AgentRelease> Agent<R> {
    connect_methods!();

    /// Connects through any transport: synchronizes with the agent and checks the
    /// release. An agent that does not allow `guest-info` is not checked.
    ///
    /// # Errors
    ///
    /// [`Error::WrongRelease`] if the agent belongs to a release that `options` do
    /// not allow; [`Error::Timeout`] if no agent answers in time.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    pub async fn open(transport: impl Into<Transport>, options: &Options) -> Result<Self, Error> {
        let connection = Connection::agent(Some(&[R::SERIES]), options, now());
        Ok(Agent {
            link: Link::open(transport, connection).await?,
            turn: Mutex::new(()),
            timeout: options.timeout,
            release: PhantomData,
        })
    }
}

agent_methods!([async] [.await] []);

impl<R> Agent<R> {
    /// Synchronizes if needed, sends a command and waits for its reply; for `wait`
    /// after the synchronization, if given.
    async fn call<A: Serialize + ?Sized>(
        &self,
        name: Cow<'static, str>,
        arguments: &A,
        wait: Option<Duration>,
    ) -> Reply {
        let deadline = Deadline::after(self.timeout, now());
        let awaited = || Awaited::Capacity(name.to_string());
        let _turn = before(deadline, awaited, self.turn.lock()).await?;
        self.link.shared.sync(deadline).await?;
        let deadline = wait.map_or(deadline, |wait| Deadline::after(Some(wait), now()));
        let request = Request::new(name, arguments, deadline);
        self.link.shared.call(request, None).await
    }
}
