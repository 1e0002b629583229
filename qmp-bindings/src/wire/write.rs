//! Encoding of objects.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// The members of an object, which are encoded into an open map.
///
/// A flat union encodes its own members and then those of its branch.
pub trait Write {
    /// Encodes all members.
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

/// Encodes an object.
pub fn object<T: Write, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    object.write(&mut map)?;
    map.end()
}

/// Encodes a member.
pub fn put<M: SerializeMap, T: Serialize + ?Sized>(
    map: &mut M,
    name: &'static str,
    value: &T,
) -> Result<(), M::Error> {
    map.serialize_entry(name, value)
}

/// Encodes a member if it is present.
pub fn put_some<M: SerializeMap, T: Serialize>(
    map: &mut M,
    name: &'static str,
    value: &Option<T>,
) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(name, value),
        None => Ok(()),
    }
}

/// Encodes arguments that the schema does not list.
///
/// An argument that the schema lists is left out: it is a member of the type, and QEMU
/// rejects duplicate members.
pub fn put_open<M: SerializeMap>(
    map: &mut M,
    listed: &[&str],
    extra: &Map<String, Value>,
) -> Result<(), M::Error> {
    for (name, value) in extra
        .iter()
        .filter(|(name, _)| !listed.contains(&name.as_str()))
    {
        map.serialize_entry(name, value)?;
    }
    Ok(())
}
