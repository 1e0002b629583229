//! The masked names of types in replies.
//!
//! QEMU numbers the types in the order of their first use: commands and events
//! first, then what these refer to, and so on.

use std::collections::{HashMap, VecDeque};

use crate::dialect;
use crate::schema::JsonKind;
use crate::version::Version;
use crate::wire::{Interface, Shape, ShapeId};

/// The types of a reply in their order, with their names.
pub(super) struct TypeNumbering<'i, 's> {
    interface: &'i Interface<'s>,
    /// One shape for each type.
    pub(super) order: Vec<ShapeId>,
    names: HashMap<TypeKey, String>,
    numbered: usize,
}

/// The identity of a type in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum TypeKey {
    /// All integer types.
    Integer,
    /// Arrays of integers.
    Integers,
    /// Any other type.
    Shape(ShapeId),
}

impl<'i, 's> TypeNumbering<'i, 's> {
    /// Numbers the types that commands and events lead to.
    pub(super) fn new(interface: &'i Interface<'s>, version: Version) -> Self {
        let mut numbering = TypeNumbering {
            interface,
            order: Vec::new(),
            names: HashMap::new(),
            numbered: 0,
        };
        let mut pending = VecDeque::new();
        for id in roots(interface, version) {
            numbering.add(id, &mut pending);
        }
        while let Some(id) = pending.pop_front() {
            for id in references(interface.get(id)) {
                numbering.add(id, &mut pending);
            }
        }
        numbering
    }

    /// The name of a type: that of a built-in type, `17`, or `[17]`.
    pub(super) fn name(&self, id: ShapeId) -> &str {
        self.names.get(&self.key(id)).map_or("", String::as_str)
    }

    fn add(&mut self, id: ShapeId, pending: &mut VecDeque<ShapeId>) {
        let key = self.key(id);
        if self.names.contains_key(&key) {
            return;
        }
        self.order.push(id);
        pending.push_back(id);
        // The elements of an array follow it in the order.
        self.names.insert(key, String::new());
        let name = match self.interface.get(id) {
            Shape::Array(element) => {
                self.add(*element, pending);
                format!("[{}]", self.name(*element))
            }
            Shape::Builtin(builtin) if builtin.json_kind() == JsonKind::Integer => "int".to_owned(),
            Shape::Builtin(builtin) => builtin.as_str().to_owned(),
            _ => {
                self.numbered += 1;
                (self.numbered - 1).to_string()
            }
        };
        self.names.insert(key, name);
    }

    fn key(&self, id: ShapeId) -> TypeKey {
        let is_integer = |id| self.interface.get(id).json_kind() == Some(JsonKind::Integer);
        match self.interface.get(id) {
            Shape::Builtin(_) if is_integer(id) => TypeKey::Integer,
            Shape::Array(element) if is_integer(*element) => TypeKey::Integers,
            Shape::Object(object) if object.is_empty() && !self.interface.is_named(id) => {
                TypeKey::Shape(self.interface.empty())
            }
            _ => TypeKey::Shape(id),
        }
    }
}

/// The types of commands and events in the order of a reply.
fn roots(interface: &Interface<'_>, version: Version) -> Vec<ShapeId> {
    let commands = interface.commands.declared().map(|(name, command)| {
        let types = vec![command.arguments, interface.returned(command)];
        (name, types)
    });
    let events = interface.events.declared();
    let events = events.map(|(name, event)| (name, vec![event.data]));
    let mut roots: Vec<_> = commands.chain(events).collect();
    if dialect::SORTED_INTROSPECTION.contains(version) {
        roots.sort_by_key(|(name, _)| *name);
    }
    roots.into_iter().flat_map(|(_, types)| types).collect()
}

/// The shapes that a shape refers to, in the order of declaration.
fn references(shape: &Shape<'_>) -> Vec<ShapeId> {
    match shape {
        Shape::Builtin(_) | Shape::Enum(_) => Vec::new(),
        Shape::Array(element) => vec![*element],
        Shape::Alternate(branches) => branches.iter().map(|branch| branch.shape).collect(),
        Shape::Object(object) => {
            let members = object.members.declared().map(|(_, member)| member.shape);
            let branches = object.branches.iter();
            let contents = branches.flat_map(|branches| branches.by_value.declared());
            members
                .chain(contents.map(|(_, branch)| branch.content))
                .collect()
        }
    }
}
