//! Deprecations between two releases.

use super::change::{ChangeKind, KindAttribute};
use super::finding::Finding;
use crate::knowledge::{Behaviour, Deprecation};
use crate::version::Series;
use crate::wire::{Interface, render_path};

/// An entity that is deprecated in the new release but not in the old one.
#[derive(Debug, Clone)]
pub enum NewDeprecation<'s> {
    /// The schemas differ.
    Found(Box<Finding<'s>>),
    /// Only the documentation of QEMU says so.
    Documented(&'s Deprecation),
}

impl NewDeprecation<'_> {
    /// The command or event.
    pub fn target(&self) -> &str {
        match self {
            NewDeprecation::Found(finding) => finding.target(),
            NewDeprecation::Documented(entry) => &entry.target,
        }
    }

    /// The path of the member, or nothing for the command or event itself.
    pub fn path(&self) -> String {
        match self {
            NewDeprecation::Found(finding) => render_path(finding.path()),
            NewDeprecation::Documented(entry) => entry.member.clone().unwrap_or_default(),
        }
    }

    /// The series that deprecated it.
    pub fn since(&self) -> Option<Series> {
        match self {
            NewDeprecation::Found(finding) => finding.since,
            NewDeprecation::Documented(entry) => entry.since,
        }
    }

    /// Returns `true` if the entity has the feature `deprecated`.
    pub fn is_flagged(&self) -> bool {
        match self {
            NewDeprecation::Found(own) => own.change.kind == ChangeKind::DeprecatedAdded,
            NewDeprecation::Documented(_) => false,
        }
    }
}

/// The deprecations, sorted by command or event and path.
pub fn new_deprecations<'s>(
    behaviour: &'s Behaviour,
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
    let is_new = |entry: &&Deprecation| {
        entry.since.is_some_and(|since| since > from) && new.commands.contains(&entry.target)
    };
    for entry in behaviour.deprecations_in(to).filter(is_new) {
        let entry = NewDeprecation::Documented(entry);
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
