//! Names for types that have none.

use std::collections::{HashMap, HashSet, VecDeque};

use super::info::{Case, Interface, Kind, TypeId};

/// Names for the types of an interface.
#[derive(Debug)]
pub struct Names {
    names: HashMap<TypeId, String>,
    order: Vec<TypeId>,
    /// The names that are taken, in small letters.
    taken: HashSet<String>,
    /// How often a name was wanted.
    wanted: HashMap<String, u32>,
}

impl Names {
    /// Names all types that commands and events lead to, after the shortest way
    /// there; of ways as short, the first in the order of the names.
    ///
    /// Empty objects get none where nothing needs to be written for them: that
    /// is so for commands and events, and perhaps in branches.
    pub fn new(interface: &Interface, empty_branches: bool) -> Names {
        let mut names = Names {
            names: HashMap::new(),
            order: Vec::new(),
            taken: HashSet::new(),
            wanted: HashMap::new(),
        };
        let mut pending: VecDeque<(TypeId, String)> = roots(interface).into();
        while let Some((id, name)) = pending.pop_front() {
            if names.names.contains_key(&id) {
                continue;
            }
            match interface.get(id).kind {
                Kind::Builtin(_) => {}
                Kind::Array(element) => pending.push_back((element, name)),
                _ => {
                    let name = names.take(&name);
                    pending.extend(below(interface, id, &name, empty_branches));
                    names.names.insert(id, name);
                    names.order.push(id);
                }
            }
        }
        names
    }

    /// The name of a type.
    pub fn of(&self, id: TypeId) -> &str {
        self.names.get(&id).map_or("", String::as_str)
    }

    /// The name of the struct that holds what the branches of a union share.
    pub fn base_of(&self, union: &str) -> String {
        format!("{union}Base")
    }

    /// The named types, in the order in which they were named.
    pub fn in_order(&self) -> impl Iterator<Item = TypeId> {
        self.order.iter().copied()
    }

    /// Makes a name one that nothing else has, nor its base.
    fn take(&mut self, wanted: &str) -> String {
        let wanted = acceptable(wanted);
        loop {
            let count = self.wanted.entry(wanted.clone()).or_insert(0);
            *count += 1;
            let name = match *count {
                1 => wanted.clone(),
                count => format!("{wanted}{count}"),
            };
            let small = name.to_ascii_lowercase();
            let base = format!("{small}base");
            if !self.taken.contains(&small) && !self.taken.contains(&base) {
                self.taken.extend([small, base]);
                return name;
            }
        }
    }
}

/// The longest name that is made of the way to a type, in letters. QEMU's own
/// types need two thirds of that.
const LONGEST: usize = 100;

/// A name that is not too long and none that QEMU makes itself.
fn acceptable(wanted: &str) -> String {
    let wanted = &wanted[..wanted.len().min(LONGEST)];
    let is_reserved = ["List", "Kind"]
        .iter()
        .any(|ending| wanted.ends_with(ending));
    format!("{wanted}{}", if is_reserved { "Type" } else { "" })
}

/// The types of commands and events, with the names they would like to have.
fn roots(interface: &Interface) -> Vec<(TypeId, String)> {
    let mut roots = Vec::new();
    for command in &interface.commands {
        let name = camel(&command.item.name);
        roots.push((command.arguments, format!("{name}Arg")));
        roots.push((command.returns, format!("{name}Ret")));
    }
    for event in &interface.events {
        roots.push((event.data, format!("{}Data", camel(&event.item.name))));
    }
    roots.retain(|(id, _)| !interface.is_empty(*id));
    roots.sort_by(|left, right| left.1.cmp(&right.1));
    roots
}

/// The types that stand in a type.
fn below(
    interface: &Interface,
    id: TypeId,
    name: &str,
    empty_branches: bool,
) -> Vec<(TypeId, String)> {
    let step = |part: &str| format!("{name}{}", camel(part));
    let mut below: Vec<(TypeId, String)> = match &interface.get(id).kind {
        Kind::Object(object) => {
            let members = object
                .members
                .iter()
                .map(|member| (member.ty, step(&member.item.name)));
            let is_written = |case: &&Case| !(empty_branches && interface.is_empty(case.ty));
            let cases = object.variants.iter().flat_map(|variants| &variants.cases);
            let cases = cases.filter(is_written);
            members
                .chain(cases.map(|case| (case.ty, step(&case.item.name))))
                .collect()
        }
        Kind::Alternate(branches) => branches
            .iter()
            .map(|branch| (branch.ty, step(&branch.item.name)))
            .collect(),
        Kind::Builtin(_) | Kind::Enum(_) | Kind::Array(_) => Vec::new(),
    };
    below.sort_by(|left, right| left.1.cmp(&right.1));
    below
}

/// `block-job-cancel` and `BLOCK_IO_ERROR` to `BlockJobCancel` and
/// `BlockIoError`.
fn camel(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.map(capitalised).collect()
}

fn capitalised(word: &str) -> String {
    let small = word.to_ascii_lowercase();
    let mut letters = small.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect()
}
