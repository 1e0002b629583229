//! The Rust types that releases share.
//!
//! Releases share a type if its name and its wire shape are equal, with all the
//! types that it refers to. `classes` finds the equal ones.

use std::collections::{BTreeMap, HashMap};

use super::classes::ShapeClasses;
use super::names;
use crate::schema::{Schema, TypeId};
use crate::wire::Interface;

/// The items that the same releases share; they are in the same generated files.
#[derive(Debug, Default)]
pub struct Group {
    /// The indices of the releases.
    pub releases: Vec<usize>,
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
    /// The definition in each release, the oldest first; never empty.
    pub members: Vec<(usize, I)>,
}

impl<I: Copy> Shared<I> {
    /// The newest release that has the item, and the definition there.
    pub fn newest(&self) -> (usize, I) {
        self.members[self.members.len() - 1]
    }
}

/// All Rust items that the releases need.
#[derive(Debug)]
pub struct Sharing {
    /// The groups; each has another set of releases.
    pub groups: Vec<Group>,
    homes: HashMap<(usize, TypeId), usize>,
}

impl Sharing {
    /// The group of a type of a release.
    pub fn home(&self, release: usize, id: TypeId) -> usize {
        self.homes[&(release, id)]
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
    let mut groups = BTreeMap::new();
    distribute(types, &mut groups, |group| &mut group.types);
    distribute(commands, &mut groups, |group| &mut group.commands);
    distribute(events, &mut groups, |group| &mut group.events);
    let groups = groups
        .into_iter()
        .map(|(releases, group)| Group { releases, ..group });
    let groups: Vec<Group> = groups.collect();
    let homes = groups.iter().enumerate().flat_map(|(home, group)| {
        let members = group.types.iter().flat_map(|shared| &shared.members);
        members.map(move |&member| (member, home))
    });
    Sharing {
        homes: homes.collect(),
        groups,
    }
}

/// Items by Rust name and by a key that is equal for equal items.
type SharedItems<K, I> = BTreeMap<(String, K), Vec<(usize, I)>>;

fn add<K: Ord, I>(items: &mut SharedItems<K, I>, name: &str, key: K, member: (usize, I)) {
    let key = (names::type_name(name), key);
    items.entry(key).or_default().push(member);
}

/// Adds items to the groups of their releases.
fn distribute<K, I>(
    items: SharedItems<K, I>,
    groups: &mut BTreeMap<Vec<usize>, Group>,
    list: fn(&mut Group) -> &mut Vec<Shared<I>>,
) {
    for ((name, _), members) in items {
        let releases = members.iter().map(|(release, _)| *release);
        let group = groups.entry(releases.collect()).or_default();
        list(group).push(Shared { name, members });
    }
}
