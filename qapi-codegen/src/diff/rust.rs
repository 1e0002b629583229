//! Changes of the Rust types of the bindings.
//!
//! Releases share the types whose names and wire interfaces are equal. Code
//! that names any other type compiles for one release only.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::analyse::sharing::{Group, Run, Shared, Sharing, share};
use crate::schema::Schema;
use crate::wire::Interface;

/// The changes of the Rust types of the bindings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RustChanges {
    /// The types of values.
    pub types: NameChanges,
    /// The types of commands.
    pub commands: NameChanges,
    /// The types of events.
    pub events: NameChanges,
}

/// The changes of the names of types.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct NameChanges {
    /// The number of types that both releases share.
    pub same: usize,
    /// The names that denote different types.
    pub changed: Vec<String>,
    /// The names that only the old release has.
    #[serde(rename = "gone")]
    pub removed: Vec<String>,
    /// The names that only the new release has.
    #[serde(rename = "fresh")]
    pub added: Vec<String>,
}

impl RustChanges {
    /// The changes by kind, with the name of the kind.
    pub fn by_kind(&self) -> [(&'static str, &NameChanges); 3] {
        [
            ("types", &self.types),
            ("commands", &self.commands),
            ("events", &self.events),
        ]
    }
}

impl NameChanges {
    /// The numbers of shared, changed, removed and added types.
    pub fn counts(&self) -> [usize; 4] {
        let [changed, removed, added] = [&self.changed, &self.removed, &self.added].map(Vec::len);
        [self.same, changed, removed, added]
    }
}

/// Compares the Rust types of two releases.
pub fn rust_changes(old: &Schema, new: &Schema) -> RustChanges {
    let interfaces = [old, new].map(Interface::from_schema);
    let sharing = share(&[old, new], &interfaces);
    RustChanges {
        types: compare_names(&sharing, |group| &group.types),
        commands: compare_names(&sharing, |group| &group.commands),
        events: compare_names(&sharing, |group| &group.events),
    }
}

fn compare_names<'g, I: Copy + 'g>(
    sharing: &'g Sharing,
    list: impl Fn(&'g Group) -> &'g Vec<Shared<I>>,
) -> NameChanges {
    let mut runs: BTreeMap<&str, Vec<Run>> = BTreeMap::new();
    for shared in sharing.groups.values().flat_map(list) {
        runs.entry(&shared.name).or_default().push(shared.run());
    }
    let mut changes = NameChanges::default();
    for (name, runs) in runs {
        let name = name.to_owned();
        let (old, new) = (Run { since: 0, until: 0 }, Run { since: 1, until: 1 });
        match &runs[..] {
            [only] if *only == old => changes.removed.push(name),
            [only] if *only == new => changes.added.push(name),
            [_] => changes.same += 1,
            _ => changes.changed.push(name),
        }
    }
    changes
}
