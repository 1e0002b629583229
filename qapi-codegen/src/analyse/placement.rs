//! The module of a generated item.
//!
//! Old releases have most definitions in their root file, and an introspected
//! schema has no modules. Such definitions go where the nearest later release,
//! or else the nearest earlier one, has a definition of the same name.

use std::collections::HashMap;

use super::names;
use super::sharing::Shared;
use crate::schema::Schema;

/// The module that is the root file.
const ROOT: &str = "qapi-schema";

/// The module of definitions whose module no release states.
const OTHER: &str = "other";

/// The names and the modules of the definitions of one kind in a schema.
type NamesAndModules<'s> = Vec<(&'s String, &'s Option<String>)>;

/// The modules of the definitions of one kind, by Rust name in each release.
pub struct ModuleTable<'s> {
    releases: Vec<HashMap<String, &'s str>>,
}

impl<'s> ModuleTable<'s> {
    /// Collects the modules; `list` has the names and modules of a schema.
    pub fn new(schemas: &[&'s Schema], list: fn(&'s Schema) -> NamesAndModules<'s>) -> Self {
        let modules = schemas.iter().map(|schema| {
            let stated = list(schema).into_iter();
            let stated = stated
                .filter_map(|(name, module)| Some((names::type_name(name), module.as_deref()?)));
            stated.collect()
        });
        ModuleTable {
            releases: modules.collect(),
        }
    }

    /// The Rust name of the module of an item.
    pub fn find<I: Copy>(&self, shared: &Shared<I>) -> String {
        let run = shared.run();
        let within = (run.since..=run.until).rev();
        let after = run.until + 1..self.releases.len();
        let before = (0..run.since).rev();
        let releases = within.chain(after).chain(before);
        let modules = releases.filter_map(|release| self.releases[release].get(&shared.name));
        let modules: Vec<&str> = modules.copied().collect();
        let divided = modules.iter().find(|module| **module != ROOT);
        names::module(divided.or(modules.first()).unwrap_or(&OTHER))
    }
}
