//! The interface of the storage daemon, as a part of the emulator's.
//!
//! QEMU's schema of the storage daemon consists of modules of the emulator's
//! schema, so the names of its commands and events are enough.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::ast::{Definition, Item};
use crate::load::LoadedSchema;

/// The definitions of a schema that belong to another interface, too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaSubset {
    /// The commands. The types that they refer to belong to the interface.
    pub commands: Vec<String>,
    /// The events.
    pub events: Vec<String>,
    /// The types that no command and no event refers to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
}

impl SchemaSubset {
    /// Lists definitions by name, in the order of the whole schema.
    ///
    /// # Errors
    ///
    /// The whole schema lacks these definitions.
    pub fn new<'n>(
        names: impl IntoIterator<Item = &'n str>,
        whole: &LoadedSchema,
    ) -> Result<SchemaSubset, Vec<String>> {
        let names: HashSet<&str> = names.into_iter().collect();
        let known: HashSet<&str> = whole.definitions().map(name).collect();
        let unknown = names.difference(&known).map(|&name| name.to_owned());
        let mut unknown: Vec<String> = unknown.collect();
        if !unknown.is_empty() {
            unknown.sort();
            return Err(unknown);
        }
        let common = whole.definitions().filter(|one| names.contains(name(one)));
        let common: Vec<&Definition> = common.collect();
        let operations = common.iter().filter(|definition| !definition.is_type());
        let reachable = reachable(whole, operations.map(|one| name(one)));
        let mut subset = SchemaSubset::default();
        for definition in common {
            let list = match definition.body.keyword() {
                "command" => &mut subset.commands,
                "event" => &mut subset.events,
                _ if reachable.contains(name(definition)) => continue,
                _ => &mut subset.types,
            };
            list.push(name(definition).to_owned());
        }
        Ok(subset)
    }

    /// Removes all other definitions from a schema, with their comments.
    pub fn retain(&self, loaded: &mut LoadedSchema) {
        let names = [&self.commands, &self.events, &self.types];
        let names = names.into_iter().flatten().map(String::as_str);
        let kept = reachable(loaded, names).into_iter();
        let kept: HashSet<String> = kept.map(str::to_owned).collect();
        let mut comments = Vec::new();
        let mut items = Vec::new();
        for item in std::mem::take(&mut loaded.items) {
            let is_kept = match &item {
                Item::Comment(_) => {
                    comments.push(item);
                    continue;
                }
                Item::Definition(definition) => kept.contains(name(definition)),
                Item::Include(_) | Item::Pragma(_) => true,
            };
            if is_kept {
                items.append(&mut comments);
                items.push(item);
            }
            comments.clear();
        }
        loaded.items = items;
    }
}

fn name(definition: &Definition) -> &str {
    &definition.name.value
}

/// These definitions and the types that they refer to.
fn reachable<'l>(
    loaded: &'l LoadedSchema,
    names: impl Iterator<Item = &'l str>,
) -> HashSet<&'l str> {
    let definitions = loaded.definitions().map(|one| (name(one), one));
    let definitions: HashMap<&str, &Definition> = definitions.collect();
    let mut pending: Vec<&str> = names.collect();
    let mut reachable = HashSet::new();
    while let Some(name) = pending.pop() {
        if reachable.insert(name)
            && let Some(definition) = definitions.get(name)
        {
            pending.extend(definition.referenced_types());
        }
    }
    reachable
}
