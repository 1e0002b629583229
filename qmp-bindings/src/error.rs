//! What can go wrong, kept apart.

use std::fmt;
use std::io;
use std::str::Utf8Error;
use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;

use crate::Series;
use crate::protocol::greeting::Version;
use crate::wire::UnrecognizedValue;

/// Why a command, an event or a connection failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// QEMU said no.
    Refused(Refused),
    /// QEMU replied, or sent an event, with something of another shape than the
    /// types have. The connection goes on.
    Decode(Box<DecodeError>),
    /// The server is of another release than the types.
    WrongRelease(Box<WrongRelease>),
    /// Reading or writing failed.
    Transport(TransportError),
    /// The connection was closed.
    Closed(Closed),
    /// No answer came in time. The connection goes on: the answer is dropped
    /// when it comes. The command may be carried out all the same.
    Timeout(Timeout),
    /// The server sent something that the protocol does not have. The connection
    /// goes on.
    Violation(Violation),
    /// So many events were dropped because they were not read in time.
    EventsMissed(u64),
    /// The arguments cannot be written as JSON. Nothing was sent.
    Encode(serde_json::Error),
    /// What was asked for is not possible on this connection. Nothing was sent.
    Unsupported(&'static str),
}

/// QEMU said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The command.
    pub command: String,
    /// What kind of error it is; the only part that does not change between
    /// releases.
    pub class: ErrorClass,
    /// QEMU's words.
    pub desc: String,
}

/// The kind of an error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// `GenericError`, nearly all of them.
    #[default]
    GenericError,
    /// `CommandNotFound`: QEMU has no such command, or not now.
    CommandNotFound,
    /// `DeviceNotActive`.
    DeviceNotActive,
    /// `DeviceNotFound`.
    DeviceNotFound,
    /// `KVMMissingCap`.
    KvmMissingCap,
    /// `DeviceEncrypted`, up to 2.9.
    DeviceEncrypted,
    /// Any other.
    Unrecognized(UnrecognizedValue),
}

/// A value of another shape than the types have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// What the value belongs to.
    pub subject: Subject,
    /// Where in the value it is, such as `[0].stats.rd_bytes`; empty for the
    /// value as a whole.
    pub path: String,
    /// What came instead of what.
    pub problem: String,
    /// The value as it came.
    pub raw: String,
}

/// What a value belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// It is what this command returned.
    Command(String),
    /// It is the data of this event.
    Event(String),
}

/// A server of another release than the types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongRelease {
    /// The release of the server.
    pub found: Version,
    /// What the distribution says of its package; often empty.
    pub package: String,
    /// The series for which there are types.
    pub types: Vec<Series>,
}

/// Reading or writing failed.
#[derive(Debug, Clone)]
pub struct TransportError {
    /// What was being done, such as `connect to monitor.sock`.
    pub during: String,
    /// What the operating system said.
    pub source: Arc<io::Error>,
}

/// The connection was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The `SHUTDOWN` event that came before, if one did: then QEMU ended.
    pub shutdown: Option<Shutdown>,
}

/// Why QEMU ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shutdown {
    /// Whether the guest wanted it; releases before 2.10 do not say.
    pub guest: Option<bool>,
    /// The reason, such as `host-qmp-quit`; releases before 4.0 do not say.
    pub reason: Option<String>,
}

/// No answer came in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeout {
    /// What was waited for: a command's name, or `greeting`.
    pub waiting_for: String,
    /// How long.
    pub after: Duration,
}

/// Something that the protocol does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    problem: String,
    raw: String,
}

impl Violation {
    /// What is wrong.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What came; of a message that was too long nothing is kept.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    pub(crate) fn new(problem: impl Into<String>, raw: impl Into<String>) -> Self {
        Violation {
            problem: problem.into(),
            raw: raw.into(),
        }
    }

    pub(crate) fn too_long(length: usize) -> Self {
        let problem = format!(
            "the server sent a message of {length} bytes, which is over the limit \
             (`Options::message_limit`)"
        );
        Violation::new(problem, "")
    }

    pub(crate) fn not_utf8(bytes: &[u8], error: Utf8Error) -> Self {
        let place = error.valid_up_to();
        let problem = format!("the server sent a message that is not UTF-8 from byte {place} on");
        Violation::new(problem, String::from_utf8_lossy(bytes))
    }

    pub(crate) fn not_json(text: &str, error: &serde_json::Error) -> Self {
        let located = crate::wire::path::locate(text.as_bytes(), error);
        let place = if located.path.is_empty() {
            String::new()
        } else {
            format!(" at `{}`", located.path)
        };
        let message = located.message;
        let problem =
            format!("the server sent something that is no message of QEMU{place}: {message}");
        Violation::new(problem, text)
    }

    pub(crate) fn no_message(text: &str) -> Self {
        let problem = "the server sent an object that is neither a reply nor an event";
        Violation::new(problem, text)
    }
}

