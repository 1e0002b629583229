//! Deprecations between two releases.

use super::change::{ChangeKind, KindAttribute};
use super::finding::Finding;
use crate::knowledge::{MigrationRule, MigrationRules};
use crate::version::Series;
use crate::wire::{Interface, render_path};

/// An entity that is deprecated in the new release but not in the old one.
#[derive(Debug, Clone)]
pub struct NewDeprecation<'s> {
    /// The command or event.
    pub target: &'s str,
    /// The path of the member, or nothing for the command or event itself.
    pub path: String,
    /// The series that deprecated it.
    pub since: Option<Series>,
    /// The difference of the schemas, or what only the documentation of QEMU says.
    pub source: DeprecationSource<'s>,
}

/// The source of a deprecation.
#[derive(Debug, Clone)]
pub enum DeprecationSource<'s> {
    /// The schemas differ.
    Found(Box<Finding<'s>>),
    /// The documentation of QEMU, with its advice.
    Documented(&'s str),
}

impl NewDeprecation<'_> {
    /// Returns `true` if the entity has the feature `deprecated`.
    pub fn is_flagged(&self) -> bool {
        match &self.source {
            DeprecationSource::Found(own) => own.change.kind == ChangeKind::DeprecatedAdded,
            DeprecationSource::Documented(_) => false,
        }
    }
}

/// The deprecations, sorted by command or event and path.
pub fn new_deprecations<'s>(
    migrations: &'s MigrationRules,
    findings: &[Finding<'s>],
    old: &Interface<'_>,
    new: &Interface<'_>,
) -> Vec<NewDeprecation<'s>> {
    let is_deprecation = |own: &&Finding<'_>| own.change.kind.has(KindAttribute::Deprecation);
    let found = findings
        .iter()
        .filter(is_deprecation)
        .map(|finding| NewDeprecation {
            target: finding.target(),
            path: render_path(finding.path()),
            since: finding.since,
            source: DeprecationSource::Found(Box::new(finding.clone())),
        });
    let mut all: Vec<_> = found.collect();
    let (from, to) = (old.version.series(), new.version.series());
    let is_new = |rule: &&MigrationRule| rule.deprecated.is_some_and(|since| since > from);
    let documented = migrations.deprecations_in(to).filter(is_new);
    for entry in documented.flat_map(documented_deprecations) {
        let is_same =
            |own: &NewDeprecation<'_>| (own.target, &own.path) == (entry.target, &entry.path);
        if new.commands.contains(entry.target) && !all.iter().any(is_same) {
            all.push(entry);
        }
    }
    all.sort_by_cached_key(|entry| (entry.target, entry.path.clone()));
    all
}

/// The deprecations that a rule documents: its commands, or their arguments.
fn documented_deprecations(rule: &MigrationRule) -> Vec<NewDeprecation<'_>> {
    let paths: Vec<&str> = match rule.answers_for_command() {
        true => vec![""],
        false => rule.paths().collect(),
    };
    let deprecation = |target, path: &str| NewDeprecation {
        target,
        path: path.to_owned(),
        since: rule.deprecated,
        source: DeprecationSource::Documented(&rule.advice),
    };
    let commands = rule.commands.iter();
    let of_command = |target| paths.iter().map(move |path| deprecation(target, path));
    commands
        .flat_map(|target| of_command(target.as_str()))
        .collect()
}
