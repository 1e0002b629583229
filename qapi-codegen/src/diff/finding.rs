//! Findings: judged changes with their occurrences.

use std::collections::BTreeSet;

use serde::Serialize;

use super::change::{Change, ChangeValue, KindAttribute};
use super::compare::ChangeGraph;
use super::identity::distinguishing_value;
use super::occurrence::{Occurrence, pair_occurrences};
use super::rules::{Compatibility, Rule, rules};
use crate::json::JsonValue;
use crate::knowledge::{MigrationRule, ReplyRule};
use crate::schema::JsonKind;
use crate::version::Series;
use crate::wire::{Direction, PathSegment, render_path};

/// A judged change.
#[derive(Debug, Clone)]
pub struct Finding<'s> {
    /// The rule that judges the change.
    pub rule: &'static Rule,
    /// The change.
    pub change: Change<'s>,
    /// The direction of the changed value.
    pub direction: Direction,
    /// The effect on an old client of the new QEMU. A policy may override the
    /// rule.
    pub compatibility: Compatibility,
    /// The occurrences, never empty. Reports list the finding under the first.
    pub occurrences: Vec<Occurrence<'s>>,
    /// The series that made the change.
    pub since: Option<Series>,
    /// The series that deprecated the entity, if it was removed and the series
    /// is known.
    pub deprecated_since: Option<Series>,
    /// The answer to this change, whose advice replaces that of the rule.
    pub answer: Option<&'s MigrationRule>,
    /// What people note about the change, which replaces the advice of the rule, too.
    pub noted_advice: Option<String>,
    /// The rule that says where the information in a changed reply or event is,
    /// whose advice replaces that of the rule.
    pub moved: Option<&'s ReplyRule>,
    /// Messages that show the change.
    pub example: Example<'s>,
    /// A number that stays the same in later reports.
    pub fingerprint: String,
    /// `true` if the recorded use of a program is affected; `None` without a record.
    pub used: Option<bool>,
}

/// A message of the old release and the same message of the new release.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Example<'s> {
    /// The message of the old release.
    pub before: Option<JsonValue<'s>>,
    /// The message of the new release.
    pub after: Option<JsonValue<'s>>,
}

/// Judges the changes of a comparison.
pub fn findings<'s>(graph: &ChangeGraph<'s>) -> Vec<Finding<'s>> {
    let mut findings = Vec::new();
    visit_changes(graph, |rule, direction, change, places| {
        findings.push(Finding::new(rule, direction, change, places));
    });
    findings
}

/// Visits the changes that have a rule and an occurrence, with the occurrences
/// of the pair that a change is in.
fn visit_changes<'s>(
    graph: &ChangeGraph<'s>,
    mut visit: impl FnMut(&'static Rule, Direction, &Change<'s>, &[Occurrence<'s>]),
) {
    let mut visit = |direction, change: &Change<'s>, places: &[Occurrence<'s>]| {
        if let Some(rule) = rules().find(change.kind, direction) {
            visit(rule, direction, change, places);
        }
    };
    for operation in &graph.operations {
        let (old, new) = (Vec::new(), Vec::new());
        let operation_itself = Occurrence {
            operation: operation.name,
            old,
            new,
        };
        for (direction, change) in &operation.changes {
            visit(*direction, change, std::slice::from_ref(&operation_itself));
        }
    }
    for (pair, places) in graph.pairs.iter().zip(pair_occurrences(graph)) {
        for change in pair.changes.iter().filter(|_| !places.is_empty()) {
            visit(pair.direction, change, &places);
        }
    }
}

