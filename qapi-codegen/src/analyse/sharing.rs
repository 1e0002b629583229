//! The Rust items that releases share.
//!
//! An item is shared by a run of consecutive releases in which its name and its
//! wire shape are equal, with all the types that it refers to. `classes` finds
//! the equal ones. Since a shape includes those inside it, a type refers only to
//! types whose runs contain its own.

use std::collections::{BTreeMap, HashMap};

use super::classes::ShapeClasses;
use super::names;
use super::placement::ModuleTable;
use crate::schema::{Schema, TypeId};
use crate::wire::Interface;

/// A run of consecutive releases, by their indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Run {
    /// The first release.
    pub since: usize,
    /// The last release.
    pub until: usize,
}

/// The items with the same run that are in the same module of the schema.
#[derive(Debug, Default)]
pub struct Group {
    /// Types, sorted by name.
    pub types: Vec<Shared<TypeId>>,
    /// Commands, sorted by name.
    pub commands: Vec<Shared<usize>>,
    /// Events, sorted by name.
    pub events: Vec<Shared<usize>>,
}

/// A Rust item, and the definitions that it is generated from.
#[derive(Debug, Clone)]
pub struct Shared<I> {
    /// The Rust name.
    pub name: String,
    /// The definition in each release of the run, the oldest first; never empty.
    pub members: Vec<(usize, I)>,
}

impl<I: Copy> Shared<I> {
    /// The newest release that has the item, and the definition there.
    pub fn newest(&self) -> (usize, I) {
        self.members[self.members.len() - 1]
    }

    /// The releases that have the item.
    pub fn run(&self) -> Run {
        Run {
            since: self.members[0].0,
            until: self.newest().0,
        }
    }
}

/// All Rust items that the releases need.
#[derive(Debug)]
pub struct Sharing {
    /// The groups by run and by the Rust name of the module.
    pub groups: BTreeMap<(Run, String), Group>,
    first_releases: HashMap<(usize, TypeId), usize>,
}

impl Sharing {
    /// The first release of the run of a type.
    pub fn first_release(&self, release: usize, id: TypeId) -> usize {
        self.first_releases[&(release, id)]
    }
}

/// Finds the items that releases share; the oldest release comes first. The
/// interfaces are those of the schemas.
pub fn share(schemas: &[&Schema], interfaces: &[Interface<'_>]) -> Sharing {
    let classes = ShapeClasses::new(interfaces);
    let mut types = SharedItems::new();
    let mut commands = SharedItems::new();
    let mut events = SharedItems::new();
    for (release, (schema, interface)) in schemas.iter().zip(interfaces).enumerate() {
        for (id, definition) in schema.types() {
            let class = classes.class(release, interface.shape_of_type(id));
            add(&mut types, &definition.meta.name, class, (release, id));
        }
        for (index, (name, command)) in interface.commands.declared().enumerate() {
            let key = classes.operation_key(release, command.arguments);
            add(&mut commands, name, key, (release, index));
        }
        for (index, (name, event)) in interface.events.declared().enumerate() {
            let key = classes.operation_key(release, event.data);
            add(&mut events, name, key, (release, index));
        }
    }
    place(
        schemas,
        divide_into_runs(types),
        divide_into_runs(commands),
        divide_into_runs(events),
    )
}

/// Items by Rust name and by a key that is equal for equal items.
type SharedItems<K, I> = BTreeMap<(String, K), Vec<(usize, I)>>;

fn add<K: Ord, I>(items: &mut SharedItems<K, I>, name: &str, key: K, member: (usize, I)) {
    let key = (names::type_name(name), key);
    items.entry(key).or_default().push(member);
}

/// The items of each run of releases.
fn divide_into_runs<K, I: Copy>(items: SharedItems<K, I>) -> Vec<Shared<I>> {
    let mut all = Vec::new();
    for ((name, _), members) in items {
        let runs = members.chunk_by(|(one, _), (next, _)| one + 1 == *next);
        all.extend(runs.map(|members| Shared {
            name: name.clone(),
            members: members.to_vec(),
        }));
    }
    all
}

fn place(
    schemas: &[&Schema],
    types: Vec<Shared<TypeId>>,
    commands: Vec<Shared<usize>>,
    events: Vec<Shared<usize>>,
) -> Sharing {
    let first_releases = types.iter().flat_map(|shared| {
        let first = shared.run().since;
        shared.members.iter().map(move |&member| (member, first))
    });
    let first_releases = first_releases.collect();
    let mut groups: BTreeMap<(Run, String), Group> = BTreeMap::new();
    let modules = ModuleTable::new(schemas, |schema| {
        let types = schema.types.iter();
        types.map(|it| (&it.meta.name, &it.module)).collect()
    });
    for shared in types {
        let key = (shared.run(), modules.find(&shared));
        groups.entry(key).or_default().types.push(shared);
    }
    let modules = ModuleTable::new(schemas, |schema| {
        let commands = schema.commands.iter();
        commands.map(|it| (&it.meta.name, &it.module)).collect()
    });
    for shared in commands {
        let key = (shared.run(), modules.find(&shared));
        groups.entry(key).or_default().commands.push(shared);
    }
    let modules = ModuleTable::new(schemas, |schema| {
        let events = schema.events.iter();
        events.map(|it| (&it.meta.name, &it.module)).collect()
    });
    for shared in events {
        let key = (shared.run(), modules.find(&shared));
        groups.entry(key).or_default().events.push(shared);
    }
    Sharing {
        groups,
        first_releases,
    }
}
