//! The guest agent.

use std::future::poll_fn;
use std::io;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

#[cfg(unix)]
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::Mutex;

use super::qmp::within;
use super::transport::Transport;
use crate::error::{Closed, Error};
use crate::protocol::agent::{Conversation, INFO, SILENT, SYNC};
use crate::protocol::decode::decode;
use crate::protocol::greeting::{Version, check};
use crate::protocol::options::Options;
use crate::{AgentRelease, CommandOf, NoReply};

/// A connection to the guest agent of release `R`.
///
/// The agent does one thing after the other, and so does this connection: who
/// sends a command waits for those before it. Any future may be dropped at any
/// time; the next command brings the connection in step again.
pub struct Agent<R> {
    wire: Mutex<Wire>,
    version: Option<Version>,
    timeout: Option<Duration>,
    release: PhantomData<fn() -> R>,
}

struct Wire {
    transport: Transport,
    conversation: Conversation,
}

impl<R: AgentRelease> Agent<R> {
    /// Connects to the socket of the agent's port.
    ///
    /// # Errors
    ///
    /// As [`Agent::open`].
    #[cfg(unix)]
    pub async fn connect_unix(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open(super::qmp::unix(path.as_ref()).await?, &Options::new()).await
    }

    /// Brings a connection in step, whatever was there before, and checks the
    /// release. An agent that must not tell it is taken at its word.
    ///
    /// # Errors
    ///
    /// The agent is of another release and `options` do not allow that, or there
    /// is none that answers in time.
    pub async fn open(transport: impl Into<Transport>, options: &Options) -> Result<Self, Error> {
        let mut wire = Wire {
            transport: transport.into(),
            conversation: Conversation::new(options),
        };
        let nothing = serde_json::json!({});
        let info = wire.call::<Value, _>(INFO, &nothing);
        match within(options.handshake_timeout, INFO, info).await {
            Ok(info) => {
                if let Some(greeting) = wire.conversation.learn_version(&info) {
                    check(&greeting, R::SERIES, &options.releases).map_err(Error::WrongRelease)?;
                }
            }
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(Agent {
            version: wire.conversation.version(),
            wire: Mutex::new(wire),
            timeout: options.timeout,
            release: PhantomData,
        })
    }

    /// Sends a command and waits for what it returns.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; [`Error::Unsupported`] for commands that do not reply.
    pub async fn execute<C: CommandOf<R>>(&self, command: C) -> Result<C::Return, Error> {
        if !C::SUCCESS_RESPONSE {
            return Err(Error::Unsupported(SILENT));
        }
        self.call(C::NAME, &command).await
    }

    /// Sends a command that does not reply when it succeeds, and waits this long
    /// for an error.
    ///
    /// # Errors
    ///
    /// The agent said no, or could not be asked.
    pub async fn execute_silent<C: CommandOf<R, Return = NoReply>>(
        &self,
        command: C,
        wait: Duration,
    ) -> Result<(), Error> {
        let mut wire = self.wire.lock().await;
        within(self.timeout, SYNC, wire.bring_in_step()).await?;
        let call = wire.call::<Value, _>(C::NAME, &command);
        match within(Some(wait), C::NAME, call).await {
            Ok(_) | Err(Error::Timeout(_) | Error::Closed(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sends a command that the types do not have, and waits for what it returns.
    ///
    /// # Errors
    ///
    /// As [`Agent::execute`].
    pub async fn execute_raw(
        &self,
        name: &str,
        arguments: &(impl Serialize + ?Sized),
    ) -> Result<Value, Error> {
        self.call(name, arguments).await
    }

    /// The version of the agent, if it told.
    pub fn version(&self) -> Option<Version> {
        self.version
    }

    async fn call<T: DeserializeOwned, A: Serialize + ?Sized>(
        &self,
        name: &str,
        arguments: &A,
    ) -> Result<T, Error> {
        let call = async { self.wire.lock().await.call(name, arguments).await };
        within(self.timeout, name, call).await
    }
}

impl Wire {
    async fn call<T: DeserializeOwned, A: Serialize + ?Sized>(
        &mut self,
        name: &str,
        arguments: &A,
    ) -> Result<T, Error> {
        self.bring_in_step().await?;
        let (message, number) = self.conversation.command(name, arguments)?;
        self.send(&message).await?;
        let range = loop {
            if let Some(reply) = self.conversation.reply(name, number) {
                break reply?;
            }
            self.fill().await?;
        };
        decode(name, self.conversation.inbox.payload(range))
    }

    async fn bring_in_step(&mut self) -> Result<(), Error> {
        if self.conversation.is_in_step() {
            return Ok(());
        }
        let (message, number) = self.conversation.sync()?;
        self.send(&message).await?;
        while self.conversation.synced(number).is_none() {
            self.fill().await?;
        }
        Ok(())
    }

    async fn send(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        let writer = &mut self.transport.writer;
        while !bytes.is_empty() {
            let count = poll_fn(|context| writer.poll_write(context, bytes)).await;
            match count.map_err(|error| Error::transport("send to the agent", error))? {
                0 => return Err(Error::Closed(Closed { shutdown: None })),
                count => bytes = &bytes[count..],
            }
        }
        poll_fn(|context| writer.poll_flush(context))
            .await
            .map_err(|error| Error::transport("send to the agent", error))
    }

    async fn fill(&mut self) -> Result<(), Error> {
        match poll_fn(|context| self.poll_read(context)).await {
            Ok(0) => Err(Error::Closed(Closed { shutdown: None })),
            Ok(count) => {
                self.conversation.inbox.received(count);
                Ok(())
            }
            Err(error) => Err(Error::transport("receive from the agent", error)),
        }
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(self.conversation.inbox.room());
        let reader = Pin::new(&mut self.transport.reader);
        std::task::ready!(reader.poll_read(context, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }
}

impl<R> std::fmt::Debug for Agent<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
