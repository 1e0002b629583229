//! Objects on their way out.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// An object that writes its members into an object that is open already.
///
/// A flat union writes its own members and then lets its branch write.
pub(crate) trait Write {
    /// Writes all members.
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

/// Writes an object.
pub(crate) fn object<T: Write, S: Serializer>(
    object: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    object.write(&mut map)?;
    map.end()
}

/// Writes a member.
pub(crate) fn put<M: SerializeMap, T: Serialize + ?Sized>(
    map: &mut M,
    name: &'static str,
    value: &T,
) -> Result<(), M::Error> {
    map.serialize_entry(name, value)
}

/// Writes a member if it is there.
pub(crate) fn put_some<M: SerializeMap, T: Serialize>(
    map: &mut M,
    name: &'static str,
    value: &Option<T>,
) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(name, value),
        None => Ok(()),
    }
}

/// Writes arguments that the schema does not list.
///
/// One that the schema does list is left out: it has a member of its own, and
/// QEMU refuses an object that says the same thing twice.
pub(crate) fn put_open<M: SerializeMap>(
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
