//! Typed QMP for several QEMU releases in one program.

#![forbid(unsafe_code)]

mod command;
mod event;
#[rustfmt::skip]
#[allow(unused_imports, clippy::all)]
mod generated;
mod release;
mod wire;

pub use command::{Command, CommandOf, Empty, NoReply};
pub use event::{Event, EventOf, UnknownEvent};
pub use generated::*;
pub use release::{AgentRelease, Release, Series};
pub use wire::{UnrecognizedBranch, UnrecognizedValue};
