//! A report as it is read: a group for each command and event.
//!
//! All formats for people show the same groups in the same order, the worst
//! first.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Report, Story};
use crate::diff::finding::Finding;
use crate::diff::json::Json;
use crate::diff::notes::Note;
use crate::diff::rules::Severity;
use crate::version::Series;
use crate::wire::Direction;

/// A report in groups.
#[derive(Debug, Serialize)]
pub struct View<'r> {
    /// The report itself.
    pub report: &'r Report,
    /// Commands and events that changed, the worst first.
    pub groups: Vec<Group<'r>>,
    /// Commands that are new and otherwise unsaid of.
    pub new_commands: Vec<&'r Finding>,
    /// Events that are new.
    pub new_events: Vec<&'r Finding>,
    /// Notes about no command or event in particular.
    pub general: Vec<&'r Note>,
    /// How many findings there are by direction and severity.
    pub table: Vec<Row>,
    /// How many findings happened in each series, the oldest first.
    pub by_series: Vec<SeriesCount>,
}

/// One command or event.
#[derive(Debug, Serialize)]
pub struct Group<'r> {
    /// Its name in the old release.
    pub name: &'r str,
    /// `command`, `event` or `errors`.
    pub sort: &'static str,
    /// How many findings there are of each severity.
    pub breaking: usize,
    /// How many may break.
    pub dangerous: usize,
    /// How many break nothing.
    pub compatible: usize,
    /// How many of the findings the recorded use meets.
    pub used: usize,
    /// What breaks or may break.
    pub loud: Vec<&'r Finding>,
    /// What breaks nothing, by rule.
    pub quiet: Vec<Quiet<'r>>,
    /// A request that shows what breaks, as text.
    pub before: Option<String>,
    /// The same request for the new release.
    pub after: Option<String>,
    /// What no schema says of it.
    pub notes: Vec<&'r Note>,
    /// Other commands and events under which more is said of it.
    pub elsewhere: Vec<Elsewhere<'r>>,
}

/// Findings of one rule that break nothing.
#[derive(Debug, Serialize)]
pub struct Quiet<'r> {
    /// The rule.
    pub rule: &'r str,
    /// The findings.
    pub findings: Vec<&'r Finding>,
}

/// Findings that are told under another command or event.
#[derive(Debug, Serialize)]
pub struct Elsewhere<'r> {
    /// That command or event.
    pub target: &'r str,
    /// How many break or may break.
    pub loud: usize,
    /// How many there are.
    pub all: usize,
}

/// How many findings there are in one direction.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The direction, in the plural.
    pub direction: &'static str,
    /// How many break, may break, and break nothing.
    pub counts: [usize; 3],
}

/// How many findings happened in a series.
#[derive(Debug, Serialize)]
pub struct SeriesCount {
    /// The series.
    pub series: Series,
    /// How many break, may break, and break nothing.
    pub counts: [usize; 3],
}

impl<'r> View<'r> {
    /// The groups of a report.
    pub fn of(report: &'r Report) -> View<'r> {
        let is_new = |finding: &&Finding, rule: &str| finding.rule == rule;
        let of_rule = |rule: &'static str| {
            report
                .findings
                .iter()
                .filter(move |finding| is_new(finding, rule))
                .collect()
        };
        View {
            groups: groups(report),
            new_commands: of_rule("command-added"),
            new_events: of_rule("event-added"),
            general: report
                .behaviour
                .iter()
                .filter(|note| note.is_general())
                .collect(),
            table: table(report),
            by_series: by_series(report),
            report,
        }
    }
}

