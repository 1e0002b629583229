//! How generated types become JSON and come from it.
//!
//! Generated code calls nothing else. It could use serde's derives; it does
//! not, because a flat union would then be read into a buffer of values and
//! decoded from there, and because a derived impl is several times the code to
//! compile. Here, what all types have in common is written once, and a type
//! says only what its members are.

mod alternate;
mod macros;
mod number;
mod open;
pub(crate) mod path;
mod read;
mod union;
mod write;

pub use open::{UnrecognizedBranch, UnrecognizedValue};

pub(crate) use alternate::alternate;
pub(crate) use macros::*;
pub(crate) use read::{Key, object, text};
pub(crate) use union::{UnionSlots, union};
pub(crate) use write::object as write_object;

/// Reads a value as a type and writes it again.
#[cfg(feature = "both-directions")]
pub(crate) fn rewrite<T: serde::de::DeserializeOwned + serde::Serialize>(
    json: &str,
) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::from_str::<T>(json).and_then(serde_json::to_value)
}

/// What generated files import.
pub(crate) mod prelude {
    pub(crate) use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
    pub(crate) use serde::de::{Deserialize, Error, MapAccess, SeqAccess};
    pub(crate) use serde::ser::{Serialize, SerializeMap, Serializer};
    pub(crate) use serde_json::{Map, Value};

    pub(crate) use super::alternate::Alternate;
    pub(crate) use super::number::{Number, Unsigned};
    pub(crate) use super::read::{Object, read, required};
    pub(crate) use super::union::{Base, Branches, Data, Rest};
    pub(crate) use super::write::{Write, put, put_open, put_some};
    pub(crate) use super::{UnrecognizedBranch, UnrecognizedValue};
    pub(crate) use crate::wire;
    pub(crate) use crate::{CommandFacts, Empty, NoReply, Series};
}
