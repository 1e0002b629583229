//! The client for tokio.
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
//! [`Qmp`] has the types of one release, [`AnyQmp`] those of the release that it finds.
//! Both are handles that are cheap to clone; all clones may send commands at the same
//! time. A task that `open` spawns moves the bytes. It ends when the last handle and
//! the last [`Events`] are dropped.
//!
//! # Cancel safety
//!
//! Any future of this module may be dropped at any time. A command that was partly
//! sent is still sent as a whole, and its reply is dropped.

#[cfg(feature = "qga")]
mod agent;
mod any;
mod clock;
mod driver;
mod events;
mod link;
mod qmp;
mod shared;
mod transport;

#[cfg(feature = "qga")]
pub use agent::Agent;
pub use any::AnyQmp;
pub use events::Events;
pub use qmp::Qmp;
pub use transport::Transport;
