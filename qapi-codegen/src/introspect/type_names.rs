//! Names for the types of a reply.
//!
//! A name is derived from the shortest path to a type; of paths of one length,
//! from the first in the order of the names. It does not depend on the order of
//! the reply, and stays the same as long as the path does.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::analyse::names::folded;
use crate::wire::{Interface, Shape, ShapeId};

/// Names for some types of an interface that are known from elsewhere.
#[derive(Debug, Default)]
pub(super) struct GivenNames {
    names: HashMap<ShapeId, String>,
    /// The names that derived ones must not be equal to, as [`folded`].
    used: HashSet<String>,
}

impl GivenNames {
    /// Gives a name to a type, unless one of them has one.
    pub(super) fn add(&mut self, id: ShapeId, name: &str) {
        let mut given = self.names.values();
        if !self.names.contains_key(&id) && given.all(|given| given != name) {
            self.names.insert(id, name.to_owned());
            self.used.insert(folded(name));
        }
    }

    /// Keeps names from being derived.
    pub(super) fn reserve(&mut self, names: impl IntoIterator<Item = String>) {
        let names = names.into_iter().map(|name| folded(&name));
        self.used.extend(names);
    }

    /// Returns `true` if a type has a name.
    pub(super) fn has(&self, id: ShapeId) -> bool {
        self.names.contains_key(&id)
    }
}

/// Names for the types of an interface.
#[derive(Debug)]
pub(super) struct TypeNames {
    names: HashMap<ShapeId, String>,
    ids: HashMap<String, ShapeId>,
    order: Vec<ShapeId>,
    /// The names that are in use, as [`folded`].
    used: HashSet<String>,
    /// The number of types that asked for a name.
    requests: HashMap<String, u32>,
}

impl TypeNames {
    /// Names the types that commands and events lead to. Empty objects need no
    /// name in commands and events; `omit_empty_branches` extends that to
    /// branches. Types without a given name get a derived one.
    pub(super) fn new(
        interface: &Interface<'_>,
        omit_empty_branches: bool,
        given: GivenNames,
    ) -> TypeNames {
        let mut names = TypeNames {
            names: HashMap::new(),
            ids: HashMap::new(),
            order: Vec::new(),
            used: given.used,
            requests: HashMap::new(),
        };
        let mut pending: VecDeque<(ShapeId, String)> = roots(interface).into();
        while let Some((id, name)) = pending.pop_front() {
            if names.names.contains_key(&id) {
                continue;
            }
            match interface.get(id) {
                Shape::Builtin(_) => {}
                Shape::Array(element) => pending.push_back((*element, name)),
                _ => {
                    let given = given.names.get(&id);
                    let name = given.cloned().unwrap_or_else(|| names.allocate(&name));
                    pending.extend(referenced(interface, id, &name, omit_empty_branches));
                    names.ids.insert(name.clone(), id);
                    names.names.insert(id, name);
                    names.order.push(id);
                }
            }
        }
        names
    }

    /// The name of a type.
    pub(super) fn name(&self, id: ShapeId) -> &str {
        self.names.get(&id).map_or("", String::as_str)
    }

    /// The type with a name.
    pub(super) fn id(&self, name: &str) -> Option<ShapeId> {
        self.ids.get(name).copied()
    }

    /// The name of the base of a union.
    pub(super) fn base_name(&self, union: &str) -> String {
        format!("{union}Base")
    }

    /// The named types, in the order in which they were named.
    pub(super) fn in_order(&self) -> impl Iterator<Item = ShapeId> {
        self.order.iter().copied()
    }

    /// Makes a name unique, together with the name of its base.
    fn allocate(&mut self, name: &str) -> String {
        let name = to_valid_name(name);
        loop {
            let count = self.requests.entry(name.clone()).or_insert(0);
            *count += 1;
            let unique = match *count {
                1 => name.clone(),
                count => format!("{name}{count}"),
            };
            let own = folded(&unique);
            let base = format!("{own}base");
            if !self.used.contains(&own) && !self.used.contains(&base) {
                self.used.extend([own, base]);
                return unique;
            }
        }
    }
}

/// The longest derived name, in bytes. QEMU's own types need two thirds of that.
const LONGEST_NAME: usize = 100;

/// Shortens a name, and avoids the suffixes that are reserved in QAPI.
fn to_valid_name(name: &str) -> String {
    let name = &name[..name.len().min(LONGEST_NAME)];
    let is_reserved = ["List", "Kind"].iter().any(|suffix| name.ends_with(suffix));
    format!("{name}{}", if is_reserved { "Type" } else { "" })
}

/// Returns `true` for an object without members, branches and features.
pub(super) fn is_empty(interface: &Interface<'_>, id: ShapeId) -> bool {
    let definition = interface.definition(id);
    definition.is_none_or(|meta| meta.features.is_empty())
        && interface.object(id).is_some_and(|object| object.is_empty())
}

/// The types of commands and events, with the names derived from these.
fn roots(interface: &Interface<'_>) -> Vec<(ShapeId, String)> {
    let mut roots = Vec::new();
    for (name, command) in interface.commands.declared() {
        let name = to_camel_case(name);
        roots.push((command.arguments, format!("{name}Arg")));
        roots.push((interface.returned(command), format!("{name}Ret")));
    }
    for (name, event) in interface.events.declared() {
        roots.push((event.data, format!("{}Data", to_camel_case(name))));
    }
    roots.retain(|(id, _)| !is_empty(interface, *id));
    roots.sort_by(|left, right| left.1.cmp(&right.1));
    roots
}

/// The types that a type refers to, with the names derived from its name.
fn referenced(
    interface: &Interface<'_>,
    id: ShapeId,
    name: &str,
    omit_empty_branches: bool,
) -> Vec<(ShapeId, String)> {
    let derive = |part: &str| format!("{name}{}", to_camel_case(part));
    let mut referenced: Vec<(ShapeId, String)> = match interface.get(id) {
        Shape::Object(object) => {
            let members = object.members.declared();
            let members = members.map(|(name, member)| (member.shape, derive(name)));
            let branches = object.branches.iter();
            let branches = branches.flat_map(|branches| branches.by_value.declared());
            let branches = branches
                .filter(|(_, branch)| !(omit_empty_branches && is_empty(interface, branch.content)))
                .map(|(value, branch)| (branch.content, derive(value)));
            members.chain(branches).collect()
        }
        Shape::Alternate(branches) => branches
            .iter()
            .map(|branch| (branch.shape, derive(branch.kind.as_str())))
            .collect(),
        Shape::Builtin(_) | Shape::Enum(_) | Shape::Array(_) => Vec::new(),
    };
    referenced.sort_by(|left, right| left.1.cmp(&right.1));
    referenced
}

/// Converts `block-job-cancel` and `BLOCK_IO_ERROR` to `BlockJobCancel` and
/// `BlockIoError`.
fn to_camel_case(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.map(capitalize).collect()
}

fn capitalize(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let mut letters = lower.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect()
}
