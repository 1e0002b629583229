//! A schema whose names, conditions and integer sizes a written one takes over.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::counterparts::names;
use crate::ast::{Definition, Item, MemberDefinition, PragmaDirective};
use crate::doc::DefinitionDocs;
use crate::module::definition_modules;
use crate::schema::Schema;
use crate::validate::ValidSchema;
use crate::wire::{Interface, ShapeId};

/// The schema of another series, or of the same.
#[derive(Debug)]
pub struct Neighbour<'n> {
    valid: &'n ValidSchema,
    pub(super) interface: Interface<'n>,
    definitions: HashMap<&'n str, &'n Definition>,
    shapes: HashMap<&'n str, ShapeId>,
}

impl<'n> Neighbour<'n> {
    /// Prepares a schema, which was resolved to a model.
    pub fn new(valid: &'n ValidSchema, schema: &'n Schema) -> Neighbour<'n> {
        let interface = Interface::from_schema(schema);
        let definitions = valid.loaded().definitions();
        let types = schema
            .types()
            .map(|(id, definition)| (&*definition.meta.name, interface.shape_of_type(id)));
        let commands = interface.commands.iter();
        let commands = commands.map(|(name, command)| (name, command.arguments));
        let events = interface
            .events
            .iter()
            .map(|(name, event)| (name, event.data));
        Neighbour {
            valid,
            definitions: definitions.map(|one| (&*one.name.value, one)).collect(),
            shapes: types.chain(commands).chain(events).collect(),
            interface,
        }
    }

    /// The module of each definition, in order.
    pub(super) fn modules(&self) -> Vec<Option<&'n str>> {
        definition_modules(self.valid.loaded())
    }

    /// The definitions with their documentation, in order.
    pub(super) fn definitions(&self) -> impl Iterator<Item = (&'n Definition, &'n DefinitionDocs)> {
        let valid: &'n ValidSchema = self.valid;
        valid.loaded().definitions().zip(valid.docs())
    }

    pub(super) fn definition(&self, name: &str) -> Option<&'n Definition> {
        self.definitions.get(name).copied()
    }

    /// The shape of a type, of the arguments of a command or the data of an event.
    pub(super) fn shape(&self, definition: &str) -> Option<ShapeId> {
        self.shapes.get(definition).copied()
    }

    /// The names of the members, values and branches of a definition.
    pub(super) fn names(&self, definition: &str) -> BTreeSet<&'n str> {
        let names = self
            .shape(definition)
            .and_then(|id| names(&self.interface, id));
        names.unwrap_or_default()
    }

    pub(super) fn pragmas(&self) -> impl Iterator<Item = &'n PragmaDirective> {
        self.valid
            .loaded()
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Pragma(pragma) => Some(pragma),
                _ => None,
            })
    }

    /// The members of a definition, with inherited ones.
    pub(super) fn members(&self, definition: &Definition) -> Vec<MemberDefinition> {
        let base = definition
            .base()
            .and_then(|base| self.definition(&base.value));
        let mut members = base.map_or(Vec::new(), |base| self.members(base));
        members.extend_from_slice(definition.members());
        members
    }

    /// The types that no command and no event leads to.
    pub(super) fn unreachable_types(&self) -> Vec<&'n str> {
        let all = || self.definitions.values();
        let roots = all().filter(|definition| !definition.is_type());
        let mut pending: Vec<&Definition> = roots.copied().collect();
        let mut reachable: HashSet<&str> = HashSet::new();
        while let Some(definition) = pending.pop() {
            let new = definition.referenced_types().into_iter();
            let new: Vec<&str> = new.filter(|name| reachable.insert(name)).collect();
            pending.extend(new.into_iter().filter_map(|name| self.definition(name)));
        }
        let names = all().filter(|definition| definition.is_type());
        let names = names.map(|definition| &*definition.name.value);
        names.filter(|name| !reachable.contains(name)).collect()
    }
}

/// The names of the members, values and branches that a definition itself has.
pub(super) fn own_names(definition: &Definition) -> HashSet<&str> {
    let members = definition.members().iter();
    let members = members.map(|member| &*member.name.value);
    let values = definition.values().iter().map(|value| &*value.name.value);
    let branches = definition
        .branches()
        .iter()
        .map(|branch| &*branch.name.value);
    members.chain(values).chain(branches).collect()
}
