//! Which releases share a Rust type.
//!
//! Two releases share a type where it has the same name and the same wire
//! shape, down to the last member of the last type in it. Types may contain
//! themselves, so this is not found by going down but by telling apart: at
//! first types are told apart by name, then by what they are made of, and again
//! until nothing new is told apart.

use std::collections::{BTreeMap, HashMap};

use super::names;
use crate::schema::{
    Branch, BranchContent, BuiltinType, Member, NamedType, OperationData, Schema, TypeId, TypeKind,
    UnionType, ValueType,
};

/// What serves the same releases, and so stands in the same generated files.
#[derive(Debug, Default)]
pub struct Group {
    /// The releases that it serves, by their place in the list.
    pub releases: Vec<usize>,
    /// Types, sorted by name.
    pub types: Vec<Shared<TypeId>>,
    /// Commands, sorted by name.
    pub commands: Vec<Shared<usize>>,
    /// Events, sorted by name.
    pub events: Vec<Shared<usize>>,
}

/// One Rust type and the thing of the schema that it stands for.
#[derive(Debug, Clone)]
pub struct Shared<I> {
    /// The Rust name.
    pub name: String,
    /// The thing in each release, the oldest first; never empty.
    pub members: Vec<(usize, I)>,
}

impl<I: Copy> Shared<I> {
    /// The newest release that has it, and what it is there.
    pub fn newest(&self) -> (usize, I) {
        self.members[self.members.len() - 1]
    }
}

/// All Rust types that the releases need.
#[derive(Debug)]
pub struct Sharing {
    /// The groups, each with a set of releases of its own.
    pub groups: Vec<Group>,
    homes: HashMap<(usize, TypeId), usize>,
}

impl Sharing {
    /// The group in which a release's type stands.
    pub fn home(&self, release: usize, id: TypeId) -> usize {
        self.homes[&(release, id)]
    }
}

/// Finds the types that releases share; the oldest release comes first.
pub fn share(schemas: &[&Schema]) -> Sharing {
    let classes = classes(schemas);
    let known = |release: usize| Known {
        schema: schemas[release],
        classes: &classes[release],
    };
    let types = each(schemas, |schema| schema.types().map(|(id, _)| id).collect());
    let types = gather(types, |release, id| {
        (
            names::type_name(&schemas[release].get(id).meta.name),
            classes[release][id.index()].to_string(),
        )
    });
    let commands = gather(
        each(schemas, |schema| (0..schema.commands.len()).collect()),
        |release, index| {
            let command = &schemas[release].commands[index];
            let mut shape = known(release).data(&command.data);
            shape.push_str(if command.open { " open" } else { "" });
            (names::type_name(&command.meta.name), shape)
        },
    );
    let events = gather(
        each(schemas, |schema| (0..schema.events.len()).collect()),
        |release, index| {
            let event = &schemas[release].events[index];
            (
                names::type_name(&event.meta.name),
                known(release).data(&event.data),
            )
        },
    );
    grouped(types, commands, events)
}

fn grouped(
    types: Vec<Shared<TypeId>>,
    commands: Vec<Shared<usize>>,
    events: Vec<Shared<usize>>,
) -> Sharing {
    let mut groups: BTreeMap<Vec<usize>, Group> = BTreeMap::new();
    for shared in types {
        groups
            .entry(releases(&shared))
            .or_default()
            .types
            .push(shared);
    }
    for shared in commands {
        groups
            .entry(releases(&shared))
            .or_default()
            .commands
            .push(shared);
    }
    for shared in events {
        groups
            .entry(releases(&shared))
            .or_default()
            .events
            .push(shared);
    }
    let groups: Vec<Group> = groups
        .into_iter()
        .map(|(releases, group)| Group { releases, ..group })
        .collect();
    let homes = groups.iter().enumerate().flat_map(|(home, group)| {
        group
            .types
            .iter()
            .flat_map(move |shared| shared.members.iter().map(move |&key| (key, home)))
    });
    Sharing {
        homes: homes.collect(),
        groups,
    }
}

fn releases<I>(shared: &Shared<I>) -> Vec<usize> {
    shared.members.iter().map(|(release, _)| *release).collect()
}

fn each<I>(schemas: &[&Schema], ids: impl Fn(&Schema) -> Vec<I>) -> Vec<(usize, I)> {
    let each = schemas.iter().enumerate();
    each.flat_map(|(release, schema)| ids(schema).into_iter().map(move |id| (release, id)))
        .collect()
}

