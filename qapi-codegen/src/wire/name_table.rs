//! Named entries that are found by binary search.

use std::cmp::Ordering;
use std::ops::Index;

/// Entries sorted by name, which remember the order of their declaration.
#[derive(Debug, Clone)]
pub struct NameTable<'s, T> {
    entries: Vec<NamedEntry<'s, T>>,
}

/// The entries that each of two tables has with a name.
pub type TableJoin<'t, 's, T> = Vec<(&'s str, (Option<&'t T>, Option<&'t T>))>;

#[derive(Debug, Clone)]
struct NamedEntry<'s, T> {
    key: NameKey<'s>,
    position: u32,
    value: T,
}

/// A name behind its first bytes as a number, which most comparisons do not go beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct NameKey<'s> {
    start: u64,
    name: &'s str,
}

impl<'s> NameKey<'s> {
    fn new(name: &'s str) -> NameKey<'s> {
        let bytes = name.as_bytes();
        let start = bytes.first_chunk().copied().unwrap_or_else(|| {
            let mut start = [0; 8];
            start[..bytes.len()].copy_from_slice(bytes);
            start
        });
        NameKey {
            start: u64::from_be_bytes(start),
            name,
        }
    }
}

impl<T> Default for NameTable<'_, T> {
    fn default() -> Self {
        NameTable {
            entries: Vec::new(),
        }
    }
}

impl<'s, T> FromIterator<(&'s str, T)> for NameTable<'s, T> {
    fn from_iter<I: IntoIterator<Item = (&'s str, T)>>(named: I) -> Self {
        let named = (0..).zip(named);
        NameTable::with_positions(named.map(|(position, (name, value))| (position, name, value)))
    }
}

impl<T> Index<&str> for NameTable<'_, T> {
    type Output = T;

    fn index(&self, name: &str) -> &T {
        &self.entries[self.position(name).expect("no entry with this name")].value
    }
}

impl<'s, T> NameTable<'s, T> {
    /// Creates a table of entries with their positions in the declaration.
    pub fn with_positions(entries: impl IntoIterator<Item = (u32, &'s str, T)>) -> Self {
        let entries = entries.into_iter();
        let mut entries: Vec<_> = entries
            .map(|(position, name, value)| NamedEntry {
                key: NameKey::new(name),
                position,
                value,
            })
            .collect();
        entries.sort_by_key(|entry| entry.key);
        NameTable { entries }
    }

    /// The position of an entry in the declaration.
    pub fn declared_position(&self, name: &str) -> Option<u32> {
        Some(self.entries[self.position(name)?].position)
    }

    fn position(&self, name: &str) -> Option<usize> {
        let key = NameKey::new(name);
        self.entries
            .binary_search_by(|entry| entry.key.cmp(&key))
            .ok()
    }

    /// The entry with this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        Some(self.get_key_value(name)?.1)
    }

    /// The entry with this name, with the name as the table borrows it.
    pub fn get_key_value(&self, name: &str) -> Option<(&'s str, &T)> {
        let entry = &self.entries[self.position(name)?];
        Some((entry.key.name, &entry.value))
    }

    /// Returns `true` if there is an entry with this name.
    pub fn contains(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns `true` if there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in the order of their names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'s str, &T)> + Clone {
        self.entries
            .iter()
            .map(|entry| (entry.key.name, &entry.value))
    }

    /// The names in their order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &'s str> + Clone {
        self.entries.iter().map(|entry| entry.key.name)
    }

    /// The values in the order of their names.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &T> + Clone {
        self.entries.iter().map(|entry| &entry.value)
    }

    /// The entries in the order of their declaration.
    pub fn declared(&self) -> impl ExactSizeIterator<Item = (&'s str, &T)> {
        let mut order: Vec<&NamedEntry<'s, T>> = self.entries.iter().collect();
        order.sort_by_key(|entry| entry.position);
        order
            .into_iter()
            .map(|entry| (entry.key.name, &entry.value))
    }

    /// The entries of two tables by name, in the order of the names.
    pub fn join<'t>(&'t self, other: &'t Self) -> TableJoin<'t, 's, T> {
        let mut joined = Vec::with_capacity(self.len().max(other.len()));
        let (mut left, mut right) = (
            self.entries.iter().peekable(),
            other.entries.iter().peekable(),
        );
        loop {
            let order = match (left.peek(), right.peek()) {
                (Some(old), Some(new)) => old.key.cmp(&new.key),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return joined,
            };
            let old = left.next_if(|_| order != Ordering::Greater);
            let new = right.next_if(|_| order != Ordering::Less);
            let name = old.or(new).map_or("", |entry| entry.key.name);
            let value = |entry: &'t NamedEntry<'s, T>| &entry.value;
            joined.push((name, (old.map(value), new.map(value))));
        }
    }

    /// The names that another table lacks.
    pub fn missing_in<U>(&self, other: &NameTable<'_, U>) -> Vec<&'s str> {
        let mut others = other.entries.iter().map(|entry| entry.key).peekable();
        let mut missing = Vec::new();
        for NamedEntry { key, .. } in &self.entries {
            while others.next_if(|own| own < key).is_some() {}
            if others.peek() != Some(key) {
                missing.push(key.name);
            }
        }
        missing
    }

    /// Adds an entry as the last one declared.
    pub fn insert(&mut self, name: &'s str, value: T) {
        let position = self.entries.len() as u32;
        let key = NameKey::new(name);
        let index = self.entries.partition_point(|entry| entry.key < key);
        self.entries.insert(
            index,
            NamedEntry {
                key,
                position,
                value,
            },
        );
    }

    /// Keeps the entries for which a condition holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&'s str) -> bool) {
        self.entries.retain(|entry| keep(entry.key.name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_order_of_their_bytes_and_found() {
        let names = [
            "blockdev-add",
            "blockdev",
            "block",
            "",
            "é",
            "blockdev-ad",
            "a\0",
            "a",
        ];
        let table: NameTable<'_, usize> = names.into_iter().zip(0..).collect();
        let mut sorted = names;
        sorted.sort_unstable();
        assert_eq!(table.names().collect::<Vec<_>>(), sorted);
        for (index, name) in names.into_iter().enumerate() {
            assert_eq!(table.get(name), Some(&index), "{name}");
        }
        assert!(!table.contains("blockdev-a"));
        let others: NameTable<'_, usize> = ["a", "blockdev", "z"].into_iter().zip(10..).collect();
        assert_eq!(others.missing_in(&table), ["z"]);
        assert_eq!(table.missing_in(&others).len(), names.len() - 2);
        let joined = table.join(&others);
        assert_eq!(joined.len(), names.len() + 1);
        assert!(joined.contains(&("blockdev", (Some(&1), Some(&11)))));
        assert!(joined.contains(&("z", (None, Some(&12)))));
    }
}
