//! Objects of `-object` in releases whose schema does not describe them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::facts::{CommandLineFact, CommandLineFacts};
use super::presence::Presence;
use crate::version::Series;

/// Types of objects with the same properties.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectEntry {
    /// The types.
    pub names: Vec<String>,
    /// The first series with them; absent if it is older than all.
    pub since: Option<Series>,
    /// The properties that they have had from the beginning.
    #[serde(default)]
    pub properties: Vec<String>,
    /// Further properties with their first series.
    #[serde(default)]
    pub added: BTreeMap<String, Series>,
}

impl<'e> CommandLineFacts<'e> {
    /// The notes about a type of objects.
    pub fn object_entry(&self, name: &str) -> Option<&'e ObjectEntry> {
        let mut entries = self.evidence().options().objects.iter();
        entries.find(|entry| entry.names.iter().any(|own| own == name))
    }

    /// Looks up a type of objects.
    pub fn object(&self, entry: &'e ObjectEntry) -> CommandLineFact<'e> {
        CommandLineFact::new(self.as_release().presence_between(entry.since, None))
    }

    /// Looks up a property of a type of objects.
    pub fn object_property(&self, entry: &'e ObjectEntry, property: &str) -> CommandLineFact<'e> {
        let is_old = entry.properties.iter().any(|own| own == property);
        CommandLineFact::new(match (is_old, entry.added.get(property)) {
            (true, _) => Presence::Present,
            (false, Some(since)) => self.as_release().presence_between(Some(*since), None),
            (false, None) => Presence::Unknown,
        })
    }
}
