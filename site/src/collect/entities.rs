//! Commands, events and types over all series.

use std::collections::{BTreeMap, BTreeSet};

use qapi_codegen::schema::{EntityMeta, TypeKind};
use qapi_codegen::version::Version;
use qapi_codegen::wire::{Interface, Shape, ShapeId};

use super::members::{MemberTable, TypeLabel, condition_text, type_label};
use crate::address::PageKind;
use crate::inputs::ProgramInputs;
use crate::presence::Presence;

/// A command, event or type over all series.
#[derive(Debug, Clone)]
pub struct Entity<'s> {
    /// The name.
    pub name: &'s str,
    /// Its kind.
    pub kind: PageKind,
    /// The kind of a type: `struct`, `enum`, `union` or `alternate`.
    pub type_kind: Option<&'static str>,
    /// The module of QEMU, in the newest series.
    pub module: Option<&'s str>,
    /// The series that have it.
    pub presence: Presence,
    /// The series that deprecate it.
    pub deprecated: Presence,
    /// The first release by the documentation of QEMU.
    pub documented_since: Option<Version>,
    /// The names to use instead, by the documentation of QEMU.
    pub replaced_by: Option<String>,
    /// The build condition, the other features and properties of the newest
    /// series.
    pub remarks: Vec<String>,
    /// The arguments, data, members or values.
    pub members: MemberTable,
    /// The types that a command returns with the first series of each, newest
    /// first; `None` is nothing.
    pub returns: Vec<(usize, Option<TypeLabel>)>,
    /// The type whose members are the arguments or data, in the newest series.
    pub data_type: Option<TypeLabel>,
    /// The commands, events and types that refer to a type in the newest series
    /// that has it.
    pub users: BTreeSet<(PageKind, &'s str)>,
}

/// Collects the commands, events and types of a program, sorted by kind and name.
pub fn entities<'s>(inputs: &ProgramInputs<'s>) -> Vec<Entity<'s>> {
    let mut found = BTreeMap::new();
    for index in (0..inputs.series.len()).rev() {
        let interface = &inputs.interfaces[index];
        let schema = inputs.schemas[index];
        for command in &schema.commands {
            let key = (PageKind::Command, command.meta.name.as_str());
            sightings(
                &mut found,
                key,
                &command.meta,
                command.module.as_deref(),
                None,
            )
            .push((index, interface.commands[&command.meta.name].arguments));
        }
        for event in &schema.events {
            let key = (PageKind::Event, event.meta.name.as_str());
            sightings(&mut found, key, &event.meta, event.module.as_deref(), None)
                .push((index, interface.events[&event.meta.name].data));
        }
        for (id, ty) in schema.types() {
            let key = (PageKind::Type, ty.meta.name.as_str());
            let kind = Some(type_kind(&ty.kind));
            sightings(&mut found, key, &ty.meta, ty.module.as_deref(), kind)
                .push((index, interface.shape_of_type(id)));
        }
    }
    let users = users(inputs);
    let build = |(key, sighting): (Key<'s>, Sighting<'s>)| {
        let mut entity = build_entity(inputs, key, sighting);
        entity.users = users
            .get(key.1)
            .filter(|_| key.0 == PageKind::Type)
            .cloned()
            .unwrap_or_default();
        entity
    };
    found.into_iter().map(build).collect()
}

type Key<'s> = (PageKind, &'s str);

/// Where an entity was seen, the newest series first.
struct Sighting<'s> {
    meta: &'s EntityMeta,
    module: Option<&'s str>,
    type_kind: Option<&'static str>,
    shapes: Vec<(usize, ShapeId)>,
}

fn sightings<'f, 's>(
    found: &'f mut BTreeMap<Key<'s>, Sighting<'s>>,
    key: Key<'s>,
    meta: &'s EntityMeta,
    module: Option<&'s str>,
    type_kind: Option<&'static str>,
) -> &'f mut Vec<(usize, ShapeId)> {
    let new = || Sighting {
        meta,
        module,
        type_kind,
        shapes: Vec::new(),
    };
    &mut found.entry(key).or_insert_with(new).shapes
}

fn type_kind(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Enum(_) => "enum",
        TypeKind::Struct(_) => "struct",
        TypeKind::Union(_) => "union",
        TypeKind::Alternate(_) => "alternate",
    }
}

fn build_entity<'s>(
    inputs: &ProgramInputs<'s>,
    (kind, name): Key<'s>,
    sighting: Sighting<'s>,
) -> Entity<'s> {
    let shapes = sighting.shapes.iter();
    let members = shapes.map(|&(index, id)| (index, &inputs.interfaces[index], id));
    let members = MemberTable::new(members);
    let indices = || sighting.shapes.iter().map(|&(index, _)| index);
    let metas = indices().filter_map(|index| Some((index, meta(inputs, index, (kind, name))?)));
    let metas: Vec<(usize, &EntityMeta)> = metas.collect();
    let since = metas.iter().find_map(|(_, meta)| meta.facts.since);
    let replaced = metas
        .iter()
        .find_map(|(_, meta)| meta.facts.replaced_by.clone());
    let deprecated = metas.iter().filter(|(_, meta)| meta.is_deprecated());
    let newest = sighting.shapes.first().copied();
    let data_type = newest
        .filter(|_| kind != PageKind::Type)
        .map(|(index, id)| type_label(&inputs.interfaces[index], id))
        .filter(|label| label.has_page);
    Entity {
        name,
        kind,
        type_kind: sighting.type_kind,
        module: sighting.module,
        presence: indices().collect(),
        deprecated: deprecated.map(|(index, _)| *index).collect(),
        documented_since: since,
        replaced_by: replaced,
        remarks: remarks(
            inputs,
            newest.map_or(0, |(index, _)| index),
            (kind, name),
            sighting.meta,
        ),
        members,
        returns: match kind {
            PageKind::Command => returns(inputs, indices(), name),
            _ => Vec::new(),
        },
        data_type,
        users: BTreeSet::new(),
    }
}

