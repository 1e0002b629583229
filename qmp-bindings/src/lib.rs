//! Typed QMP for several QEMU releases in one program.

#![forbid(unsafe_code)]

mod command;
mod event;
#[rustfmt::skip]
#[allow(unused_imports, clippy::all)]
mod generated;
mod release;
// Every tool serves some type of some release, and few serve every release, so
// what is unused can be told only where all are compiled.
#[cfg_attr(
    not(all(feature = "both-directions", feature = "qga", feature = "v2_5")),
    allow(dead_code, unused_imports, unused_macros)
)]
mod wire;

pub use command::{Command, CommandOf, Empty, NoReply};
pub use event::{Event, EventOf, UnknownEvent};
pub use generated::*;
pub use release::{AgentRelease, Release, Series};
pub use wire::{UnrecognizedBranch, UnrecognizedValue};
