//! The guest agent.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::link::{Link, now};
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
/// After an error that does not end the connection, the next command synchronizes
/// with the agent again.
///
/// ```no_run
/// # #[cfg(feature = "v10_0")] {
/// use qmp_bindings::blocking::Agent;
/// use qmp_bindings::qga::v10_0::{Release, command::GuestGetTime};
///
/// let mut agent = Agent::<Release>::connect_unix("agent.sock")?;
/// println!("{} ns since 1970", agent.execute(GuestGetTime {})?);
/// # }
/// # Ok::<(), qmp_bindings::Error>(())
/// ```
#[derive(Debug)]
pub struct Agent<R> {
    link: Link,
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
    pub fn open(transport: impl Transport + 'static, options: &Options) -> Result<Self, Error> {
        let connection = Connection::agent(Some(&[R::SERIES]), options, now());
        Ok(Agent {
            link: Link::open(transport, connection)?,
            timeout: options.timeout,
            release: PhantomData,
        })
    }
}

agent_methods!([] [] [mut]);

impl<R> Agent<R> {
    /// Limits the time for each command from now on.
    pub fn set_timeout(&mut self, timeout: impl Into<Option<Duration>>) {
        self.timeout = timeout.into();
    }

    /// Synchronizes if needed, sends a command and waits for its reply; for `wait`
    /// after the synchronization, if given.
    fn call<A: Serialize + ?Sized>(
        &mut self,
        name: Cow<'static, str>,
        arguments: &A,
        wait: Option<Duration>,
    ) -> Result<&[u8], Error> {
        let deadline = Deadline::after(self.timeout, now());
        self.link.sync(deadline)?;
        let deadline = wait.map_or(deadline, |wait| Deadline::after(Some(wait), now()));
        self.link.call(Request::new(name, arguments, deadline))
    }
}
