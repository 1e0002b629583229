//! What distinguishes an occurrence of a change from others, as a number, for the
//! comparisons of one old release with several others.

use std::hash::{DefaultHasher, Hash, Hasher};

use foldhash::HashSet;

use super::change::{Change, ChangeKind, ChangeValue, KindAttribute};
use super::compare::ChangeGraph;
use super::finding::{Finding, inner_path};
use super::occurrence::{ChangePaths, Occurrence};
use super::rules::rules;
use crate::wire::{Direction, PathSegment};

/// Identifies each occurrence of each change that has a rule.
pub fn identities(graph: &ChangeGraph<'_>) -> HashSet<u64> {
    let mut identities = HashSet::default();
    let has_rule = |direction, change: &Change<'_>| rules().find(change.kind, direction).is_some();
    for (operation, paths) in ChangePaths::of_operations(graph) {
        let start = PartialIdentity::new(operation.name.name());
        for (direction, change) in &operation.changes {
            if has_rule(*direction, change) {
                identities.insert(start.of_change(change, *direction));
            }
        }
        // A step continues the path of the one before it.
        let mut partial: Vec<PartialIdentity> = Vec::with_capacity(paths.steps.len());
        for step in &paths.steps {
            let mut own = step.before.map_or(&start, |index| &partial[index]).clone();
            own.extend(&step.link.old);
            partial.push(own);
        }
        for &end in &paths.ends {
            let pair = &graph.pairs[paths.steps[end].link.to];
            for change in &pair.changes {
                if has_rule(pair.direction, change) {
                    identities.insert(partial[end].of_change(change, pair.direction));
                }
            }
        }
    }
    identities
}

impl Finding<'_> {
    /// The identity of each occurrence, as in [`identities`].
    pub fn identities(&self) -> Vec<u64> {
        let identity = |own: &Occurrence<'_>| {
            let mut partial = PartialIdentity::new(own.operation.name());
            partial.extend(self.container(own));
            partial.of_change(&self.change, self.direction)
        };
        self.occurrences.iter().map(identity).collect()
    }
}

/// The identity that a change of an entity, given by its path and name, has as
/// a finding of its own.
pub(super) fn entity_identity(
    kind: ChangeKind,
    direction: Direction,
    occurrence: &Occurrence<'_>,
    (path, subject): (&[PathSegment<'_>], Option<&str>),
) -> u64 {
    let change = Change {
        subject,
        ..Change::new(kind)
    };
    let mut partial = PartialIdentity::new(occurrence.operation.name());
    partial.extend(path);
    partial.of_change(&change, direction)
}

/// The identity of a change as far as it follows from the beginning of its path. The
/// path begins in the old release, so that it does not depend on changes around it.
#[derive(Clone)]
struct PartialIdentity(DefaultHasher);

impl PartialIdentity {
    fn new(operation: &str) -> PartialIdentity {
        let mut hasher = DefaultHasher::new();
        operation.hash(&mut hasher);
        PartialIdentity(hasher)
    }

    fn extend(&mut self, path: &[PathSegment<'_>]) {
        path.iter().for_each(|segment| segment.hash(&mut self.0));
    }

    /// The identity of a change whose own path continues this one.
    fn of_change(&self, change: &Change<'_>, direction: Direction) -> u64 {
        let mut own = self.clone();
        own.extend(inner_path(change));
        let value = distinguishing_value(change);
        (change.kind, direction, value, change.subject).hash(&mut own.0);
        own.0.finish()
    }
}

/// The value of a kind that may occur several times at one path.
pub(super) fn distinguishing_value<'c, 's>(change: &'c Change<'s>) -> Option<&'c ChangeValue<'s>> {
    let value = change.new.as_ref().or(change.old.as_ref());
    value.filter(|_| change.kind.has(KindAttribute::PerValue))
}
