//! Writing a schema for a reply with the help of the schema of another series.
//!
//! A definition of the other series with which the reply agrees is taken over as
//! it is. One that differs is written from the reply, and takes over what a reply
//! does not have. What the build may lack because of a condition is kept.

use std::collections::{BTreeMap, BTreeSet};

use super::agreement::Agreement;
use super::borrow::borrow;
use super::build_options::BuildOptions;
use super::compare::compare;
use super::counterparts::{Counterparts, names};
use super::neighbour::{Neighbour, own_names};
use super::schema_text::DefinitionBuilder;
use super::type_names::GivenNames;
use crate::ast::{Condition, Definition};
use crate::doc::DefinitionDocs;
use crate::version::Version;
use crate::wire::{Interface, ShapeId};

/// A schema that was written for a reply.
#[derive(Debug)]
pub struct WrittenSchema {
    /// The schema in the layout of imported schemas.
    pub text: String,
    /// The entities that the build lacks and another one may have:
    /// `NetClientDriver.af-xdp`.
    pub not_in_build: Vec<String>,
}

/// Writes the schema of an introspected interface, with names, conditions and
/// sizes of integers from the schema of another series.
///
/// `published` has all names of the introspected series: it names what is new,
/// and shows which conditional entities still exist.
pub fn write_schema_like<'s>(
    reply: &Interface<'s>,
    version: Version,
    neighbour: &Neighbour<'s>,
    published: Option<&Neighbour<'s>>,
) -> WrittenSchema {
    let named =
        published.map(|published| Counterparts::find(&published.interface, reply, |_, _| false));
    let published_name = |id: ShapeId| {
        let named = named.as_ref()?.in_schema(id)?;
        Some(published?.interface.type_name(named))
    };
    let counterparts = Counterparts::find(&neighbour.interface, reply, |old, new| {
        published_name(new).is_some_and(|name| neighbour.interface.type_name(old) == name)
    });
    let comparison = compare(&neighbour.interface, reply);
    let given = given_names(
        reply,
        neighbour,
        &counterparts,
        published.zip(named.as_ref()),
    );
    let mut merger = SchemaMerger {
        builder: DefinitionBuilder::new(reply, version, given),
        agreement: Agreement {
            schema: &neighbour.interface,
            reply,
            counterparts: &counterparts,
            options: BuildOptions::new(&comparison.satisfied),
            version,
        },
        neighbour,
        published,
        agreeing: BTreeSet::new(),
        written: BTreeMap::new(),
    };
    merger.agreeing = merger.find_agreeing();
    merger.write_operations();
    merger.write_unreported_types();
    merger.finish()
}

/// The names of the neighbour and, for other shapes, the published ones.
fn given_names(
    reply: &Interface<'_>,
    neighbour: &Neighbour<'_>,
    counterparts: &Counterparts,
    published: Option<(&Neighbour<'_>, &Counterparts)>,
) -> GivenNames {
    let mut given = GivenNames::default();
    let definitions = neighbour.definitions();
    given.reserve(definitions.map(|(definition, _)| definition.name.value.clone()));
    let mut add = |schema: &Interface<'_>, counterparts: &Counterparts| {
        for id in reply.ids() {
            let counterpart = counterparts.in_schema(id);
            let named = counterpart.filter(|counterpart| schema.is_named(*counterpart));
            if let Some(named) = named {
                given.add(id, &schema.type_name(named));
            }
        }
    };
    add(&neighbour.interface, counterparts);
    if let Some((published, counterparts)) = published {
        add(&published.interface, counterparts);
    }
    given
}

struct SchemaMerger<'a, 's> {
    builder: DefinitionBuilder<'a, 's>,
    agreement: Agreement<'a, 's>,
    neighbour: &'a Neighbour<'s>,
    published: Option<&'a Neighbour<'s>>,
    /// The definitions of the neighbour with which the reply agrees.
    agreeing: BTreeSet<&'s str>,
    written: BTreeMap<String, Definition>,
}

