//! What a command is to the type system.

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, MapAccess};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::wire::prelude::{Object, Write};

/// The arguments of a command, and its name.
///
/// What a command returns depends on the release and is told by [`CommandOf`].
/// So a command whose arguments never changed is one Rust type for every
/// release, even where newer releases reply more than older ones.
pub trait Command: Serialize {
    /// The name on the wire, such as `blockdev-add`.
    const NAME: &'static str;
}

/// Says that release `R` has this command, and what it returns there.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command of `{R}`",
    label = "this command does not exist, or has other arguments, in `{R}`",
    note = "each release module has its own commands: take this one from the `command` module beside `{R}`"
)]
pub trait CommandOf<R>: Command {
    /// What the command returns in this release.
    type Return: DeserializeOwned + fmt::Debug + Send + 'static;
    /// Whether QEMU replies when the command succeeds.
    ///
    /// A few commands of the guest agent do not: when `guest-shutdown` works,
    /// nothing comes back. Errors are always replied.
    const SUCCESS_RESPONSE: bool = true;
}

/// Says that release `R` has this command and can be sent it out of band
/// (`exec-oob`): it is carried out at once, before those that wait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent out of band to `{R}`",
    label = "`{R}` carries this command out in its turn only",
    note = "send it with `execute`"
)]
pub trait OobCommandOf<R>: CommandOf<R> {}

/// What a command without a return value returns: an object without members.
///
/// Members that a newer QEMU may send are ignored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Empty {}

crate::wire::serialize!(Empty);
crate::wire::deserialize!(Empty);

impl Write for Empty {
    fn write<M: SerializeMap>(&self, _: &mut M) -> Result<(), M::Error> {
        Ok(())
    }
}

impl Object for Empty {
    type Slots = Self;
    const NAME: &'static str = "empty";

    fn accept<'de, A: MapAccess<'de>>(_: &mut Self, _: &str, _: &mut A) -> Result<bool, A::Error> {
        Ok(false)
    }

    fn finish<E: Error>(slots: Self) -> Result<Self, E> {
        Ok(slots)
    }
}

/// What a command returns that does not reply when it succeeds.
///
/// There is no value of it: whoever sends such a command waits for an error, or
/// for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoReply {}

impl Serialize for NoReply {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        match *self {}
    }
}

impl<'de> Deserialize<'de> for NoReply {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom(
            "this command does not reply when it succeeds",
        ))
    }
}
