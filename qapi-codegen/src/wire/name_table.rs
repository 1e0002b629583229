//! Named entries that are found by binary search.

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
    name: &'s str,
    position: u32,
    value: T,
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
                name,
                position,
                value,
            })
            .collect();
        entries.sort_by_key(|entry| entry.name);
        NameTable { entries }
    }

    /// The position of an entry in the declaration.
    pub fn declared_position(&self, name: &str) -> Option<u32> {
        Some(self.entries[self.position(name)?].position)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.entries
            .binary_search_by(|entry| entry.name.cmp(name))
            .ok()
    }

    /// The entry with this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        Some(self.get_key_value(name)?.1)
    }

    /// The entry with this name, with the name as the table borrows it.
    pub fn get_key_value(&self, name: &str) -> Option<(&'s str, &T)> {
        let entry = &self.entries[self.position(name)?];
        Some((entry.name, &entry.value))
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
        self.entries.iter().map(|entry| (entry.name, &entry.value))
    }

    /// The names in their order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &'s str> + Clone {
        self.entries.iter().map(|entry| entry.name)
    }

    /// The values in the order of their names.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &T> + Clone {
        self.entries.iter().map(|entry| &entry.value)
    }

    /// The entries in the order of their declaration.
    pub fn declared(&self) -> impl ExactSizeIterator<Item = (&'s str, &T)> {
        let mut order: Vec<&NamedEntry<'s, T>> = self.entries.iter().collect();
        order.sort_by_key(|entry| entry.position);
        order.into_iter().map(|entry| (entry.name, &entry.value))
    }

    /// The entries of two tables by name, in the order of the names.
    pub fn join<'t>(&'t self, other: &'t Self) -> TableJoin<'t, 's, T> {
        let mut joined = Vec::with_capacity(self.len().max(other.len()));
        let (mut left, mut right) = (self.iter().peekable(), other.iter().peekable());
        while let Some(name) = smaller_name(left.peek(), right.peek()) {
            let old = left.next_if(|(own, _)| *own == name);
            let new = right.next_if(|(own, _)| *own == name);
            joined.push((name, (old.map(|(_, old)| old), new.map(|(_, new)| new))));
        }
        joined
    }

    /// The names that another table lacks.
    pub fn missing_in<U>(&self, other: &NameTable<'_, U>) -> Vec<&'s str> {
        self.names().filter(|name| !other.contains(name)).collect()
    }

    /// Adds an entry as the last one declared.
    pub fn insert(&mut self, name: &'s str, value: T) {
        let position = self.entries.len() as u32;
        let index = self.entries.partition_point(|entry| entry.name < name);
        self.entries.insert(
            index,
            NamedEntry {
                name,
                position,
                value,
            },
        );
    }

    /// Keeps the entries for which a condition holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&'s str) -> bool) {
        self.entries.retain(|entry| keep(entry.name));
    }
}

fn smaller_name<'s, T>(
    left: Option<&(&'s str, &T)>,
    right: Option<&(&'s str, &T)>,
) -> Option<&'s str> {
    let names = left.into_iter().chain(right);
    names.map(|(name, _)| *name).min()
}
