//! Maps that are made once, from entries that a file has in the order of their keys.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// A map as a list that is sorted by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortedMap<V> {
    entries: Vec<(Box<str>, V)>,
}

/// QEMU's name of a type. Most properties have one of a few types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeName(Cow<'static, str>);

/// The types of most properties.
const FREQUENT_TYPES: [&str; 12] = [
    "bool",
    "uint32",
    "str",
    "uint8",
    "uint64",
    "uint16",
    "int32",
    "string",
    "link<irq>",
    "size",
    "OnOffAuto",
    "int",
];

impl<V> Default for SortedMap<V> {
    fn default() -> Self {
        SortedMap {
            entries: Vec::new(),
        }
    }
}

impl<V> SortedMap<V> {
    /// Of entries with one key, the last one is kept.
    fn new(mut entries: Vec<(Box<str>, V)>) -> Self {
        if !entries.is_sorted_by(|(one, _), (next, _)| one < next) {
            entries.reverse();
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            entries.dedup_by(|(later, _), (kept, _)| later == kept);
        }
        SortedMap { entries }
    }

    /// The index of a key.
    pub fn position(&self, key: &str) -> Option<usize> {
        let found = self.entries.binary_search_by(|(own, _)| (**own).cmp(key));
        found.ok()
    }

    /// The key and the value at an index.
    pub fn at(&self, index: usize) -> (&str, &V) {
        let (key, value) = &self.entries[index];
        (key, value)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&V> {
        Some(self.at(self.position(key)?).1)
    }

    /// Returns whether there is a key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// The same keys with other values.
    pub fn try_map<W, E>(self, make: impl Fn(&str, V) -> Result<W, E>) -> Result<SortedMap<W>, E> {
        let entries = self.entries.into_iter();
        let entries = entries.map(|(key, value)| {
            let value = make(&key, value)?;
            Ok((key, value))
        });
        Ok(SortedMap {
            entries: entries.collect::<Result<_, E>>()?,
        })
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &V)> + Clone {
        self.entries.iter().map(|(key, value)| (&**key, value))
    }

    /// Returns whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Keeps the entries whose values a function accepts.
    pub fn retain(&mut self, accepts: impl Fn(&V) -> bool) {
        self.entries.retain(|(_, value)| accepts(value));
    }
}

impl<V, W: Into<V>> FromIterator<(String, W)> for SortedMap<V> {
    fn from_iter<I: IntoIterator<Item = (String, W)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let entries = entries.map(|(key, value)| (key.into_boxed_str(), value.into()));
        SortedMap::new(entries.collect())
    }
}

impl<V: Serialize> Serialize for SortedMap<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for SortedMap<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntryVisitor(PhantomData))
    }
}

struct EntryVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for EntryVisitor<V> {
    type Value = SortedMap<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(SortedMap::new(entries))
    }
}

impl TypeName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for TypeName {
    fn from(name: &str) -> Self {
        let frequent = FREQUENT_TYPES.iter().find(|own| **own == name);
        TypeName(frequent.map_or_else(|| Cow::Owned(name.to_owned()), |own| Cow::Borrowed(*own)))
    }
}

impl From<String> for TypeName {
    fn from(name: String) -> Self {
        TypeName(Cow::Owned(name))
    }
}

impl Serialize for TypeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TypeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TypeVisitor)
    }
}

struct TypeVisitor;

impl Visitor<'_> for TypeVisitor {
    type Value = TypeName;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, name: &str) -> Result<TypeName, E> {
        Ok(TypeName::from(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_in_any_order_are_found_and_the_last_of_several_counts() {
        let text = r#"{"b": "bool", "a": "OnOffAuto", "c": "x", "b": "size"}"#;
        let map: SortedMap<TypeName> = serde_json::from_str(text).unwrap();
        let entries: Vec<_> = map.iter().map(|(key, ty)| (key, ty.as_str())).collect();
        assert_eq!(entries, [("a", "OnOffAuto"), ("b", "size"), ("c", "x")]);
        assert_eq!(map.get("c").map(TypeName::as_str), Some("x"));
        assert!(!map.contains_key("d"));
    }
}
