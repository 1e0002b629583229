//! The guest agent.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::clock::{before, now};
use super::link::{Link, Reply};
use super::transport::{Transport, connect_methods};
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
    link: Link,
    turn: Mutex<()>,
    version: Option<Version>,
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
        let link = Link::open(transport.into(), connection).await?;
        let version = link.shared.lock().connection.agent_version();
        Ok(Agent {
            link,
            turn: Mutex::new(()),
            version,
            timeout: options.timeout,
            release: PhantomData,
        })
    }

    /// Sends a command and waits for its return value.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; [`Error::Unsupported`] for a command that sends no reply.
    pub async fn execute<C: CommandOf<R>>(&self, command: C) -> Result<C::Return, Error> {
        if !C::SUCCESS_RESPONSE {
            return Err(Error::Unsupported(NEEDS_SILENT));
        }
        let reply = self.call(C::NAME.into(), &command, None).await?;
        decode(C::NAME, &reply)
    }

    /// Sends a command that sends no reply when it succeeds, and waits for an error
    /// for a limited time.
    ///
    /// # Errors
    ///
    /// The agent returned an error, or does not answer.
    pub async fn execute_silent<C: CommandOf<R, Return = NoReply>>(
        &self,
        command: C,
        wait: Duration,
    ) -> Result<(), Error> {
        match self.call(C::NAME.into(), &command, Some(wait)).await {
            Ok(_) => Ok(()),
            Err(Error::Timeout(error)) if matches!(error.awaited, Awaited::Reply(_)) => Ok(()),
            Err(Error::Closed(error)) if error.command.as_deref() == Some(C::NAME) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sends a command by name and waits for its return value as JSON. The arguments
    /// have to be an object.
    ///
    /// # Errors
    ///
    /// See [`Agent::execute`].
    pub async fn execute_raw(
        &self,
        name: &str,
        arguments: &(impl Serialize + ?Sized),
    ) -> Result<Value, Error> {
        let reply = self.call(name.to_owned().into(), arguments, None).await?;
        decode(name, &reply)
    }

    /// Returns the version of the agent; `None` if it does not allow `guest-info`.
    pub fn version(&self) -> Option<Version> {
        self.version
    }

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
