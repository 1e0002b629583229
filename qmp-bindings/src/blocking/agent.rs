//! The guest agent.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::ops::Range;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use super::driver::Driver;
use super::transport::{Transport, connect_methods};
use crate::error::Error;
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
    driver: Driver,
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
        let connection = Connection::agent(Some(&[R::SERIES]), options, Instant::now());
        Ok(Agent {
            driver: Driver::open(Box::new(transport), connection)?,
            timeout: options.timeout,
            release: PhantomData,
        })
    }

    /// Sends a command and waits for its return value.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; [`Error::Unsupported`] for a command that sends no reply.
    pub fn execute<C: CommandOf<R>>(&mut self, command: C) -> Result<C::Return, Error> {
        if !C::SUCCESS_RESPONSE {
            return Err(Error::Unsupported(NEEDS_SILENT));
        }
        let range = self.call(C::NAME.into(), &command, self.deadline())?;
        decode(C::NAME, self.driver.payload(range))
    }

    /// Sends a command that sends no reply when it succeeds, and waits for an error
    /// for a limited time.
    ///
    /// # Errors
    ///
    /// The agent returned an error, or does not answer.
    pub fn execute_silent<C: CommandOf<R, Return = NoReply>>(
        &mut self,
        command: C,
        wait: Duration,
    ) -> Result<(), Error> {
        self.driver.sync(self.deadline())?;
        let deadline = Deadline::after(Some(wait), Instant::now());
        match self.call(C::NAME.into(), &command, deadline) {
            Ok(_) | Err(Error::Timeout(_) | Error::Closed(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sends a command by name and waits for its return value as JSON. The arguments
    /// have to be an object.
    ///
    /// # Errors
    ///
    /// See [`Agent::execute`].
    pub fn execute_raw(
        &mut self,
        name: &str,
        arguments: &(impl Serialize + ?Sized),
    ) -> Result<Value, Error> {
        let range = self.call(name.to_owned().into(), arguments, self.deadline())?;
        decode(name, self.driver.payload(range))
    }
}

impl<R> Agent<R> {
    /// Returns the version of the agent; `None` if it does not allow `guest-info`.
    pub fn version(&self) -> Option<Version> {
        self.driver.connection.agent_version()
    }

    /// Limits the time for each command from now on.
    pub fn set_timeout(&mut self, timeout: impl Into<Option<Duration>>) {
        self.timeout = timeout.into();
    }

    fn deadline(&self) -> Deadline {
        Deadline::after(self.timeout, Instant::now())
    }

    fn call<A: Serialize + ?Sized>(
        &mut self,
        name: Cow<'static, str>,
        arguments: &A,
        deadline: Deadline,
    ) -> Result<Range<usize>, Error> {
        self.driver.sync(deadline)?;
        self.driver.call(Request::new(name, arguments, deadline))
    }
}
