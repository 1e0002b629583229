//! Typed QMP for several QEMU releases in one program.
//!
//! QEMU changes its monitor protocol from release to release. In this crate each
//! release has its own types, and sending a command that a release does not have is a
//! compile error.
//!
//! # Getting started
//!
//! Enable the feature for the release of your QEMU (`qemu-system-x86_64 --version`):
//!
//! ```toml
//! [dependencies]
//! qmp-bindings = { version = "0.1", features = ["v10_0"] }
//! ```
//!
//! Start QEMU with a monitor:
//!
//! ```text
//! qemu-system-x86_64 -display none -qmp unix:monitor.sock,server=on,wait=off
//! ```
//!
//! Connect and send a command:
//!
//! ```no_run
//! # #[cfg(feature = "v10_0")] fn main() -> Result<(), qmp_bindings::Error> {
//! use qmp_bindings::blocking::Qmp;
//! use qmp_bindings::v10_0::{Release, command::QueryStatus};
//!
//! // Reads the greeting, checks the release and negotiates the capabilities.
//! let mut qmp = Qmp::<Release>::connect_unix("monitor.sock")?;
//! let status = qmp.execute(QueryStatus {})?;
//! println!("QEMU {}: {}", qmp.greeting().version, status.status);
//! # Ok(()) }
//! # #[cfg(not(feature = "v10_0"))] fn main() {}
//! ```
//!
//! A release module has four parts: `command` and `event` with a type for each command
//! and event, `types` with everything else in the schema, and `Release`, which names
//! the release in `Qmp<Release>`. Required arguments are the parameters of `new`,
//! optional ones are fields:
//!
//! ```no_run
//! # #[cfg(feature = "v10_0")]
//! # fn example(qmp: &mut qmp_bindings::blocking::Qmp<qmp_bindings::v10_0::Release>)
//! # -> Result<(), qmp_bindings::Error> {
//! use qmp_bindings::v10_0::command::DeviceAdd;
//!
//! let mut disk = DeviceAdd::new("virtio-blk-pci");
//! disk.id = Some("disk0".to_owned());
//! // The schema does not list the properties of a device.
//! disk.extra.insert("drive".to_owned(), "node0".into());
//! qmp.execute(disk)?;
//! # Ok(()) }
//! ```
//!
//! The module `tokio` has the same client for tokio.
//!
//! # Releases
//!
//! A server of a different release is an [`Error::WrongRelease`], before any command
//! is sent. A command of a different release does not compile. This is the error for
//! the `BlockdevAdd` of 2.5 on a connection to QEMU 2.11:
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
//!   = note: each release module has its own commands: take this one from the `command` module next to `qmp_bindings::v2_11::Release`
//! ```
//!
//! To support several releases, enable several features.
//! [`AnyQmp`](blocking::AnyQmp) connects to any of them and has a variant for each.
//! Definitions that did not change between releases are one type, so a function can be
//! written for all releases that have a command:
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
//!         other => panic!("QEMU {} is not supported", other.greeting().version),
//!     }
//! }
//! # }
//! ```
//!
//! [`Options::releases`] allows a connection to use the types of a neighboring
//! release. [`Untyped`] connects to any release and sends commands by name.
//!
//! # Events
//!
//! Events are queued from the start of the connection, in order and up to
//! [`Options::event_limit`]. Read them with [`blocking::Qmp::next_event`] or
//! `tokio::Qmp::events`. To wait for the effect of a command, use `execute_and_wait`,
//! which also finds an event that arrives before the reply.
//!
//! # Errors
//!
//! [`Error`] distinguishes an error that the server returned, a reply that does not
//! have the shape of its type, a time limit, and a lost connection. An invalid message
//! fails at most the command that it belongs to, and the connection stays usable.
//! Enum values, union branches, members and events that a schema does not list are
//! not errors: distributions and stable releases add them.
//!
//! # Features
//!
//! | feature | effect |
//! |---|---|
//! | `v2_5` to `v11_1`, one for each series | the types of a release; any combination |
//! | `all-releases` | the types of all releases |
//! | `qga` | the guest agent of these releases: module `qga` and `Agent` |
//! | `tokio` | the client for tokio |
//! | `fd-passing` | passing of file descriptors with a command |
//! | `tracing` | each message at trace level (target `qmp_bindings::wire`), with secrets masked |
//! | `both-directions` | `Serialize` also for received types and `Deserialize` also for sent types |
//! | `mock` | a typed server for unit tests: module `mock`; includes `both-directions` |
//! | `testing` | checks for tests of programs that serve several releases: module `testing` |
//!
//! Without the feature of a release only [`Untyped`] connections are possible.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod blocking;
mod client_macros;
mod command;
mod error;
mod event;
mod fds;
#[rustfmt::skip]
#[allow(missing_docs, deprecated, non_camel_case_types, unused_imports, clippy::all)]
#[cfg_attr(test, path = "no_releases.rs")]
mod generated;
#[cfg(feature = "mock")]
pub mod mock;
// Parts of it serve only the guest agent or only the client for tokio.
#[cfg_attr(not(all(feature = "qga", feature = "tokio")), allow(dead_code))]
mod protocol;
mod release;
#[cfg(feature = "both-directions")]
pub mod rewriter;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tokio")]
pub mod tokio;
mod version;
#[doc(hidden)]
pub mod wire;

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
pub use version::{ParseSeriesError, Series, Version};
pub use wire::{Empty, NoReply, UnrecognizedBranch, UnrecognizedValue};

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
