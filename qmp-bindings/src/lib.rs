//! Typed QMP for several QEMU releases in one program.

mod command;
mod event;
mod release;

pub use command::{Command, CommandOf, Empty};
pub use event::{Event, EventOf, UnknownEvent};
pub use release::{AgentRelease, Release, Series};