/// The definition in one series.
fn meta<'s>(
    inputs: &ProgramInputs<'s>,
    index: usize,
    (kind, name): Key<'_>,
) -> Option<&'s EntityMeta> {
    let interface = &inputs.interfaces[index];
    match kind {
        PageKind::Command => Some(interface.commands.get(name)?.meta),
        PageKind::Event => Some(interface.events.get(name)?.meta),
        PageKind::Type => {
            let schema: &'s qapi_codegen::schema::Schema = inputs.schemas[index];
            Some(&schema.get(schema.find_type(name)?).meta)
        }
        _ => None,
    }
}

/// The types that a command returns, newest first, equal neighbours once.
fn returns(
    inputs: &ProgramInputs<'_>,
    indices: impl Iterator<Item = usize>,
    name: &str,
) -> Vec<(usize, Option<TypeLabel>)> {
    let mut returns: Vec<(usize, Option<TypeLabel>)> = Vec::new();
    for index in indices {
        let interface = &inputs.interfaces[index];
        let command = interface.commands.get(name);
        let shape = command.and_then(|command| command.returns);
        let label = shape.map(|shape| type_label(interface, shape));
        match returns.last_mut() {
            Some((first, last)) if *last == label => *first = index,
            _ => returns.push((index, label)),
        }
    }
    returns
}

fn remarks(
    inputs: &ProgramInputs<'_>,
    index: usize,
    (kind, name): Key<'_>,
    meta: &EntityMeta,
) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(condition) = &meta.condition {
        let condition = condition_text(condition);
        remarks.push(format!("Only in builds of QEMU with `{condition}`."));
    }
    let features = meta.features.iter().map(|feature| feature.name.as_str());
    let features: Vec<&str> = features.filter(|name| *name != "deprecated").collect();
    if features.contains(&"unstable") {
        remarks.push("Unstable: it may change without a deprecation.".to_owned());
    }
    let named: Vec<String> = features
        .iter()
        .filter(|name| **name != "unstable")
        .map(|name| format!("`{name}`"))
        .collect();
    if !named.is_empty() {
        remarks.push(format!("Features: {}.", named.join(", ")));
    }
    let command = inputs
        .interfaces
        .get(index)
        .and_then(|own| own.commands.get(name));
    if let Some(command) = command.filter(|_| kind == PageKind::Command) {
        let flags = [
            (command.allow_oob, "May be sent out of band."),
            (command.allow_preconfig, "Allowed in preconfig state."),
            (!command.success_response, "QEMU sends no reply on success."),
        ];
        let flags = flags.iter().filter(|(holds, _)| *holds);
        remarks.extend(flags.map(|(_, text)| (*text).to_owned()));
    }
    remarks
}

/// The commands, events and types that refer to each type, in the newest series
/// that has it.
fn users<'s>(inputs: &ProgramInputs<'s>) -> BTreeMap<&'s str, BTreeSet<(PageKind, &'s str)>> {
    let mut users: BTreeMap<&str, (usize, BTreeSet<_>)> = BTreeMap::new();
    for index in (0..inputs.series.len()).rev() {
        let interface = &inputs.interfaces[index];
        let mut add = |user: (PageKind, &'s str), shape: ShapeId| {
            for used in references(interface, shape) {
                let entry = users
                    .entry(used)
                    .or_insert_with(|| (index, BTreeSet::new()));
                if entry.0 == index && user.1 != used {
                    entry.1.insert(user);
                }
            }
        };
        for (name, command) in interface.commands.iter() {
            add((PageKind::Command, name), command.arguments);
            command
                .returns
                .into_iter()
                .for_each(|shape| add((PageKind::Command, name), shape));
        }
        for (name, event) in interface.events.iter() {
            add((PageKind::Event, name), event.data);
        }
        for id in interface.ids() {
            let Some(meta) = interface.definition(id) else {
                continue;
            };
            for inner in contained(interface, id) {
                add((PageKind::Type, &meta.name), inner);
            }
        }
    }
    let users = users.into_iter();
    users.map(|(name, (_, users))| (name, users)).collect()
}

/// The named types that a shape refers to, without looking into them.
fn references<'s>(interface: &Interface<'s>, id: ShapeId) -> Vec<&'s str> {
    if let Some(meta) = interface.definition(id) {
        return vec![&meta.name];
    }
    let inner = contained(interface, id).into_iter();
    let named = inner.flat_map(|inner| match interface.definition(inner) {
        Some(meta) => vec![meta.name.as_str()],
        None => match interface.get(inner) {
            Shape::Array(_) | Shape::Object(_) => references(interface, inner),
            _ => Vec::new(),
        },
    });
    named.collect()
}

/// The shapes directly inside another.
fn contained(interface: &Interface<'_>, id: ShapeId) -> Vec<ShapeId> {
    match interface.get(id) {
        Shape::Builtin(_) | Shape::Enum(_) => Vec::new(),
        Shape::Array(element) => vec![*element],
        Shape::Alternate(branches) => branches.iter().map(|branch| branch.shape).collect(),
        Shape::Object(object) => {
            let members = object.members.values().map(|member| member.shape);
            let branches = object.branches.iter();
            let branches = branches.flat_map(|own| own.by_value.values().map(|own| own.content));
            members.chain(branches).collect()
        }
    }
}
