//! A server for unit tests, in the same process and typed.
//!
//! A [`Server`] plays the QEMU of release `R`. Handlers take a command of that release
//! and return its return type, or an [`ErrorReply`]; events are those of the release. A
//! command or an event of a different release does not compile.
//!
//! ```
//! # #[cfg(all(feature = "v5_2", feature = "v10_0"))] {
//! use qmp_bindings::blocking::Qmp;
//! use qmp_bindings::mock::{ErrorReply, Server};
//! use qmp_bindings::v10_0::Release;
//! use qmp_bindings::v10_0::command::{DeviceDel, QueryStatus, Stop};
//! use qmp_bindings::v10_0::{event, types::{RunState, StatusInfo}};
//! use qmp_bindings::{Error, ErrorClass};
//!
//! /// The code under test.
//! fn pause(qmp: &mut Qmp<Release>) -> Result<bool, Error> {
//!     if !qmp.execute(QueryStatus {})?.running {
//!         return Ok(false);
//!     }
//!     qmp.execute(Stop {})?;
//!     Ok(true)
//! }
//!
//! let server = Server::<Release>::new()
//!     .on(|_: QueryStatus| Ok(StatusInfo { running: true, status: RunState::Running }))
//!     .on(|_: Stop| Ok(Default::default()))
//!     .times(1)
//!     .emit(event::Stop {})
//!     .on(|command: DeviceDel| {
//!         let desc = format!("Device '{}' not found", command.id);
//!         Err(ErrorReply::new(ErrorClass::DeviceNotFound, desc))
//!     });
//! let mut qmp = server.connect()?;
//!
//! assert!(pause(&mut qmp)?);
//! assert_eq!(qmp.next_event(None)?.expect("an event").event.name(), "STOP");
//! let error = qmp.execute(DeviceDel { id: "disk0".to_owned() }).unwrap_err();
//! assert_eq!(error.as_command_error().unwrap().class, ErrorClass::DeviceNotFound);
//!
//! // What was sent, by name or as typed commands.
//! let names: Vec<String> = server.requests().iter().map(|r| r.command.clone()).collect();
//! assert_eq!(names, ["query-status", "stop", "device_del"]);
//! assert_eq!(server.requests_of::<DeviceDel>()[0].id, "disk0");
//!
//! // Panics if a command came that no handler takes, or if `stop` did not come once.
//! server.finish();
//! # use qmp_bindings::Event as _;
//! # }
//! # Ok::<(), qmp_bindings::Error>(())
//! ```
//!
//! # Expectations
//!
//! Handlers of the same command are used in the order in which they were added: each as
//! often as [`Server::times`] says, the last one without limit. With
//! [`Server::in_order`] the commands have to come in that order, too.
//!
//! A command without a handler, or sent too often, is answered with an error that names
//! the command, its arguments and what was expected. [`Server::finish`] panics with all
//! of them, and so does dropping the server.
//!
//! # The protocol
//!
//! The greeting has the version of the release ([`Server::version`] sets another),
//! capabilities are negotiated, ids come back, and from 4.0 on commands of
//! [`Server::on_oob`] are taken out of band. A command that the release does not have
//! is answered with `CommandNotFound`, and arguments that do not have the shape of their
//! type with QEMU's error for that; the wording is exact for missing and unexpected
//! members and for values of another type. Values of enums that the schema does not list
//! reach the handler.
//!
//! # Connections
//!
//! [`Server::connect`] and `Server::connect_tokio` open a client; [`Server::transport`]
//! is for programs that open it themselves, and [`Server::serve`] for those that want a
//! socket. A server may have several connections at the same time.

mod arguments;
mod expectation;
mod server;
mod session;
mod shared;
mod transport;

use std::fmt;

pub use crate::protocol::message::ErrorReply;
pub use server::Server;
pub use session::Request;
pub use transport::MockTransport;

use crate::error::ErrorClass;

impl ErrorReply {
    /// Creates an error.
    pub fn new(class: ErrorClass, desc: impl Into<String>) -> Self {
        ErrorReply {
            class,
            desc: desc.into(),
        }
    }

    /// Creates an error of the class that nearly all errors have.
    pub fn generic(desc: impl Into<String>) -> Self {
        ErrorReply::new(ErrorClass::GenericError, desc)
    }

    /// Creates the error of QEMU for a command that it does not have.
    pub fn command_not_found(command: &str) -> Self {
        ErrorReply::new(
            ErrorClass::CommandNotFound,
            format!("The command {command} has not been found"),
        )
    }
}

impl fmt::Display for ErrorReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.desc, self.class)
    }
}
