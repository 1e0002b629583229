//! The report of a comparison: findings, and what else whoever upgrades wants
//! to know. How it is written is the business of the formats.

mod html;
mod markdown;
mod rules_text;
mod template;
mod text;
pub mod view;

use std::cmp::Reverse;

use serde::Serialize;

use super::compare::{Comparison, Sort, compare};
use super::devices::{self, DeviceChanges};
use super::finding::{Finding, Raw, raw};
use super::json::Json;
use super::merge::merged;
use super::messages::Messenger;
use super::notes::{self, Deprecated, Note};
use super::rules::Severity;
use super::rust::{self, RustChanges};
use super::since::Way;
use crate::behaviour::Behaviour;
use crate::devices::Devices;
use crate::schema::Schema;
use crate::wire::{Direction, Interface, PathSegment};

pub use html::html;
pub use markdown::markdown;
pub use rules_text::rules_text;
pub use text::text;

/// What is compared.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// The release that the client was written for.
    pub old: Side<'a>,
    /// The release that it talks to.
    pub new: Side<'a>,
    /// Releases between the two, in the order in which they are passed.
    pub between: Vec<&'a Schema>,
    /// What no schema says.
    pub behaviour: &'a Behaviour,
}

/// One release.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// How it is called in the report.
    pub name: &'a str,
    /// Its interface.
    pub schema: &'a Schema,
    /// What `device_add` accepts, where that is known.
    pub devices: Option<&'a Devices>,
}

/// A report.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The release that the client was written for.
    pub old: String,
    /// The release that it talks to.
    pub new: String,
    /// How many findings there are of each severity.
    pub summary: Summary,
    /// What was compared.
    pub compared: Compared,
    /// The findings, by target, the worst first.
    pub findings: Vec<Finding>,
    /// For each command with requests that break, a request that shows it.
    pub stories: Vec<Story>,
    /// What no schema says.
    pub behaviour: Vec<Note>,
    /// What is deprecated in the new release and was not in the old one.
    pub deprecations: Vec<Deprecated>,
    /// What `device_add` accepts no longer, where that is known of both.
    pub devices: Option<DeviceChanges>,
    /// What changes in the Rust types of the bindings.
    pub rust: RustChanges,
    /// What the recorded use of a program meets, where there is a record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<Used>,
    /// How many findings are left out because they are to be ignored.
    pub ignored: usize,
}

/// How many findings there are of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// A program that was right fails.
    pub breaking: usize,
    /// It may fail, or what it does means something else.
    pub dangerous: usize,
    /// It is still right.
    pub compatible: usize,
}

/// What was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// The commands of the old and the new release.
    pub commands: (usize, usize),
    /// The events of the old and the new release.
    pub events: (usize, usize),
    /// Commands that both have and no finding is about.
    pub unchanged_commands: usize,
    /// Events that both have and no finding is about.
    pub unchanged_events: usize,
    /// Pairs of shapes that were compared.
    pub shapes: usize,
}

/// A request that shows what breaks in a command.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Story {
    /// The command.
    pub target: String,
    /// The request as it was.
    pub before: Option<Json>,
    /// The request as it is now.
    pub after: Option<Json>,
}

/// How many of the findings a program meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Used {
    /// How many findings it meets.
    pub findings: usize,
    /// How many findings there are.
    pub of: usize,
    /// How many of those that it meets are breaking.
    pub breaking: usize,
}

impl Summary {
    /// Counts findings.
    pub fn of(findings: &[Finding]) -> Summary {
        let count = |severity| {
            findings
                .iter()
                .filter(|found| found.severity == severity)
                .count()
        };
        Summary {
            breaking: count(Severity::Breaking),
            dangerous: count(Severity::Dangerous),
            compatible: count(Severity::Compatible),
        }
    }
}

