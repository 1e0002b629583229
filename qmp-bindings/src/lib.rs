//! Typed QMP for several QEMU releases in one program.
//!
//! QEMU changes its monitor protocol from release to release. Here each release
//! has its own types, and a command of another release does not compile.
//!
//! # Start
//!
//! Name the release of your QEMU (`qemu-system-x86_64 --version`) as a feature:
//!
//! ```toml
//! [dependencies]
//! qmp-bindings = { version = "0.1", features = ["v10_0"] }
//! ```
//!
//! Start a QEMU with a monitor:
//!
//! ```text
//! qemu-system-x86_64 -display none -qmp unix:monitor.sock,server=on,wait=off
//! ```
//!
//! and ask it:
//!
//! ```no_run
//! # #[cfg(feature = "v10_0")] fn main() -> Result<(), qmp_bindings::Error> {
//! use qmp_bindings::blocking::Qmp;
//! use qmp_bindings::v10_0::{Release, command::QueryStatus};
//!
//! // The greeting is read, the release checked, the capabilities negotiated.
//! let mut qmp = Qmp::<Release>::connect_unix("monitor.sock")?;
//! let status = qmp.execute(QueryStatus {})?;
//! println!("{}: {}", qmp.greeting().version, status.status);
//! # Ok(()) }
//! # #[cfg(not(feature = "v10_0"))] fn main() {}
//! ```
//!
//! The same on tokio is in the module `tokio`, behind the feature `tokio`.
//!
//! # The wrong release
//!
//! A server of another release is [`Error::WrongRelease`], before any command is
//! sent. A command of another release is refused when compiling. This is `v2_5`'s
//! `BlockdevAdd` on a connection to a QEMU 2.11:
//!
//! ```text
//! error[E0277]: `qmp_bindings::v2_5::command::BlockdevAdd` is not a command of `qmp_bindings::v2_11::Release`
//!  --> cases/wrong_release.rs:5:25
//!   |
//! 5 |     let _ = qmp.execute(v2_5::command::BlockdevAdd { options });
//!   |                 ------- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this command does not exist, or has other arguments, in `qmp_bindings::v2_11::Release`
//!   |                 |
//!   |                 required by a bound introduced by this call
//!   |
//!   = note: each release module has its own commands: take this one from the `command` module beside `qmp_bindings::v2_11::Release`
//! ```
//!
//! # Several releases
//!
//! Enable several features, and let the greeting decide:
//! [`blocking::AnyQmp::connect_unix`] returns an enum with a connection of the
//! release that was found. What did not change between releases is one type for
//! all of them, and a function can be written once for every release that has it:
//!
//! ```no_run
//! # #[cfg(all(feature = "v2_5", feature = "v10_0"))] mod example {
//! use qmp_bindings::blocking::{AnyQmp, Qmp};
//! use qmp_bindings::v10_0::command::{QueryStatus, Stop};
//! use qmp_bindings::{CommandOf, Error, Release};
//!
//! fn pause<R: Release>(mut qmp: Qmp<R>) -> Result<(), Error>
//! where
//!     Stop: CommandOf<R>,
//!     QueryStatus: CommandOf<R>,
//! {
//!     qmp.execute(Stop {})?;
//!     println!("QEMU {}: {:?}", R::SERIES, qmp.execute(QueryStatus {})?);
//!     Ok(())
//! }
//!
//! fn pause_any(socket: &str) -> Result<(), Error> {
//!     match AnyQmp::connect_unix(socket)? {
//!         AnyQmp::V2_5(qmp) => pause(qmp),
//!         AnyQmp::V10_0(qmp) => pause(qmp),
//!         other => panic!("no code for {}", other.greeting().version),
//!     }
//! }
//! # }
//! ```
//!
//! Where the types of a neighbour release will do, [`Options::releases`] says so.
//!
//! # Events and errors
//!
//! Events are kept from the first byte of the connection on, in their order and
//! within a bound: [`blocking::Qmp::next_event`], `tokio::Qmp::events`. To wait
//! for what a command brings about, use `execute_and_wait`: it looks from before
//! the command was sent.
//!
//! [`Error`] keeps apart that QEMU said no, that a reply has another shape than
//! its type, that no answer came in time, and that the connection is gone. A bad
//! message fails its own command; after all but the last the connection can be
//! used on.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `v2_5`, `v2_11`, `v7_2`, `v10_0` | the types of a release; any combination |
//! | `qga` | the guest agent of these releases, in `qga`, and `blocking::Agent` |
//! | `tokio` | the client for tokio |
//! | `fd-passing` | file descriptors that travel with a command |
//! | `tracing` | each message at trace level (target `qmp_bindings::wire`), secrets masked |
//! | `both-directions` | `Serialize` for what is received and `Deserialize` for what is sent |

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod blocking;
mod command;
mod error;
mod event;
mod fds;
#[rustfmt::skip]
#[allow(missing_docs, unused_imports, clippy::all)]
mod generated;
// Parts of it serve only the guest agent or only the client for tokio.
#[cfg_attr(not(all(feature = "qga", feature = "tokio")), allow(dead_code))]
mod protocol;
mod release;
#[cfg(feature = "tokio")]
pub mod tokio;
mod version;
// Each helper serves some types of some release, so only a build with all of them
// shows what is unused.
#[cfg_attr(
    not(all(feature = "both-directions", feature = "qga", feature = "v2_5")),
    allow(dead_code, unused_imports, unused_macros)
)]
mod wire;

pub use command::{Command, CommandOf, OobCommandOf};
pub use error::{
    Awaited, ClosedError, CommandError, DecodeError, Error, ErrorClass, PayloadOrigin,
    ProtocolError, Shutdown, TimeoutError, TransportError, WrongReleaseError,
};
pub use event::{Event, TimedEvent, Timestamp, UnrecognizedEvent};
#[allow(unused_imports)] // Without a release it is empty.
pub use generated::*;
pub use protocol::greeting::Greeting;
pub use protocol::options::Options;
pub use release::{AgentRelease, CommandInfo, EventOf, Release, Untyped};
pub use version::{Series, Version};
pub use wire::{Empty, NoReply, UnrecognizedBranch, UnrecognizedValue};