/// Brings together what has the same Rust name and the same shape.
fn gather<I: Copy>(
    ids: Vec<(usize, I)>,
    key: impl Fn(usize, I) -> (String, String),
) -> Vec<Shared<I>> {
    let mut found: BTreeMap<(String, String), Vec<(usize, I)>> = BTreeMap::new();
    for (release, id) in ids {
        found
            .entry(key(release, id))
            .or_default()
            .push((release, id));
    }
    found
        .into_iter()
        .map(|((name, _), members)| Shared { name, members })
        .collect()
}

/// A number for each type of each release; equal numbers mean equal types.
fn classes(schemas: &[&Schema]) -> Vec<Vec<usize>> {
    let one_class = schemas
        .iter()
        .map(|schema| vec![0; schema.types.len()])
        .collect();
    let mut classes: Vec<Vec<usize>> = one_class;
    let mut count = 0;
    loop {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        classes = schemas
            .iter()
            .zip(&classes)
            .map(|(schema, classes)| {
                let known = Known { schema, classes };
                let shapes = schema.types().map(|(id, _)| known.shape(id));
                shapes
                    .map(|shape| {
                        let next = numbers.len();
                        *numbers.entry(shape).or_insert(next)
                    })
                    .collect()
            })
            .collect();
        if numbers.len() == count {
            return classes;
        }
        count = numbers.len();
    }
}

/// What is known of the types of one release.
struct Known<'k> {
    schema: &'k Schema,
    classes: &'k [usize],
}

/// Shapes as text, in which types are the numbers known so far.
impl Known<'_> {
    fn shape(&self, id: TypeId) -> String {
        let def = self.schema.get(id);
        let name = names::type_name(&def.meta.name);
        let content = match &def.kind {
            TypeKind::Enum(body) => sorted(body.values.iter().map(|value| value.name.clone())),
            TypeKind::Struct(_) => self.members(&self.schema.members(id)),
            TypeKind::Union(union) => self.union(id, union),
            TypeKind::Alternate(alternate) => {
                let branch =
                    |branch: &Branch| format!("{}={}", branch.meta.name, self.ty(branch.ty));
                sorted(alternate.branches.iter().map(branch))
            }
        };
        format!("{name} {} {content}", self.class(id))
    }

    fn union(&self, id: TypeId, union: &UnionType) -> String {
        let mut shared = self.schema.members(id);
        shared.retain(|member| member.meta.name != union.discriminator);
        let cases = self.schema.union_branches(union);
        let cases = cases.iter().map(|case| match case.content {
            BranchContent::Nothing => case.meta.name.clone(),
            BranchContent::Members(id) => format!("{}+{}", case.meta.name, self.class(id)),
            BranchContent::Data(ty) => format!("{}={}", case.meta.name, self.ty(ty)),
        });
        format!(
            "union {} {} {}",
            union.discriminator,
            self.members(&shared),
            sorted(cases)
        )
    }

    fn data(&self, data: &OperationData) -> String {
        match data {
            OperationData::Members(own) => self.members(&own.iter().collect::<Vec<_>>()),
            OperationData::Defined(id) => self.class(*id),
        }
    }

    fn members(&self, members: &[&Member]) -> String {
        sorted(members.iter().map(|member| {
            let presence = match (member.optional, &member.meta.condition) {
                (true, _) => "?",
                (false, Some(_)) => "if",
                (false, None) => "",
            };
            format!("{}{presence}:{}", member.meta.name, self.ty(member.ty))
        }))
    }

    fn ty(&self, ty: ValueType) -> String {
        let item = match ty.item() {
            NamedType::Builtin(builtin) => self.builtin(builtin),
            NamedType::Defined(id) => self.class(id),
        };
        if matches!(ty, ValueType::Array(_)) {
            format!("[{item}]")
        } else {
            item
        }
    }

    fn builtin(&self, builtin: BuiltinType) -> String {
        let negative = builtin.is_unsigned_64() && self.schema.has_negative_unsigned();
        format!("{}{}", if negative { "-" } else { "" }, builtin.as_str())
    }

    fn class(&self, id: TypeId) -> String {
        self.classes[id.index()].to_string()
    }
}

fn sorted(parts: impl Iterator<Item = String>) -> String {
    let mut parts: Vec<String> = parts.collect();
    parts.sort_unstable();
    format!("{{{}}}", parts.join(","))
}
