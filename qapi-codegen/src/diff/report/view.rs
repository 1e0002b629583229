//! A report by command and event, as readers see it.
//!
//! All formats for people have the same groups in the same order, the worst
//! first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{FindingCounts, Report};
use crate::diff::behaviour::BehaviourNote;
use crate::diff::change::{ChangeKind, KindAttribute};
use crate::diff::finding::{Example, Finding};
use crate::diff::rule_id::RuleId;
use crate::diff::rules::Compatibility;
use crate::version::Series;
use crate::wire::Direction;

/// A report in groups.
#[derive(Debug)]
pub struct ReportView<'r> {
    /// The report.
    pub report: &'r Report<'r>,
    /// The changed commands and events, the worst first.
    pub groups: Vec<ReportGroup<'r>>,
    /// The new commands and the new events, with a title.
    pub new_operations: [(&'static str, Vec<&'r Finding<'r>>); 2],
    /// The changes of behaviour of the protocol as a whole.
    pub general: Vec<&'r BehaviourNote<'r>>,
    /// The numbers of findings by direction, in the plural, and of changes of
    /// behaviour.
    pub by_direction: [(&'static str, FindingCounts); 4],
    /// The numbers of findings by series, the oldest first.
    pub by_series: BTreeMap<Series, FindingCounts>,
}

/// One command or event.
#[derive(Debug)]
pub struct ReportGroup<'r> {
    /// Its name in the old release.
    pub name: &'r str,
    /// `true` for an event.
    pub is_event: bool,
    /// The numbers of findings and changes of behaviour.
    pub counts: FindingCounts,
    /// The breaking and dangerous findings.
    pub incompatible: Vec<&'r Finding<'r>>,
    /// The compatible findings by rule.
    pub compatible: BTreeMap<RuleId, Vec<&'r Finding<'r>>>,
    /// A request that shows what breaks.
    pub example: Option<&'r Example<'r>>,
    /// The changes of behaviour.
    pub notes: Vec<&'r BehaviourNote<'r>>,
    /// The other commands and events that list findings about this one, with
    /// the number of findings.
    pub elsewhere: BTreeMap<&'r str, usize>,
}

impl<'r> ReportView<'r> {
    /// Groups a report.
    pub fn new(report: &'r Report<'r>) -> Self {
        let of_kind = |kind: ChangeKind| {
            let findings = report.findings.iter();
            findings.filter(|own| own.change.kind == kind).collect()
        };
        let in_direction = |direction: Direction| {
            let findings = report.findings.iter();
            FindingCounts::from_findings(findings.filter(|own| own.direction == direction))
        };
        let mut by_series: BTreeMap<Series, FindingCounts> = BTreeMap::new();
        for finding in &report.findings {
            if let Some(series) = finding.since {
                by_series.entry(series).or_default().add(finding);
            }
        }
        let mut behaviour = FindingCounts::default();
        for note in &report.behaviour {
            behaviour.add_note(note);
            if let Some(series) = note.since.last() {
                by_series.entry(*series).or_default().add_note(note);
            }
        }
        let general = report.behaviour.iter().filter(|note| note.is_general());
        ReportView {
            groups: groups(report),
            new_operations: [
                ("New commands", of_kind(ChangeKind::CommandAdded)),
                ("New events", of_kind(ChangeKind::EventAdded)),
            ],
            general: general.collect(),
            by_direction: [
                ("requests", in_direction(Direction::Request)),
                ("replies", in_direction(Direction::Reply)),
                ("events", in_direction(Direction::Event)),
                ("behaviour", behaviour),
            ],
            by_series,
            report,
        }
    }
}

fn groups<'r>(report: &'r Report<'r>) -> Vec<ReportGroup<'r>> {
    let mut by_name: BTreeMap<&str, Vec<&Finding<'_>>> = BTreeMap::new();
    for finding in &report.findings {
        if !finding.change.kind.has(KindAttribute::NewOperation) {
            by_name.entry(finding.target()).or_default().push(finding);
        }
    }
    for note in &report.behaviour {
        for name in note.commands.iter().chain(&note.events) {
            by_name.entry(name).or_default();
        }
    }
    let groups = by_name.into_iter();
    let mut groups: Vec<_> = groups
        .map(|(name, findings)| ReportGroup::new(report, name, findings))
        .collect();
    groups.sort_by_key(|group| Reverse((group.is_used(), group.counts.by_effect())));
    groups
}

impl<'r> ReportGroup<'r> {
    /// Returns `true` if something in it affects the program whose use is recorded.
    fn is_used(&self) -> bool {
        let findings = self.incompatible.iter().map(|own| own.used);
        let notes = self.notes.iter().map(|own| own.used);
        findings.chain(notes).any(|used| used == Some(true))
    }

    fn new(report: &'r Report<'r>, name: &'r str, mut findings: Vec<&'r Finding<'r>>) -> Self {
        let mut counts = FindingCounts::from_findings(findings.iter().copied());
        findings.sort_by_key(|own| Reverse((own.used == Some(true), own.compatibility)));
        let is_event = findings.first().map(|own| own.direction) == Some(Direction::Event);
        let mut compatible: BTreeMap<RuleId, Vec<&Finding<'_>>> = BTreeMap::new();
        let is_compatible = |own: &mut &Finding<'_>| own.compatibility == Compatibility::Compatible;
        for finding in findings.extract_if(.., is_compatible) {
            compatible.entry(finding.rule.id).or_default().push(finding);
        }
        let notes = report.behaviour.iter();
        let notes: Vec<_> = notes
            .filter(|note| note.concerns(|own| own == name))
            .collect();
        notes.iter().for_each(|note| counts.add_note(note));
        let mut examples = report.command_examples.iter();
        let example = examples.find(|example| example.target == name);
        ReportGroup {
            name,
            is_event: is_event || notes.iter().any(|note| note.events.contains(&name)),
            counts,
            incompatible: findings,
            compatible,
            example: example.map(|own| &own.example),
            notes,
            elsewhere: count_elsewhere(report, name),
        }
    }
}

fn count_elsewhere<'r>(report: &'r Report<'r>, name: &str) -> BTreeMap<&'r str, usize> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &report.findings {
        if finding.target() != name && finding.occurs_in(|own| own == name) {
            *counts.entry(finding.target()).or_default() += 1;
        }
    }
    counts
}