fn groups(report: &Report) -> Vec<Group<'_>> {
    let mut own: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in report
        .findings
        .iter()
        .filter(|finding| !finding.is_new_operation())
    {
        own.entry(&finding.target).or_default().push(finding);
    }
    for note in report.behaviour.iter() {
        for name in note.commands.iter().chain(&note.events) {
            own.entry(name).or_default();
        }
    }
    let mut groups: Vec<Group<'_>> = own
        .into_iter()
        .map(|(name, findings)| group(report, name, findings))
        .collect();
    groups.sort_by_key(|group| {
        let counts = (group.breaking, group.dangerous, group.compatible);
        std::cmp::Reverse((group.used > 0, counts))
    });
    groups
}

fn group<'r>(report: &'r Report, name: &'r str, mut findings: Vec<&'r Finding>) -> Group<'r> {
    findings
        .sort_by_key(|finding| std::cmp::Reverse((finding.used == Some(true), finding.severity)));
    let count = |severity| {
        findings
            .iter()
            .filter(|found| found.severity == severity)
            .count()
    };
    let story = report.stories.iter().find(|story| story.target == name);
    let text = |side: fn(&Story) -> &Option<Json>| Some(side(story?).as_ref()?.pretty());
    let is_event = findings
        .first()
        .is_some_and(|found| found.direction == Direction::Event)
        || report
            .behaviour
            .iter()
            .any(|note| note.events.iter().any(|event| event == name));
    Group {
        name,
        sort: match name {
            crate::diff::compare::ERROR => "errors",
            _ if is_event => "event",
            _ => "command",
        },
        breaking: count(Severity::Breaking),
        dangerous: count(Severity::Dangerous),
        compatible: count(Severity::Compatible),
        used: findings
            .iter()
            .filter(|found| found.used == Some(true))
            .count(),
        quiet: quiet(&findings),
        before: text(|story| &story.before),
        after: text(|story| &story.after),
        notes: report
            .behaviour
            .iter()
            .filter(|note| note.is_about(name))
            .collect(),
        elsewhere: elsewhere(report, name),
        loud: findings
            .into_iter()
            .filter(|found| found.severity > Severity::Compatible)
            .collect(),
    }
}

fn quiet<'r>(findings: &[&'r Finding]) -> Vec<Quiet<'r>> {
    let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings
        .iter()
        .filter(|found| found.severity == Severity::Compatible)
    {
        by_rule.entry(&finding.rule).or_default().push(finding);
    }
    by_rule
        .into_iter()
        .map(|(rule, findings)| Quiet { rule, findings })
        .collect()
}

fn elsewhere<'r>(report: &'r Report, name: &str) -> Vec<Elsewhere<'r>> {
    let mut by_target: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let told = report
        .findings
        .iter()
        .filter(|finding| finding.target != name);
    for finding in told.filter(|finding| finding.targets.iter().any(|target| target == name)) {
        let (loud, all) = by_target.entry(&finding.target).or_default();
        *all += 1;
        *loud += usize::from(finding.severity > Severity::Compatible);
    }
    let each = by_target.into_iter();
    each.map(|(target, (loud, all))| Elsewhere { target, loud, all })
        .collect()
}

fn table(report: &Report) -> Vec<Row> {
    let directions = [
        ("requests", Direction::Request),
        ("replies", Direction::Reply),
        ("events", Direction::Event),
    ];
    let row = |(name, direction): (&'static str, Direction)| Row {
        direction: name,
        counts: counts(
            report
                .findings
                .iter()
                .filter(|found| found.direction == direction),
        ),
    };
    directions.into_iter().map(row).collect()
}

fn by_series(report: &Report) -> Vec<SeriesCount> {
    let mut by_series: BTreeMap<Series, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        if let Some(series) = finding.since {
            by_series.entry(series).or_default().push(finding);
        }
    }
    let each = by_series.into_iter();
    each.map(|(series, found)| SeriesCount {
        series,
        counts: counts(found.into_iter()),
    })
    .collect()
}

fn counts<'f>(findings: impl Iterator<Item = &'f Finding> + Clone) -> [usize; 3] {
    Severity::ALL.map(|severity| findings.clone().filter(|f| f.severity == severity).count())
}
