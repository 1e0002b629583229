//! What an event is to the type system.

use std::fmt;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// All events of one release, as an enum.
pub trait Event: Sized + fmt::Debug + Send + 'static {
    /// Decodes the `data` of the event called `name`.
    ///
    /// `data` is `None` where QEMU sent none, which means an empty object. A
    /// name that the release does not know is no error: the event comes back
    /// as [`UnknownEvent`].
    ///
    /// # Errors
    ///
    /// The event is known and its data does not have the shape of the schema.
    fn decode(name: &str, data: Option<&RawValue>) -> Result<Self, serde_json::Error>;

    /// The name on the wire, such as `BLOCK_JOB_COMPLETED`.
    fn name(&self) -> &str;
}

/// One event as a type of its own, and where release `R` has it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event of `{R}`",
    note = "each release module has its own events: take this one from the `event` module beside `{R}`"
)]
pub trait EventOf<R: crate::Release>: Sized {
    /// The name on the wire, such as `BLOCK_JOB_COMPLETED`.
    const NAME: &'static str;

    /// Takes this event out of the release's enum, if it is this one.
    ///
    /// # Errors
    ///
    /// Gives back any other event.
    fn from_event(event: R::Event) -> Result<Self, R::Event>;

    /// Looks at this event in the release's enum, if it is this one.
    fn peek(event: &R::Event) -> Option<&Self>;
}

/// An event that the schema of the release does not have.
///
/// A distribution may add events, and a newer stable release too. Nothing is
/// lost: name and data are as they came.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownEvent {
    /// The name on the wire.
    pub name: String,
    /// The data; empty where QEMU sent none.
    pub data: Map<String, Value>,
}
