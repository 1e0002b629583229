//! A report by command and event, as readers see it.
//!
//! All formats for people have the same groups in the same order, the worst
//! first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::rendered::{RenderedFinding, RenderedReport};
use crate::diff::behaviour::BehaviourNote;
use crate::diff::change::ChangeKind;
use crate::diff::compare::ERROR;
use crate::diff::rules::Compatibility;
use crate::json::{JsonStyle, JsonValue};
use crate::version::Series;
use crate::wire::Direction;

/// A report in groups.
#[derive(Debug)]
pub struct ReportView<'r> {
    /// The report.
    pub report: &'r RenderedReport<'r>,
    /// The changed commands and events, the worst first.
    pub groups: Vec<ReportGroup<'r>>,
    /// The new commands.
    pub new_commands: Vec<&'r RenderedFinding<'r>>,
    /// The new events.
    pub new_events: Vec<&'r RenderedFinding<'r>>,
    /// The changes of behaviour of the protocol as a whole.
    pub general: Vec<&'r BehaviourNote<'r>>,
    /// The numbers of findings by direction.
    pub by_direction: Vec<DirectionCounts>,
    /// The numbers of findings by series, the oldest first.
    pub by_series: Vec<SeriesCounts>,
}

/// One command or event.
#[derive(Debug)]
pub struct ReportGroup<'r> {
    /// Its name in the old release.
    pub name: &'r str,
    /// `command`, `event` or `errors`.
    pub kind: &'static str,
    /// The number of breaking findings.
    pub breaking: usize,
    /// The number of dangerous findings.
    pub dangerous: usize,
    /// The number of compatible findings.
    pub compatible_count: usize,
    /// The number of findings that affect the program.
    pub used: usize,
    /// The breaking and dangerous findings.
    pub incompatible: Vec<&'r RenderedFinding<'r>>,
    /// The compatible findings by rule.
    pub compatible: Vec<RuleGroup<'r>>,
    /// A request that shows what breaks.
    pub before: Option<String>,
    /// The same request for the new release.
    pub after: Option<String>,
    /// The changes of behaviour.
    pub notes: Vec<&'r BehaviourNote<'r>>,
    /// The other commands and events that list findings about this one.
    pub elsewhere: Vec<ElsewhereCount<'r>>,
}

/// The compatible findings of one rule.
#[derive(Debug)]
pub struct RuleGroup<'r> {
    /// The rule.
    pub rule: &'r str,
    /// The findings.
    pub findings: Vec<&'r RenderedFinding<'r>>,
}

/// Findings that are listed under another command or event.
#[derive(Debug)]
pub struct ElsewhereCount<'r> {
    /// That command or event.
    pub target: &'r str,
    /// The number of findings.
    pub count: usize,
}

/// The numbers of findings in one direction.
#[derive(Debug)]
pub struct DirectionCounts {
    /// The direction in the plural.
    pub direction: &'static str,
    /// The breaking, dangerous and compatible findings.
    pub counts: [usize; 3],
}

/// The numbers of findings of one series.
#[derive(Debug)]
pub struct SeriesCounts {
    /// The series.
    pub series: Series,
    /// The breaking, dangerous and compatible findings.
    pub counts: [usize; 3],
}

impl<'r> ReportView<'r> {
    /// Groups a report.
    pub fn new(report: &'r RenderedReport<'r>) -> Self {
        let of_kind = |kind: ChangeKind| {
            let findings = report.findings.iter();
            findings.filter(|finding| finding.kind == kind).collect()
        };
        let general = report.behaviour.iter().filter(|note| note.is_general());
        ReportView {
            groups: groups(report),
            new_commands: of_kind(ChangeKind::CommandAdded),
            new_events: of_kind(ChangeKind::EventAdded),
            general: general.collect(),
            by_direction: count_by_direction(report),
            by_series: count_by_series(report),
            report,
        }
    }
}

fn groups<'r>(report: &'r RenderedReport<'r>) -> Vec<ReportGroup<'r>> {
    let mut by_name: BTreeMap<&str, Vec<&RenderedFinding<'_>>> = BTreeMap::new();
    for finding in &report.findings {
        if !finding.is_new_operation() {
            by_name.entry(finding.target).or_default().push(finding);
        }
    }
    for note in report.behaviour {
        for name in note.commands.iter().chain(&note.events) {
            by_name.entry(name).or_default();
        }
    }
    let groups = by_name.into_iter();
    let mut groups: Vec<_> = groups
        .map(|(name, findings)| ReportGroup::new(report, name, findings))
        .collect();
    groups.sort_by_key(|group| {
        let counts = (group.breaking, group.dangerous, group.compatible_count);
        Reverse((group.used > 0, counts))
    });
    groups
}

