//! Typed QMP for several QEMU releases in one program.

#![forbid(unsafe_code)]

pub mod blocking;
mod command;
mod error;
mod event;
#[cfg(all(unix, feature = "fd-passing"))]
mod fds;
#[rustfmt::skip]
#[allow(unused_imports, clippy::all)]
mod generated;
mod protocol;
mod release;
#[cfg(feature = "tokio")]
pub mod tokio;
// Each combination of features uses another part of it.
#[allow(dead_code, unused_imports)]
mod wire;

pub use command::{Command, CommandOf, Empty, NoReply, OobCommandOf};
pub use error::{
    Closed, DecodeError, Error, ErrorClass, Refused, Shutdown, Subject, Timeout, TransportError,
    Violation, WrongRelease,
};
pub use event::{Event, EventOf, UnknownEvent};
pub use generated::*;
pub use protocol::events::{Timed, Timestamp};
pub use protocol::greeting::{Greeting, Version};
pub use protocol::options::Options;
pub use release::{AgentRelease, CommandFacts, Release, Series};
pub use wire::{UnrecognizedBranch, UnrecognizedValue};

/// Why a command cannot be sent out of band.
const NO_OOB: &str =
    "out-of-band commands were not negotiated: open the connection with `Options::oob`";
