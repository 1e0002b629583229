//! The blocking client.
//!
//! [`Qmp`] has the types of one release, [`AnyQmp`] those of the release
//! that it finds.
//!
//! ```no_run
//! # #[cfg(feature = "v10_0")] {
//! use qmp_bindings::blocking::Qmp;
//! use qmp_bindings::v10_0::{self, command::QueryStatus};
//!
//! let mut qmp = Qmp::<v10_0::Release>::connect_unix("monitor.sock")?;
//! println!("{:?}", qmp.execute(QueryStatus {})?.status);
//! # }
//! # Ok::<(), qmp_bindings::Error>(())
//! ```

#[cfg(feature = "qga")]
mod agent;
mod any;
mod events;
mod link;
mod qmp;
pub mod transport;

#[cfg(feature = "qga")]
pub use agent::Agent;
pub use any::AnyQmp;
pub use events::Events;
pub use qmp::Qmp;