impl<'r> ReportGroup<'r> {
    fn new(
        report: &'r RenderedReport<'r>,
        name: &'r str,
        mut findings: Vec<&'r RenderedFinding<'r>>,
    ) -> Self {
        findings.sort_by_key(|own| Reverse((own.used == Some(true), own.compatibility)));
        let [breaking, dangerous, compatible_count] = count(findings.iter().copied());
        let mut examples = report.command_examples.iter();
        let example = examples.find(|example| example.target == name);
        let text = |value: Option<&JsonValue<'_>>| Some(JsonStyle::PRETTY.format(value?));
        let used = findings.iter().filter(|own| own.used == Some(true));
        let notes = report.behaviour.iter();
        ReportGroup {
            name,
            kind: group_kind(report, name, &findings),
            breaking,
            dangerous,
            compatible_count,
            used: used.count(),
            compatible: compatible_by_rule(&findings),
            before: text(example.and_then(|example| example.before)),
            after: text(example.and_then(|example| example.after)),
            notes: notes
                .filter(|note| note.concerns(|own| own == name))
                .collect(),
            elsewhere: count_elsewhere(report, name),
            incompatible: {
                findings.retain(|own| own.compatibility > Compatibility::Compatible);
                findings
            },
        }
    }
}

fn group_kind(
    report: &RenderedReport<'_>,
    name: &str,
    findings: &[&RenderedFinding<'_>],
) -> &'static str {
    let first = findings.first().map(|finding| finding.direction);
    let mut notes = report.behaviour.iter();
    match first {
        _ if name == ERROR => "errors",
        Some(Direction::Event) => "event",
        _ if notes.any(|note| note.events.contains(&name)) => "event",
        _ => "command",
    }
}

fn compatible_by_rule<'r>(findings: &[&'r RenderedFinding<'r>]) -> Vec<RuleGroup<'r>> {
    let mut by_rule: BTreeMap<&str, Vec<&RenderedFinding<'_>>> = BTreeMap::new();
    for finding in findings {
        if finding.compatibility == Compatibility::Compatible {
            by_rule.entry(finding.rule).or_default().push(finding);
        }
    }
    let groups = by_rule.into_iter();
    groups
        .map(|(rule, findings)| RuleGroup { rule, findings })
        .collect()
}

fn count_elsewhere<'r>(report: &'r RenderedReport<'r>, name: &str) -> Vec<ElsewhereCount<'r>> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &report.findings {
        if finding.target != name && finding.occurs_in(name) {
            *counts.entry(finding.target).or_default() += 1;
        }
    }
    let counts = counts.into_iter();
    counts
        .map(|(target, count)| ElsewhereCount { target, count })
        .collect()
}

fn count_by_direction(report: &RenderedReport<'_>) -> Vec<DirectionCounts> {
    let directions = [
        ("requests", Direction::Request),
        ("replies", Direction::Reply),
        ("events", Direction::Event),
    ];
    let row = |(name, direction)| {
        let findings = report.findings.iter();
        DirectionCounts {
            direction: name,
            counts: count(findings.filter(|finding| finding.direction == direction)),
        }
    };
    directions.map(row).into()
}

fn count_by_series(report: &RenderedReport<'_>) -> Vec<SeriesCounts> {
    let mut by_series: BTreeMap<Series, Vec<&RenderedFinding<'_>>> = BTreeMap::new();
    for finding in &report.findings {
        if let Some(series) = finding.since {
            by_series.entry(series).or_default().push(finding);
        }
    }
    let row = |(series, findings): (Series, Vec<_>)| SeriesCounts {
        series,
        counts: count(findings.into_iter()),
    };
    by_series.into_iter().map(row).collect()
}

/// Counts findings: breaking, dangerous and compatible ones.
fn count<'f>(findings: impl Iterator<Item = &'f RenderedFinding<'f>> + Clone) -> [usize; 3] {
    Compatibility::ALL.map(|effect| {
        let findings = findings.clone();
        findings.filter(|own| own.compatibility == effect).count()
    })
}
