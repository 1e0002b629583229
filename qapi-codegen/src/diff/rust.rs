//! What changes in the Rust types of the bindings.
//!
//! The bindings share a type between releases where its name and its wire are
//! the same. What they do not share is another type, and code that names it
//! is compiled for one release.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::analyse::sharing::{Shared, Sharing, share};
use crate::schema::Schema;

/// What changes in the Rust types of the bindings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RustChanges {
    /// Types of values.
    pub types: NameChanges,
    /// Types of commands.
    pub commands: NameChanges,
    /// Types of events.
    pub events: NameChanges,
}

/// What happened to the names of types.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct NameChanges {
    /// How many are one type in both releases.
    pub same: usize,
    /// Names that mean another type.
    pub changed: Vec<String>,
    /// Names that are gone.
    pub gone: Vec<String>,
    /// Names that are new.
    pub fresh: Vec<String>,
}

/// Compares the Rust types of two releases.
pub fn changes(old: &Schema, new: &Schema) -> RustChanges {
    let sharing = share(&[old, new]);
    RustChanges {
        types: names(&sharing, |group| &group.types),
        commands: names(&sharing, |group| &group.commands),
        events: names(&sharing, |group| &group.events),
    }
}

fn names<'g, I: 'g>(
    sharing: &'g Sharing,
    list: impl Fn(&'g crate::analyse::sharing::Group) -> &'g Vec<Shared<I>>,
) -> NameChanges {
    let mut releases: BTreeMap<&str, Vec<&[usize]>> = BTreeMap::new();
    for group in &sharing.groups {
        for shared in list(group) {
            releases
                .entry(&shared.name)
                .or_default()
                .push(&group.releases);
        }
    }
    let mut changes = NameChanges::default();
    for (name, releases) in releases {
        let all: BTreeSet<usize> = releases
            .iter()
            .flat_map(|releases| releases.iter().copied())
            .collect();
        let name = name.to_owned();
        match (releases.len(), all.contains(&0), all.contains(&1)) {
            (1, true, true) => changes.same += 1,
            (_, true, true) => changes.changed.push(name),
            (_, true, false) => changes.gone.push(name),
            _ => changes.fresh.push(name),
        }
    }
    changes
}
