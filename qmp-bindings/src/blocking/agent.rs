//! The guest agent.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::time::Duration;

#[cfg(unix)]
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::channel::is_timeout;
use super::deadline::Deadline;
use super::transport::Transport;
use crate::error::{Closed, Error};
use crate::protocol::agent::{Conversation, INFO, SILENT, SYNC};
use crate::protocol::decode::decode;
use crate::protocol::greeting::{Version, check};
use crate::protocol::options::Options;
use crate::{AgentRelease, CommandOf, NoReply};

/// A connection to the guest agent of release `R`.
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
///
/// Whatever goes wrong, the next command brings the connection in step again.
pub struct Agent<R> {
    transport: Box<dyn Transport>,
    conversation: Conversation,
    timeout: Option<Duration>,
    release: PhantomData<fn() -> R>,
}

impl<R: AgentRelease> Agent<R> {
    /// Connects to the socket of the agent's port.
    ///
    /// # Errors
    ///
    /// As [`Agent::open`].
    #[cfg(unix)]
    pub fn connect_unix(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open(super::qmp::unix(path.as_ref())?, &Options::new())
    }

    /// Brings a connection in step, whatever was there before, and checks the
    /// release. An agent that must not tell it is taken at its word.
    ///
    /// # Errors
    ///
    /// The agent is of another release and `options` do not allow that, or there
    /// is none that answers in time.
    pub fn open(transport: impl Transport + 'static, options: &Options) -> Result<Self, Error> {
        let mut agent = Agent {
            transport: Box::new(transport),
            conversation: Conversation::new(options),
            timeout: options.handshake_timeout,
            release: PhantomData,
        };
        match agent.execute_raw(INFO, &serde_json::json!({})) {
            Ok(info) => {
                if let Some(greeting) = agent.conversation.learn_version(&info) {
                    check(&greeting, R::SERIES, &options.releases).map_err(Error::WrongRelease)?;
                }
            }
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
        agent.timeout = options.timeout;
        Ok(agent)
    }

    /// Sends a command and waits for what it returns.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; [`Error::Unsupported`] for commands that do not reply.
    pub fn execute<C: CommandOf<R>>(&mut self, command: C) -> Result<C::Return, Error> {
        if !C::SUCCESS_RESPONSE {
            return Err(Error::Unsupported(SILENT));
        }
        let range = self.call(C::NAME, &command, Deadline::after(self.timeout))?;
        decode(C::NAME, self.conversation.inbox.payload(range))
    }

    /// Sends a command that does not reply when it succeeds, and waits this long
    /// for an error.
    ///
    /// # Errors
    ///
    /// The agent said no, or could not be asked.
    pub fn execute_silent<C: CommandOf<R, Return = NoReply>>(
        &mut self,
        command: C,
        wait: Duration,
    ) -> Result<(), Error> {
        self.bring_in_step(Deadline::after(self.timeout))?;
        match self.call(C::NAME, &command, Deadline::after(Some(wait))) {
            Ok(_) | Err(Error::Timeout(_) | Error::Closed(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sends a command that the types do not have, and waits for what it returns.
    ///
    /// # Errors
    ///
    /// As [`Agent::execute`].
    pub fn execute_raw(
        &mut self,
        name: &str,
        arguments: &(impl Serialize + ?Sized),
    ) -> Result<Value, Error> {
        let range = self.call(name, arguments, Deadline::after(self.timeout))?;
        decode(name, self.conversation.inbox.payload(range))
    }
}

impl<R> Agent<R> {
    /// The version of the agent, if it told.
    pub fn version(&self) -> Option<Version> {
        self.conversation.version()
    }

    /// How long a command may take from now on.
    pub fn set_timeout(&mut self, timeout: impl Into<Option<Duration>>) {
        self.timeout = timeout.into();
    }

    fn call<A: Serialize + ?Sized>(
        &mut self,
        name: &str,
        arguments: &A,
        deadline: Deadline,
    ) -> Result<Range<usize>, Error> {
        self.bring_in_step(deadline)?;
        let (message, number) = self.conversation.command(name, arguments)?;
        self.send(&message, name, deadline)?;
        loop {
            if let Some(reply) = self.conversation.reply(name, number) {
                return reply;
            }
            self.fill(name, deadline)?;
        }
    }

    fn bring_in_step(&mut self, deadline: Deadline) -> Result<(), Error> {
        if self.conversation.is_in_step() {
            return Ok(());
        }
        let (message, number) = self.conversation.sync()?;
        self.send(&message, SYNC, deadline)?;
        while self.conversation.synced(number).is_none() {
            self.fill(SYNC, deadline)?;
        }
        Ok(())
    }

    fn send(&mut self, mut bytes: &[u8], name: &str, deadline: Deadline) -> Result<(), Error> {
        while !bytes.is_empty() {
            let left = deadline.left(name)?;
            match self.transport.send(bytes, left) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if is_timeout(&error) => return Err(deadline.over(name)),
                Err(error) => return Err(Error::transport("send to the agent", error)),
            }
        }
        Ok(())
    }

    fn fill(&mut self, waiting_for: &str, deadline: Deadline) -> Result<(), Error> {
        let left = deadline.left(waiting_for)?;
        match self.transport.receive(self.conversation.inbox.room(), left) {
            Ok(0) => Err(Error::Closed(Closed { shutdown: None })),
            Ok(count) => {
                self.conversation.inbox.received(count);
                Ok(())
            }
            Err(error) if is_timeout(&error) => Err(deadline.over(waiting_for)),
            Err(error) => Err(Error::transport("receive from the agent", error)),
        }
    }
}

impl<R> fmt::Debug for Agent<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent")
            .field("version", &self.version())
            .finish_non_exhaustive()
    }
}