impl Error {
    /// QEMU's refusal, if it is one.
    pub fn refused(&self) -> Option<&Refused> {
        match self {
            Error::Refused(refused) => Some(refused),
            _ => None,
        }
    }

    /// Whether nothing more can be done with this connection.
    pub fn ends_connection(&self) -> bool {
        matches!(self, Error::Transport(_) | Error::Closed(_))
    }

    pub(crate) fn transport(during: impl Into<String>, source: io::Error) -> Self {
        Error::Transport(TransportError {
            during: during.into(),
            source: Arc::new(source),
        })
    }

    pub(crate) fn timeout(waiting_for: impl Into<String>, after: Duration) -> Self {
        Error::Timeout(Timeout {
            waiting_for: waiting_for.into(),
            after,
        })
    }
}

impl Shutdown {
    pub(crate) fn new(data: Option<&RawValue>) -> Self {
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

impl ErrorClass {
    /// The text on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            ErrorClass::GenericError => "GenericError",
            ErrorClass::CommandNotFound => "CommandNotFound",
            ErrorClass::DeviceNotActive => "DeviceNotActive",
            ErrorClass::DeviceNotFound => "DeviceNotFound",
            ErrorClass::KvmMissingCap => "KVMMissingCap",
            ErrorClass::DeviceEncrypted => "DeviceEncrypted",
            ErrorClass::Unrecognized(value) => value.as_str(),
        }
    }
}

impl From<&str> for ErrorClass {
    fn from(text: &str) -> Self {
        match text {
            "GenericError" => ErrorClass::GenericError,
            "CommandNotFound" => ErrorClass::CommandNotFound,
            "DeviceNotActive" => ErrorClass::DeviceNotActive,
            "DeviceNotFound" => ErrorClass::DeviceNotFound,
            "KVMMissingCap" => ErrorClass::KvmMissingCap,
            "DeviceEncrypted" => ErrorClass::DeviceEncrypted,
            other => ErrorClass::Unrecognized(UnrecognizedValue::new(other)),
        }
    }
}

crate::wire::deserialize_enum!(ErrorClass);

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Refused(refused) => refused.fmt(f),
            Error::Decode(error) => error.fmt(f),
            Error::WrongRelease(error) => error.fmt(f),
            Error::Transport(error) => write!(f, "cannot {}: {}", error.during, error.source),
            Error::Closed(closed) => closed.fmt(f),
            Error::Timeout(timeout) => timeout.fmt(f),
            Error::Violation(violation) => f.write_str(&violation.problem),
            Error::EventsMissed(count) => {
                write!(
                    f,
                    "{count} events were dropped because nobody read them in time"
                )
            }
            Error::Encode(error) => write!(f, "the arguments cannot be written as JSON: {error}"),
            Error::Unsupported(what) => f.write_str(what),
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

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refused {
            command,
            class,
            desc,
        } = self;
        write!(f, "QEMU refused `{command}`: {desc} ({class})")
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::Command(name) => write!(f, "cannot read what `{name}` returned")?,
            Subject::Event(name) => write!(f, "cannot read the data of the event {name}")?,
        }
        if !self.path.is_empty() {
            write!(f, ", at `{}`", self.path)?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl fmt::Display for WrongRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server is QEMU {}", self.found)?;
        if !self.package.is_empty() {
            write!(f, " ({})", self.package)?;
        }
        match &self.types[..] {
            [] => f.write_str(" and no release is enabled: enable a feature such as `v10_0`"),
            types => {
                f.write_str(" and the types are of ")?;
                for (index, series) in types.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{series}")?;
                }
                f.write_str(": use those of its release, or allow it with `Options::releases`")
            }
        }
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.shutdown {
            None => f.write_str("the server closed the connection"),
            Some(shutdown) => {
                f.write_str("QEMU shut down")?;
                match (&shutdown.reason, shutdown.guest) {
                    (Some(reason), _) => write!(f, " ({reason})"),
                    (None, Some(true)) => f.write_str(" (the guest wanted it)"),
                    (None, Some(false)) => f.write_str(" (the host wanted it)"),
                    (None, None) => Ok(()),
                }
            }
        }
    }
}

impl fmt::Display for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Timeout { waiting_for, after } = self;
        if waiting_for == "greeting" {
            return write!(
                f,
                "no greeting within {after:?}: the server is no QMP monitor, or it serves \
                 another client now"
            );
        }
        write!(f, "no reply to `{waiting_for}` within {after:?}")
    }
}
