//! A report with its text: the form that all formats write.
//!
//! Serialized, it is the JSON form of a report.

use std::collections::BTreeSet;

use serde::Serialize;

use super::wording::{advice, message};
use super::{ComparedCounts, FindingCounts, Report, UsageCounts};
use crate::diff::behaviour::BehaviourNote;
use crate::diff::change::{ChangeKind, KindAttribute};
use crate::diff::deprecations::NewDeprecation;
use crate::diff::devices::DeviceChanges;
use crate::diff::finding::Finding;
use crate::diff::rules::Compatibility;
use crate::diff::rust::RustChanges;
use crate::json::JsonValue;
use crate::version::Series;
use crate::wire::{Direction, render_path};

/// A report with its text.
#[derive(Debug, Serialize)]
pub struct RenderedReport<'r> {
    /// The name of the old release.
    pub old: &'r str,
    /// The name of the new release.
    pub new: &'r str,
    /// The numbers of findings.
    #[serde(rename = "summary")]
    pub counts: FindingCounts,
    /// The extent of the comparison.
    pub compared: ComparedCounts,
    /// The findings.
    pub findings: Vec<RenderedFinding<'r>>,
    /// A request for each command that has incompatible findings.
    #[serde(rename = "stories")]
    pub command_examples: Vec<RenderedExample<'r>>,
    /// The changes of behaviour.
    pub behaviour: &'r [BehaviourNote<'r>],
    /// The deprecations of the new release.
    pub deprecations: Vec<RenderedDeprecation<'r>>,
    /// The changes of `device_add`.
    pub devices: Option<&'r DeviceChanges>,
    /// The changes of the bindings.
    pub rust: &'r RustChanges,
    /// The numbers of findings that affect the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<UsageCounts>,
    /// The number of findings that the policy ignores.
    pub ignored: usize,
}

/// A finding with its text.
#[derive(Debug, Serialize)]
pub struct RenderedFinding<'r> {
    /// The kind of the change.
    #[serde(skip)]
    pub kind: ChangeKind,
    /// The id of the rule.
    pub rule: &'static str,
    /// The effect on an old client of the new QEMU.
    #[serde(rename = "severity")]
    pub compatibility: Compatibility,
    /// The direction of the changed value.
    pub direction: Direction,
    /// The command or event.
    pub target: &'r str,
    /// The path.
    pub path: String,
    /// The other paths; those in another command or event begin with its name.
    pub also: Vec<String>,
    /// The old value of what changed.
    pub old: Option<String>,
    /// The new value of what changed.
    pub new: Option<String>,
    /// The series that made the change.
    pub since: Option<Series>,
    /// The change in words.
    pub message: String,
    /// The advice to clients.
    #[serde(rename = "migration")]
    pub advice: Option<String>,
    /// A message of the old release.
    pub before: Option<&'r JsonValue<'r>>,
    /// The same message of the new release.
    pub after: Option<&'r JsonValue<'r>>,
    /// The reason for the effect.
    #[serde(rename = "why")]
    pub reason: &'static str,
    /// A number that stays the same in later reports.
    pub fingerprint: String,
    /// All commands and events.
    pub targets: Vec<&'r str>,
    /// `true` if the recorded use of a program is affected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<bool>,
}

/// A request that shows what breaks in a command.
#[derive(Debug, Serialize)]
pub struct RenderedExample<'r> {
    /// The command.
    pub target: &'r str,
    /// The request of the old release.
    pub before: Option<&'r JsonValue<'r>>,
    /// The request of the new release.
    pub after: Option<&'r JsonValue<'r>>,
}

/// A deprecation with its text.
#[derive(Debug, Serialize)]
pub struct RenderedDeprecation<'r> {
    /// The command or event.
    pub target: &'r str,
    /// The path of the member, or nothing for the command or event itself.
    pub path: String,
    /// The series that deprecated it.
    pub since: Option<Series>,
    /// `true` if the entity has the feature `deprecated`.
    pub flagged: bool,
    /// The deprecation in words.
    pub message: String,
    /// The advice to clients.
    #[serde(rename = "todo")]
    pub advice: Option<String>,
}

impl<'r> RenderedReport<'r> {
    /// Renders a report.
    pub fn new(report: &'r Report<'r>) -> Self {
        let examples = report.command_examples.iter().map(|own| RenderedExample {
            target: own.target,
            before: own.example.before.as_ref(),
            after: own.example.after.as_ref(),
        });
        let deprecations = report.deprecations.iter();
        RenderedReport {
            old: report.old,
            new: report.new,
            counts: report.counts,
            compared: report.compared,
            findings: report.findings.iter().map(RenderedFinding::new).collect(),
            command_examples: examples.collect(),
            behaviour: &report.behaviour,
            deprecations: deprecations.map(RenderedDeprecation::new).collect(),
            devices: report.devices.as_ref(),
            rust: &report.rust,
            used: report.used,
            ignored: report.ignored,
        }
    }
}

impl<'r> RenderedFinding<'r> {
    /// Renders a finding.
    pub fn new(finding: &'r Finding<'r>) -> Self {
        let change = &finding.change;
        RenderedFinding {
            kind: change.kind,
            rule: finding.rule.id.as_str(),
            compatibility: finding.compatibility,
            direction: finding.direction,
            target: finding.target(),
            path: render_path(finding.path()),
            also: other_paths(finding),
            old: change.old.as_ref().map(ToString::to_string),
            new: change.new.as_ref().map(ToString::to_string),
            since: finding.since,
            message: message(finding),
            advice: advice(finding),
            before: finding.example.before.as_ref(),
            after: finding.example.after.as_ref(),
            reason: &finding.rule.reason,
            fingerprint: format!("{:016x}", finding.fingerprint),
            targets: finding.targets(),
            used: finding.used,
        }
    }

    /// Returns `true` if the change is a new command or event.
    pub fn is_new_operation(&self) -> bool {
        self.kind.has(KindAttribute::NewOperation)
    }

    /// The new enum value, if the change is of enum values.
    pub fn enum_value(&self) -> Option<&str> {
        let value = self.new.as_deref();
        value.filter(|_| self.kind.has(KindAttribute::EnumValue))
    }

    /// Returns `true` if the finding occurs in this command or event.
    pub fn occurs_in(&self, name: &str) -> bool {
        self.targets.contains(&name)
    }
}

/// The paths of all occurrences but the first.
fn other_paths(finding: &Finding<'_>) -> Vec<String> {
    let target = finding.target();
    let first = render_path(finding.path());
    let all = finding.occurrences.iter().map(|own| {
        let path = render_path(finding.path_of(own));
        match own.operation.name() {
            name if name == target => path,
            name => format!("{name}: {path}"),
        }
    });
    let others: BTreeSet<String> = all.filter(|path| *path != first).collect();
    others.into_iter().collect()
}

impl<'r> RenderedDeprecation<'r> {
    /// The source of the deprecation.
    pub fn source(&self) -> &'static str {
        match self.flagged {
            true => "feature",
            false => "documentation",
        }
    }

    fn new(entry: &'r NewDeprecation<'r>) -> Self {
        let (flagged, message, advice) = match entry {
            NewDeprecation::Found(finding) => (
                finding.change.kind == ChangeKind::DeprecatedAdded,
                message(finding),
                advice(finding),
            ),
            NewDeprecation::Documented { target, rule, .. } => (
                false,
                format!("`{target}` is documented as deprecated"),
                Some(rule.advice.clone()),
            ),
        };
        RenderedDeprecation {
            target: entry.target(),
            path: entry.path(),
            since: entry.since(),
            flagged,
            message,
            advice,
        }
    }
}