impl Report {
    /// Compares two releases.
    pub fn of(inputs: &Inputs<'_>) -> Report {
        let (old, new) = (
            Interface::from_schema(inputs.old.schema),
            Interface::from_schema(inputs.new.schema),
        );
        let between: Vec<Interface<'_>> = inputs
            .between
            .iter()
            .map(|schema| Interface::from_schema(schema))
            .collect();
        let between: Vec<&Interface<'_>> = between.iter().collect();
        let way = Way::new(&old, &between, new.version.series());
        let comparison = compare(&old, &new);
        let raws = raw(&comparison);
        let behaviour = notes::between(inputs.behaviour, &old, &new);
        let messenger = Messenger {
            old: &old,
            new: &new,
            behaviour,
            comparison: &comparison,
        };
        let mut findings: Vec<Finding> = raws
            .iter()
            .map(|raw| finding(raw, &messenger, &way, inputs.behaviour))
            .collect();
        findings.sort_by(|left, right| order(left).cmp(&order(right)));
        let findings = merged(findings);
        Report {
            old: inputs.old.name.to_owned(),
            new: inputs.new.name.to_owned(),
            summary: Summary::of(&findings),
            compared: compared(&comparison, &old, &new, &findings),
            stories: stories(&comparison, &messenger, &raws),
            behaviour: notes::behaviour(inputs.behaviour, &old, &new),
            deprecations: notes::deprecations(inputs.behaviour, &findings, &old, &new),
            devices: inputs
                .old
                .devices
                .zip(inputs.new.devices)
                .map(devices::compare),
            rust: rust::changes(inputs.old.schema, inputs.new.schema),
            used: None,
            ignored: 0,
            findings,
        }
    }
}

/// Commands by name, then events; in each the worst first.
fn order(finding: &Finding) -> impl Ord + '_ {
    (
        finding.direction == Direction::Event,
        &finding.target,
        Reverse(finding.severity),
        finding.path.matches(['.', '<', '[']).count(),
        &finding.path,
        &finding.rule,
        (&finding.old, &finding.new),
    )
}

fn finding(
    raw: &Raw<'_, '_>,
    messenger: &Messenger<'_, '_>,
    way: &Way,
    behaviour: &Behaviour,
) -> Finding {
    let mut finding = raw.told(messenger.comparison);
    finding.since = Some(way.since(&raw.identities(messenger.comparison)));
    (finding.before, finding.after) = messenger.of(raw);
    if let Some(todo) = notes::instead(behaviour, &finding) {
        finding.migration = Some(todo.to_owned());
    }
    finding
}

fn compared(
    comparison: &Comparison<'_>,
    old: &Interface<'_>,
    new: &Interface<'_>,
    findings: &[Finding],
) -> Compared {
    let is_told = |name: &str| {
        findings
            .iter()
            .any(|finding| finding.targets.iter().any(|target| target == name))
    };
    let unchanged = |sort: Sort| {
        let both = comparison.operations.iter().filter(|operation| {
            operation.sort == sort && operation.old.is_some() && operation.new.is_some()
        });
        both.filter(|operation| !is_told(operation.name())).count()
    };
    Compared {
        commands: (old.commands.len(), new.commands.len()),
        events: (old.events.len(), new.events.len()),
        unchanged_commands: unchanged(Sort::Command),
        unchanged_events: unchanged(Sort::Event),
        shapes: comparison.pairs.len(),
    }
}

/// A request for each command that both releases have and that breaks.
fn stories<'s>(
    comparison: &Comparison<'s>,
    messenger: &Messenger<'_, 's>,
    raws: &[Raw<'_, 's>],
) -> Vec<Story> {
    let mut stories = Vec::new();
    for (index, operation) in comparison.operations.iter().enumerate() {
        let mut own: Vec<&Raw<'_, 's>> = raws
            .iter()
            .filter(|raw| raw.direction == Direction::Request)
            .filter(|raw| raw.places[0].operation == index)
            .filter(|raw| raw.rule.verdict > Severity::Compatible)
            .collect();
        own.sort_by_key(|raw| {
            let steps = [raw.old_steps(&raw.places[0]), raw.new_steps(&raw.places[0])].concat();
            let cases = steps
                .iter()
                .filter(|step| matches!(step, PathSegment::Branch { .. }))
                .count();
            (
                Reverse(raw.rule.verdict),
                cases,
                steps.len(),
                raw.change.kind,
                steps,
            )
        });
        let (before, after) = messenger.story(operation, &own);
        if before.is_some() {
            stories.push(Story {
                target: operation.name().to_owned(),
                before,
                after,
            });
        }
    }
    stories
}
