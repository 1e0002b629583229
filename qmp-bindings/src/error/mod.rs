//! Errors.

mod class;
mod display;
mod protocol;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;

use crate::version::{Series, Version};

pub use class::ErrorClass;
pub use protocol::ProtocolError;

/// An error of a command, an event or a connection.
///
/// After [`Error::Transport`] and [`Error::Closed`] the connection cannot be used any
/// more ([`Error::ends_connection`]). All other errors concern a single command or
/// event, and the connection stays usable.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The server replied with an error.
    Command(CommandError),
    /// A reply or an event does not have the shape of its type.
    Decode(Box<DecodeError>),
    /// The server belongs to a different release than the types. No command was
    /// sent.
    WrongRelease(Box<WrongReleaseError>),
    /// Reading or writing failed.
    Transport(TransportError),
    /// The server closed the connection.
    Closed(ClosedError),
    /// The server did not answer in time. It may still run the command; its late
    /// reply is dropped.
    Timeout(TimeoutError),
    /// The server sent a message that is not part of the protocol.
    Protocol(ProtocolError),
    /// This number of events was dropped because the program did not read them in
    /// time. The next event can be read.
    EventsMissed(u64),
    /// The arguments cannot be encoded as JSON. The command was not sent.
    Encode(serde_json::Error),
    /// The connection does not support the operation. The command was not sent.
    Unsupported(&'static str),
}

/// An error that the server returned for a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandError {
    /// The name of the command.
    pub command: String,
    /// The error class, the only part that is stable between releases.
    pub class: ErrorClass,
    /// The description, whose wording differs between releases.
    pub desc: String,
}

/// A value that does not have the shape of its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// The message that the value comes from.
    pub origin: PayloadOrigin,
    /// The path of the invalid value, such as `[0].stats.rd_bytes`; empty for the
    /// whole value.
    pub path: String,
    /// A description of the value that was found and of the one that was expected.
    pub problem: String,
    /// The whole value, as the server sent it.
    pub raw: String,
}

/// The message that a decoded value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PayloadOrigin {
    /// The return value of the command with this name.
    Command(String),
    /// The data of the event with this name.
    Event(String),
}

/// A server of a different release than the types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongReleaseError {
    /// The version of the server.
    pub found: Version,
    /// The package version that a distribution adds; often empty.
    pub package: String,
    /// The series whose types were available to the connection.
    pub types: Vec<Series>,
}

/// An I/O error of the connection.
#[derive(Debug, Clone)]
pub struct TransportError {
    /// The operation that failed, such as `connect to monitor.sock`.
    pub during: String,
    /// The error of the operating system.
    pub source: Arc<io::Error>,
}

/// The end of a connection by the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClosedError {
    /// The command that was not answered, if one was in flight.
    pub command: Option<String>,
    /// The data of the `SHUTDOWN` event, if QEMU announced its end.
    pub shutdown: Option<Shutdown>,
}

/// The data of a `SHUTDOWN` event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shutdown {
    /// `true` if the guest asked for the shutdown; `None` before 2.10.
    pub guest: Option<bool>,
    /// The cause, such as `host-qmp-quit`; `None` before 4.0.
    pub reason: Option<String>,
}

/// A time limit that was exceeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeoutError {
    /// The thing that did not arrive.
    pub awaited: Awaited,
    /// The time limit.
    pub after: Duration,
}

/// The thing that a client waits for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Awaited {
    /// The connection to this address.
    Connection(String),
    /// The greeting, with which a monitor begins.
    Greeting,
    /// An answer of the guest agent that shows that it is alive.
    Agent,
    /// The reply to the command with this name.
    Reply(String),
    /// An event that follows the command with this name.
    Event(String),
    /// A reply to another command, because as many commands are unanswered as
    /// [`Options::in_flight_limit`](crate::Options::in_flight_limit) allows. The command
    /// with this name was not sent.
    Capacity(String),
}

impl Error {
    /// Returns the error of the server, if this is one.
    pub fn as_command_error(&self) -> Option<&CommandError> {
        match self {
            Error::Command(error) => Some(error),
            _ => None,
        }
    }

    /// Returns `true` if the connection cannot be used any more.
    pub fn ends_connection(&self) -> bool {
        matches!(self, Error::Transport(_) | Error::Closed(_))
    }

    pub(crate) fn transport(during: impl Into<String>, source: io::Error) -> Self {
        Error::Transport(TransportError {
            during: during.into(),
            source: Arc::new(source),
        })
    }

    pub(crate) fn timeout(awaited: Awaited, after: Duration) -> Self {
        Error::Timeout(TimeoutError { awaited, after })
    }
}

impl Shutdown {
    pub(crate) fn from_data(data: Option<&RawValue>) -> Self {
        let data = data.map(|data| serde_json::from_str::<serde_json::Value>(data.get()));
        let Some(Ok(data)) = data else {
            return Shutdown::default();
        };
        Shutdown {
            guest: data["guest"].as_bool(),
            reason: data["reason"].as_str().map(str::to_owned),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Transport(error) => Some(&*error.source),
            Error::Encode(error) => Some(error),
            _ => None,
        }
    }
}