impl<'s> SchemaMerger<'_, 's> {
    /// The shape of the reply for a definition of the neighbour.
    fn shape_in_reply(&self, old: &Definition) -> Option<ShapeId> {
        let reply = self.agreement.reply;
        let name = &old.name.value;
        if let Some(command) = reply.commands.get(name) {
            return Some(command.arguments);
        }
        if let Some(event) = reply.events.get(name) {
            return Some(event.data);
        }
        let shape = self.neighbour.shape(name).filter(|_| old.is_type())?;
        self.agreement.counterparts.in_reply(shape)
    }

    fn find_agreeing(&self) -> BTreeSet<&'s str> {
        let definitions = self
            .neighbour
            .definitions()
            .map(|(definition, _)| definition);
        let agreeing = definitions.filter(|definition| self.agrees(definition));
        let mut agreeing: BTreeSet<&str> = agreeing.map(|one| &*one.name.value).collect();
        // What inherits from a definition that is written anew is, too.
        loop {
            let count = agreeing.len();
            let known = agreeing.clone();
            agreeing.retain(|name| {
                let definition = self.neighbour.definition(name);
                let base = definition
                    .and_then(Definition::base)
                    .and_then(|base| self.neighbour.definition(&base.value));
                base.is_none_or(|base| {
                    known.contains(&*base.name.value) || self.shape_in_reply(base).is_none()
                })
            });
            if agreeing.len() == count {
                return agreeing;
            }
        }
    }

    fn agrees(&self, old: &Definition) -> bool {
        let (name, agreement) = (&*old.name.value, &self.agreement);
        let (Some(new), Some(shape)) = (self.shape_in_reply(old), self.neighbour.shape(name))
        else {
            return false;
        };
        let (schema, reply) = (agreement.schema, agreement.reply);
        let agrees = match (schema.commands.get(name), reply.commands.get(name)) {
            (Some(old), Some(new)) => agreement.commands_agree(old, new),
            _ => match (schema.events.get(name), reply.events.get(name)) {
                (Some(old), Some(new)) => {
                    agreement.features_agree(&old.meta.features, &new.meta.features)
                        && agreement.data_agrees(old.data, new.data)
                }
                _ => agreement.shapes_agree(shape, new),
            },
        };
        agrees
            && self
                .missing(name, new)
                .iter()
                .all(|missing| self.is_published(name, missing))
    }

    /// The members, values and branches of a definition that the reply lacks.
    fn missing(&self, name: &str, new: ShapeId) -> BTreeSet<&'s str> {
        let present = names(self.agreement.reply, new).unwrap_or_default();
        let old = self.neighbour.names(name);
        old.into_iter()
            .filter(|name| !present.contains(name))
            .collect()
    }

    /// Returns `true` unless a definition is known to lack an entity.
    fn is_published(&self, definition: &str, name: &str) -> bool {
        let names = self.published.map(|published| published.names(definition));
        names.is_none_or(|names| names.is_empty() || names.contains(name))
    }

    fn write_operations(&mut self) {
        let old = self
            .neighbour
            .definitions()
            .map(|(definition, _)| definition);
        let old: Vec<&Definition> = old.filter(|definition| !definition.is_type()).collect();
        for definition in old {
            let is_kept = || {
                let condition = definition.condition.as_ref();
                condition.is_some_and(|condition| self.may_be_left_out(condition))
                    && self.is_defined(&definition.name.value)
            };
            if self.shape_in_reply(definition).is_some() || is_kept() {
                self.write(&definition.name.value);
            }
        }
        let reply = self.agreement.reply;
        let names = reply.commands.names().chain(reply.events.names());
        names.for_each(|name| self.write(name));
    }

    fn may_be_left_out(&self, condition: &Condition) -> bool {
        self.agreement.may_be_left_out([&condition.to_structured()])
    }

    /// Returns `true` unless the published names lack a definition.
    fn is_defined(&self, name: &str) -> bool {
        let published = self.published;
        published.is_none_or(|published| published.definition(name).is_some())
    }

    /// Keeps the types that introspection does not report in any release.
    fn write_unreported_types(&mut self) {
        let types = self.neighbour.unreachable_types();
        for name in types {
            if self.is_defined(name) {
                self.write(name);
            }
        }
    }

    /// Writes a definition and all types that it refers to.
    fn write(&mut self, name: &str) {
        let mut pending = vec![name.to_owned()];
        while let Some(name) = pending.pop() {
            if self.written.contains_key(&name) {
                continue;
            }
            for definition in self.build(&name) {
                let types = definition.referenced_types().into_iter();
                pending.extend(types.map(str::to_owned));
                self.written
                    .insert(definition.name.value.clone(), definition);
            }
        }
    }

    fn build(&self, name: &str) -> Vec<Definition> {
        let old = self
            .neighbour
            .definition(name)
            .or_else(|| self.inline_definition(name));
        if let Some(old) = old.filter(|_| self.agreeing.contains(name)) {
            return vec![old.clone()];
        }
        let mut built = self.builder.build(name);
        match (old, built.last_mut()) {
            (Some(old), Some(new)) => self.complete(new, old),
            (Some(old), None) => built.push(old.clone()),
            (None, _) => {}
        }
        built
    }

    /// The command or event of the neighbour that has the content of a type of the
    /// reply in itself.
    fn inline_definition(&self, name: &str) -> Option<&'s Definition> {
        let shape = self
            .agreement
            .counterparts
            .in_schema(self.builder.id(name)?)?;
        self.neighbour
            .definition(&self.neighbour.interface.type_name(shape))
    }

    fn complete(&self, new: &mut Definition, old: &Definition) {
        let keep = |condition: &Condition, name: &str| {
            self.may_be_left_out(condition) && self.is_published(&old.name.value, name)
        };
        borrow(new, old, &self.neighbour.members(old), &keep);
    }

    /// The entities that the reply lacks.
    fn not_in_build(&self) -> Vec<String> {
        let mut lacking = Vec::new();
        for (old, _) in self.neighbour.definitions() {
            let name = &old.name.value;
            match (self.written.get(name), self.shape_in_reply(old)) {
                (None, _) => {}
                (Some(_), None) if old.condition.is_some() => lacking.push(name.clone()),
                (Some(_), None) => {}
                (Some(written), Some(_))
                    if written.data().is_some_and(|data| !data.is_inline()) => {}
                (Some(written), Some(new)) => {
                    let mut missing = self.missing(name, new);
                    let own = own_names(written);
                    missing.retain(|one| self.agreeing.contains(&**name) || own.contains(one));
                    lacking.extend(missing.iter().map(|missing| format!("{name}.{missing}")));
                }
            }
        }
        lacking
    }

    /// Prints new definitions, and those of the neighbour in their order and with
    /// their modules.
    fn finish(mut self) -> WrittenSchema {
        let not_in_build = self.not_in_build();
        let mut known = Vec::new();
        let mut known_docs = Vec::new();
        let mut known_modules = Vec::new();
        for ((old, facts), module) in self.neighbour.definitions().zip(self.neighbour.modules()) {
            let name = &*old.name.value;
            if let Some(definition) = self.written.remove(name) {
                known_docs.push(facts_about(
                    &definition,
                    facts,
                    self.agreeing.contains(name),
                ));
                known.push(definition);
                known_modules.push(module);
            }
        }
        let order = self.builder.order().into_iter();
        let mut definitions: Vec<_> = order
            .filter_map(|name| self.written.remove(&name))
            .collect();
        definitions.extend(self.written.into_values());
        let mut docs = vec![DefinitionDocs::default(); definitions.len()];
        let mut modules = vec![None; definitions.len()];
        definitions.extend(known);
        docs.extend(known_docs);
        modules.extend(known_modules);
        let pragmas: Vec<_> = self.neighbour.pragmas().collect();
        WrittenSchema {
            text: self.builder.print(definitions, &pragmas, &docs, &modules),
            not_in_build,
        }
    }
}

/// The facts about the entities that a definition has.
fn facts_about(definition: &Definition, facts: &DefinitionDocs, is_same: bool) -> DefinitionDocs {
    let mut facts = facts.clone();
    if !is_same {
        let own = own_names(definition);
        let has_feature = |name: &str| definition.features.iter().any(|one| one.name.value == name);
        facts.members.retain(|entity| own.contains(&*entity.name));
        facts.features.retain(|entity| has_feature(&entity.name));
    }
    facts
}
