//! Return values without content.

use serde::de::{Deserialize, Deserializer, Error, MapAccess};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::read::Object;
use super::write::Write;

/// The return value of a command without one: an object without members.
///
/// Members that a newer server may send are ignored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Empty {}

super::serialize!(Empty);
super::deserialize!(Empty);

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

/// The return value of a command that sends no reply when it succeeds.
///
/// The type has no values. Send such a command with `Agent::execute_silent`.
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
            "this command sends no reply when it succeeds",
        ))
    }
}
