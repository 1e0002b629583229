//! A client for tokio.
//!
//! ```no_run
//! # #[cfg(feature = "v10_0")]
//! # async fn example() -> Result<(), qmp_bindings::Error> {
//! use qmp_bindings::tokio::Qmp;
//! use qmp_bindings::v10_0::{self, command::QueryStatus};
//!
//! let qmp = Qmp::<v10_0::Release>::connect_unix("monitor.sock").await?;
//! println!("{:?}", qmp.execute(QueryStatus {}).await?.status);
//! # Ok(()) }
//! ```
//!
//! A connection is a handle that costs little to clone; each clone may send
//! commands while those of others are under way. One task, which
//! [`Qmp::open`] spawns, receives for all of them. It ends when the last
//! handle and the last [`Events`] are gone.
//!
//! Any future of this module may be dropped at any time. A command that was
//! begun is sent as a whole, and its reply is dropped when it comes.

#[cfg(feature = "qga")]
mod agent;
mod any;
mod driver;
mod events;
mod link;
mod qmp;
mod transport;

#[cfg(feature = "qga")]
pub use agent::Agent;
pub use any::AnyQmp;
pub use events::Events;
pub use qmp::Qmp;
pub use transport::Transport;