impl<'s> Finding<'s> {
    /// Judges a change at places.
    pub(super) fn new(
        rule: &'static Rule,
        direction: Direction,
        change: &Change<'s>,
        places: &[Occurrence<'s>],
    ) -> Self {
        let occurrences = places.iter().map(|place| Occurrence {
            operation: place.operation,
            old: [&place.old[..], &change.old_path].concat(),
            new: [&place.new[..], &change.new_path].concat(),
        });
        let mut finding = Finding {
            rule,
            change: change.clone(),
            direction,
            compatibility: rule.compatibility,
            occurrences: occurrences.collect(),
            since: None,
            deprecated_since: None,
            answer: None,
            noted_advice: None,
            moved: None,
            example: Example::default(),
            fingerprint: String::new(),
            used: None,
        };
        finding.fingerprint = fingerprint(&finding);
        finding
    }

    /// The name of the command or event of the first occurrence.
    pub fn target(&self) -> &'s str {
        self.occurrences[0].operation.name()
    }

    /// The names of all commands and events, that of the first occurrence first.
    pub fn targets(&self) -> Vec<&'s str> {
        let names = self.occurrences.iter().map(|own| own.operation.name());
        let others: BTreeSet<&str> = names.filter(|name| *name != self.target()).collect();
        [self.target()].into_iter().chain(others).collect()
    }

    /// Returns `true` if it occurs in a command or event with such a name.
    pub fn occurs_in(&self, fits: impl Fn(&str) -> bool) -> bool {
        self.occurrences
            .iter()
            .any(|own| fits(own.operation.name()))
    }

    /// The path of the first occurrence.
    pub fn path(&self) -> &[PathSegment<'s>] {
        self.path_of(&self.occurrences[0])
    }

    /// The path of an occurrence: in the old release, except for additions.
    pub fn path_of<'o>(&self, occurrence: &'o Occurrence<'s>) -> &'o [PathSegment<'s>] {
        own_side(&self.change, &occurrence.old, &occurrence.new)
    }

    /// The path in the old release to the value that contains the change.
    pub fn container<'o>(&self, occurrence: &'o Occurrence<'s>) -> &'o [PathSegment<'s>] {
        let depth = occurrence.old.len();
        &occurrence.old[..depth.saturating_sub(self.change.old_path.len())]
    }

    /// Puts first the occurrence in a command or event with such a name.
    pub fn lead_with(&mut self, fits: impl Fn(&str) -> bool) {
        if fits(self.target()) {
            return;
        }
        let candidates = self.occurrences.iter().enumerate();
        let fitting = candidates.filter(|(_, own)| fits(own.operation.name()));
        let text = |own: &Occurrence<'s>| (own.operation.name(), render_path(self.path_of(own)));
        if let Some((index, _)) = fitting.min_by_key(|(_, own)| text(own)) {
            self.put_first(index);
        }
    }

    /// Puts an occurrence first. The example, which shows another one, is dropped.
    pub(super) fn put_first(&mut self, index: usize) {
        if index > 0 {
            self.occurrences[..=index].rotate_right(1);
            self.example = Example::default();
        }
    }
}

/// The path of a change inside the pair that it is in.
pub(super) fn inner_path<'c, 's>(change: &'c Change<'s>) -> &'c [PathSegment<'s>] {
    own_side(change, &change.old_path, &change.new_path)
}

/// The path in the release that has the changed entity: the new one for additions.
fn own_side<'p, 's>(
    change: &Change<'_>,
    old: &'p [PathSegment<'s>],
    new: &'p [PathSegment<'s>],
) -> &'p [PathSegment<'s>] {
    match change.kind.has(KindAttribute::Addition) {
        true => new,
        false => old,
    }
}

/// Hashes what a user sees of a finding (FNV-1a). Policy files hold these
/// numbers, so neither the parts nor their text may change.
fn fingerprint(finding: &Finding<'_>) -> String {
    let value = match distinguishing_value(&finding.change) {
        Some(ChangeValue::JsonKind(JsonKind::Array)) => "list".to_owned(),
        Some(value) => value.to_string(),
        None => finding.change.subject.unwrap_or_default().to_owned(),
    };
    let parts = [
        finding.rule.id.as_str(),
        finding.direction.as_str(),
        finding.target(),
        &render_path(finding.path()),
        &value,
    ];
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}
