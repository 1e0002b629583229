//! Encoding and decoding of the generated types.
//!
//! Generated code uses nothing else of this crate. It implements serde's traits
//! through this module instead of deriving them: a derived flat union is read into
//! a buffer of values and decoded from there, and derived impls take several times
//! as long to compile. The code that all types have in common is written once here;
//! a generated type only lists its members.

mod alternate;
mod empty;
mod macros;
mod number;
mod open;
pub(crate) mod path;
mod raw;
mod read;
mod union;
mod write;

pub use empty::{Empty, NoReply};
pub use open::{UnrecognizedBranch, UnrecognizedValue};

pub(crate) use alternate::alternate;
pub(crate) use macros::*;
pub(crate) use read::{Key, object, text};
pub(crate) use union::{UnionSlots, union};
pub(crate) use write::object as write_object;

/// Decodes a value as `T` and encodes it again.
#[cfg(feature = "both-directions")]
pub(crate) fn rewrite<T: serde::de::DeserializeOwned + serde::Serialize>(
    json: &str,
) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::from_str::<T>(json).and_then(serde_json::to_value)
}

/// The imports of generated files.
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
    pub(crate) use super::{Empty, NoReply, UnrecognizedBranch, UnrecognizedValue};
    pub(crate) use crate::wire;
}
