//! Encoding and decoding of the generated types.
//!
//! Generated code uses nothing else of this crate but its public traits, also in another
//! crate (`generate --into`). It is not for anybody else. It implements serde's traits
//! through this module instead of deriving them: a derived flat union is read into
//! a buffer of values and decoded from there, and derived impls take several times
//! as long to compile. The code that all types have in common is written once here;
//! a generated type only lists its members.

mod alternate;
mod early;
mod empty;
mod macros;
mod number;
mod open;
pub(crate) mod path;
mod read;
mod union;
mod write;

pub use empty::{Empty, NoReply};
pub use open::{UnrecognizedBranch, UnrecognizedValue};

pub use alternate::alternate;
pub use macros::*;
pub use read::{Key, object, text};
pub use union::{UnionSlots, union};
pub use write::object as write_object;

pub use serde;
pub use serde_json;

/// Decodes a value as `T` and encodes it again.
#[cfg(feature = "both-directions")]
pub fn rewrite<T: serde::de::DeserializeOwned + serde::Serialize>(
    json: &str,
) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::from_str::<T>(json).and_then(serde_json::to_value)
}

/// The imports of generated files.
pub mod prelude {
    pub use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
    pub use serde::de::{Deserialize, Error, MapAccess, SeqAccess};
    pub use serde::ser::{Serialize, SerializeMap, Serializer};
    pub use serde_json::{self, Map, Value};

    pub use super::alternate::Alternate;
    pub use super::number::{Number, Unsigned};
    pub use super::read::{Object, read, required};
    pub use super::union::{Base, Branches, Data, Rest};
    pub use super::write::{Write, put, put_open, put_some};
    pub use super::{Empty, NoReply, UnrecognizedBranch, UnrecognizedValue};
    pub use crate::wire;
}
