//! Events and their timestamps.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The enum of all events of one release, such as `v10_0::Event`.
pub trait Event: Sized + fmt::Debug + Send + 'static {
    /// Decodes the `data` of the event called `name`.
    ///
    /// `None` means that the server sent no `data`, which is the same as an empty
    /// object. An event that the release does not have is decoded as an
    /// [`UnrecognizedEvent`].
    ///
    /// # Errors
    ///
    /// The release has this event, and `data` does not have its shape.
    fn decode(name: &str, data: Option<&RawValue>) -> Result<Self, serde_json::Error>;

    /// Returns the name on the wire, such as `BLOCK_JOB_COMPLETED`.
    fn name(&self) -> &str;
}

/// An event that the schema of the release does not have.
///
/// Distributions and later stable releases add events. Name and data are kept as
/// the server sent them.
#[derive(Debug, Clone, PartialEq)]
pub struct UnrecognizedEvent {
    /// The name on the wire.
    pub name: String,
    /// The data; empty if the server sent none.
    pub data: Map<String, Value>,
}

impl Event for UnrecognizedEvent {
    fn decode(name: &str, data: Option<&RawValue>) -> Result<Self, serde_json::Error> {
        Ok(UnrecognizedEvent {
            name: name.to_owned(),
            data: serde_json::from_str(data.map_or("{}", RawValue::get))?,
        })
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// An event and the time at which it happened.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedEvent<E> {
    /// The event.
    pub event: E,
    /// The time by the clock of the host.
    pub timestamp: Timestamp,
}

/// The time of an event, by the clock of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Seconds since 1970; -1 if QEMU could not read the clock.
    pub seconds: i64,
    /// Microseconds within the second; -1 if QEMU could not read the clock.
    pub microseconds: i64,
}

impl Timestamp {
    /// Converts to the time of the standard library; `None` if QEMU could not read
    /// the clock.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let seconds = u64::try_from(self.seconds).ok()?;
        let microseconds = u64::try_from(self.microseconds).ok()?;
        SystemTime::UNIX_EPOCH
            .checked_add(Duration::from_secs(seconds))?
            .checked_add(Duration::from_micros(microseconds))
    }
}

impl Default for Timestamp {
    fn default() -> Self {
        Timestamp {
            seconds: -1,
            microseconds: -1,
        }
    }
}
