//! Deprecations between two releases.

use super::change::{ChangeKind, KindAttribute};
use super::finding::Finding;
use crate::knowledge::{MigrationRule, MigrationRules};
use crate::version::Series;
use crate::wire::{Interface, render_path};

/// An entity that is deprecated in the new release but not in the old one.
#[derive(Debug, Clone)]
pub enum NewDeprecation<'s> {
    /// The schemas differ.
    Found(Box<Finding<'s>>),
    /// Only the documentation of QEMU says so.
    Documented {
        /// The command.
        target: &'s str,
        /// The path of the member, or nothing for the command itself.
        path: &'s str,
        /// The answer to its removal.
        rule: &'s MigrationRule,
    },
}

impl NewDeprecation<'_> {
    /// The command or event.
    pub fn target(&self) -> &str {
        match self {
            NewDeprecation::Found(finding) => finding.target(),
            NewDeprecation::Documented { target, .. } => target,
        }
    }

    /// The path of the member, or nothing for the command or event itself.
    pub fn path(&self) -> String {
        match self {
            NewDeprecation::Found(finding) => render_path(finding.path()),
            NewDeprecation::Documented { path, .. } => (*path).to_owned(),
        }
    }

    /// The series that deprecated it.
    pub fn since(&self) -> Option<Series> {
        match self {
            NewDeprecation::Found(finding) => finding.since,
            NewDeprecation::Documented { rule, .. } => rule.deprecated,
        }
    }

    /// Returns `true` if the entity has the feature `deprecated`.
    pub fn is_flagged(&self) -> bool {
        match self {
            NewDeprecation::Found(own) => own.change.kind == ChangeKind::DeprecatedAdded,
            NewDeprecation::Documented { .. } => false,
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
    let is_deprecation =
        |finding: &&Finding<'_>| finding.change.kind.has(KindAttribute::Deprecation);
    let found = findings.iter().filter(is_deprecation).cloned();
    let mut all: Vec<_> = found
        .map(|own| NewDeprecation::Found(Box::new(own)))
        .collect();
    let (from, to) = (old.version.series(), new.version.series());
    let is_new = |rule: &&MigrationRule| rule.deprecated.is_some_and(|since| since > from);
    let documented = migrations.deprecations_in(to).filter(is_new);
    for entry in documented.flat_map(documented_deprecations) {
        if !new.commands.contains(entry.target()) {
            continue;
        }
        let is_same = |other: &NewDeprecation<'_>| {
            (other.target(), other.path()) == (entry.target(), entry.path())
        };
        if !all.iter().any(is_same) {
            all.push(entry);
        }
    }
    all.sort_by_cached_key(|entry| (entry.target().to_owned(), entry.path()));
    all
}

/// The deprecations that a rule documents: its commands, or their arguments.
fn documented_deprecations(rule: &MigrationRule) -> Vec<NewDeprecation<'_>> {
    let paths: Vec<&str> = match rule.answers_for_command() {
        true => vec![""],
        false => rule.paths().collect(),
    };
    let of_command = |target| paths.iter().map(move |path| (target, *path));
    let each = rule
        .commands
        .iter()
        .flat_map(|command| of_command(command.as_str()));
    each.map(|(target, path)| NewDeprecation::Documented { target, path, rule })
        .collect()
}
