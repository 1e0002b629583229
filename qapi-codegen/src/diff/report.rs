//! The report of a comparison: findings, and what else an upgrade changes.
//!
//! A report is typed; only the formats produce text.

mod actions;
pub mod html;
mod json;
mod markdown;
mod rules_text;
mod summary;
mod tables;
mod text;
pub mod view;
mod wording;

use std::cmp::Reverse;
use std::collections::HashSet;

use serde::Serialize;

use super::advice::{find_answer, find_moved};
use super::behaviour::{BehaviourNote, behaviour_notes};
use super::between::{deprecated_on_the_way, disproved_renames};
use super::change::KindAttribute;
use super::command_line::{CommandLineCoverage, command_line_coverage, command_line_findings};
use super::compare::{ChangeGraph, OperationKind, compare, compare_knowing};
use super::deprecations::{NewDeprecation, new_deprecations};
use super::devices::{DeviceCoverage, device_coverage, device_findings};
use super::example::{ExampleBuilder, RequestJudge};
use super::finding::{Example, Finding, findings};
use super::merge::{merge_branches, merge_siblings};
use super::release_chain::ReleaseChain;
use super::rules::Compatibility;
use super::rust::{RustChanges, rust_changes};
use crate::knowledge::{CommandLineFacts, Knowledge, MigrationRules, ReleaseDevices};
use crate::parallel;
use crate::schema::Schema;
use crate::version::Series;
use crate::wire::{Direction, Interface, PathSegment, render_argument_path, render_path};

pub use html::html;
pub use json::json;
pub use markdown::markdown;
pub use rules_text::rules_text;
pub use text::text;
pub use wording::{advice, message};

/// The inputs of a report.
#[derive(Debug)]
pub struct ReportInputs<'a> {
    /// The release that the client was written for.
    pub old: ReportSide<'a>,
    /// The release that it is to talk to.
    pub new: ReportSide<'a>,
    /// The releases between the two, in the order of the upgrade.
    pub between: Vec<&'a Schema>,
    /// The facts that no schema states.
    pub knowledge: &'a Knowledge,
}

/// One of the compared releases.
#[derive(Debug, Clone, Copy)]
pub struct ReportSide<'a> {
    /// Its name in the report.
    pub name: &'a str,
    /// Its schema.
    pub schema: &'a Schema,
    /// The devices that `device_add` accepts, if they are known.
    pub devices: Option<ReleaseDevices<'a>>,
    /// The command line, if it is known.
    pub command_line: Option<CommandLineFacts<'a>>,
}

/// A report.
#[derive(Debug, Clone, Serialize)]
pub struct Report<'s> {
    /// The name of the old release.
    pub old: &'s str,
    /// The name of the new release.
    pub new: &'s str,
    /// The numbers of findings and changes of behaviour.
    #[serde(rename = "summary")]
    pub counts: FindingCounts,
    /// The extent of the comparison.
    pub compared: ComparedCounts,
    /// The findings by command or event, the worst first.
    pub findings: Vec<Finding<'s>>,
    /// A request for each command that has incompatible findings.
    #[serde(rename = "stories")]
    pub command_examples: Vec<CommandExample<'s>>,
    /// The changes of behaviour.
    pub behaviour: Vec<BehaviourNote<'s>>,
    /// The deprecations of the new release.
    pub deprecations: Vec<NewDeprecation<'s>>,
    /// The extent of the comparison of devices; nothing without `device_add`.
    pub devices: Option<DeviceCoverage<'s>>,
    /// The extent of the comparison of command lines; nothing without `device_add`.
    pub command_line: Option<CommandLineCoverage>,
    /// The part of the comparison that is reported.
    #[serde(skip)]
    pub scope: ReportScope,
    /// The changes of the bindings.
    pub rust: RustChanges,
    /// The numbers of findings that affect the program, if its use is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<UsageCounts>,
    /// The number of findings that the policy ignores.
    pub ignored: usize,
}

/// The part of a comparison that a report has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReportScope {
    /// All of it.
    #[default]
    Everything,
    /// The command line.
    CommandLine,
}

/// The numbers of findings by their effect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FindingCounts {
    /// A client that was correct fails.
    pub breaking: usize,
    /// It may fail, or its messages have another meaning.
    pub dangerous: usize,
    /// It is still correct.
    pub compatible: usize,
}

/// The extent of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ComparedCounts {
    /// The commands of the old and the new release.
    pub commands: (usize, usize),
    /// The events of the old and the new release.
    pub events: (usize, usize),
    /// The commands of both releases without findings.
    pub unchanged_commands: usize,
    /// The events of both releases without findings.
    pub unchanged_events: usize,
    /// The compared pairs of types.
    pub shapes: usize,
}

/// A request that shows what breaks in a command.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommandExample<'s> {
    /// The command.
    pub target: &'s str,
    /// The request in both releases.
    #[serde(flatten)]
    pub example: Example<'s>,
}

/// The numbers of findings that affect a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct UsageCounts {
    /// The findings that affect it.
    #[serde(rename = "findings")]
    pub affected: usize,
    /// All findings.
    #[serde(rename = "of")]
    pub all: usize,
    /// The breaking findings that affect it.
    pub breaking: usize,
}

impl FindingCounts {
    /// Counts findings.
    pub fn from_findings<'f, 's: 'f>(
        findings: impl IntoIterator<Item = &'f Finding<'s>>,
    ) -> FindingCounts {
        let mut counts = FindingCounts::default();
        findings.into_iter().for_each(|finding| counts.add(finding));
        counts
    }

    fn add(&mut self, finding: &Finding<'_>) {
        self.add_effect(finding.compatibility);
    }

    /// Counts a change of behaviour.
    pub fn add_note(&mut self, note: &BehaviourNote<'_>) {
        self.add_effect(note.compatibility());
    }

    fn add_effect(&mut self, effect: Compatibility) {
        *match effect {
            Compatibility::Breaking => &mut self.breaking,
            Compatibility::Dangerous => &mut self.dangerous,
            Compatibility::Compatible => &mut self.compatible,
        } += 1;
    }

    /// The numbers in the order of [`Compatibility::ALL`].
    pub fn by_effect(self) -> [usize; 3] {
        [self.breaking, self.dangerous, self.compatible]
    }
}

impl<'s> Report<'s> {
    /// Compares two releases, and shows examples untried.
    pub fn compare(inputs: &ReportInputs<'s>) -> Report<'s> {
        Report::compare_and_try(inputs, None)
    }

    /// Compares two releases, and shows the examples that a judge confirms.
    pub fn compare_and_try(
        inputs: &ReportInputs<'s>,
        judge: Option<&dyn RequestJudge>,
    ) -> Report<'s> {
        let Knowledge {
            behaviour,
            migrations,
            requests,
            replies: _,
        } = inputs.knowledge;
        let [old, new] = [inputs.old, inputs.new].map(|side| Interface::from_schema(side.schema));
        let has_devices = [&old, &new].map(|side| side.commands.contains("device_add"));
        let has_devices = has_devices == [true, true];
        let of_builds = || BuildComparison::new(inputs, has_devices);
        let through = || compare_through(inputs, &old, &new);
        let (builds, (comparison, chain)) = parallel::both(of_builds, through);
        let examples = ExampleBuilder {
            old: &old,
            new: &new,
            requests,
            judge,
        };
        let mut findings = findings(&comparison);
        let command_examples = command_examples(&findings, &examples);
        complete(&mut findings, inputs, (&old, &chain), &examples);
        let mut findings = merge_siblings(merge_branches(findings));
        findings.extend(builds.findings);
        findings.sort_by_cached_key(sort_key);
        let mut report = Report {
            old: inputs.old.name,
            new: inputs.new.name,
            counts: FindingCounts::default(),
            compared: ComparedCounts::from_comparison(&comparison, &old, &new, &findings),
            command_examples,
            behaviour: behaviour_notes(behaviour, &old, &new),
            deprecations: new_deprecations(migrations, &findings, &old, &new),
            devices: builds.devices,
            command_line: builds.command_line,
            scope: ReportScope::Everything,
            rust: builds.rust,
            used: None,
            ignored: 0,
            findings,
        };
        report.count();
        report
    }

    /// Counts the findings and the changes of behaviour.
    pub(super) fn count(&mut self) {
        let mut counts = FindingCounts::from_findings(&self.findings);
        self.behaviour.iter().for_each(|note| counts.add_note(note));
        self.counts = counts;
    }
}

/// The part of a comparison that needs no interfaces.
struct BuildComparison<'s> {
    /// The findings about devices and the command line.
    findings: Vec<Finding<'s>>,
    devices: Option<DeviceCoverage<'s>>,
    command_line: Option<CommandLineCoverage>,
    rust: RustChanges,
}

impl<'s> BuildComparison<'s> {
    /// Compares builds, unless one of the releases has no devices.
    fn new(inputs: &ReportInputs<'s>, has_devices: bool) -> BuildComparison<'s> {
        let devices = inputs.old.devices.zip(inputs.new.devices);
        let devices = devices.filter(|_| has_devices);
        let mut findings = Vec::new();
        if let Some((old, new)) = devices {
            findings = device_findings(old, new);
            for finding in &mut findings {
                let series = (old.series(), new.series());
                finding.answer = find_answer(&inputs.knowledge.migrations, finding, series);
            }
        }
        let command_lines = inputs.old.command_line.zip(inputs.new.command_line);
        let command_lines = command_lines.filter(|_| has_devices);
        if let Some((old, new)) = command_lines {
            findings.extend(command_line_findings(old, new));
        }
        BuildComparison {
            findings,
            devices: devices.map(|(old, new)| device_coverage(old, new)),
            command_line: command_lines.map(|(old, new)| command_line_coverage(old, new)),
            rust: rust_changes(inputs.old.schema, inputs.new.schema),
        }
    }
}

/// Compares two releases and those between them. A rename that one of these
/// disproves is none.
fn compare_through<'s>(
    inputs: &ReportInputs<'s>,
    old: &Interface<'s>,
    new: &Interface<'s>,
) -> (ChangeGraph<'s>, ReleaseChain<'s>) {
    let mut chain = ReleaseChain::new(old, &inputs.between, new.version.series());
    let comparison = compare(old, new);
    let disproved = disproved_renames(&findings(&comparison), &chain);
    if disproved.is_empty() {
        return (comparison, chain);
    }
    chain.disprove(old, &inputs.between, &disproved);
    (compare_knowing(old, new, disproved), chain)
}

/// Adds the series, examples and advice to findings, and sorts them.
fn complete<'s>(
    findings: &mut [Finding<'s>],
    inputs: &ReportInputs<'s>,
    (old, chain): (&Interface<'s>, &ReleaseChain<'s>),
    examples: &ExampleBuilder<'_, 's>,
) {
    let migrations = &inputs.knowledge.migrations;
    let series = (old.version.series(), inputs.new.schema.version.series());
    // Trying an example takes longer than all else here.
    let built = parallel::map(findings, |finding| examples.build(finding));
    for (finding, example) in findings.iter_mut().zip(built) {
        finding.since = Some(chain.since(&finding.identities()));
        finding.example = example;
        finding.answer = find_answer(migrations, finding, series);
        finding.moved = find_moved(&inputs.knowledge.replies, finding, series);
        let known = deprecated_since(finding, old, migrations);
        finding.deprecated_since = known.or_else(|| deprecated_on_the_way(finding, chain));
    }
    findings.sort_by_cached_key(sort_key);
}

/// The series that deprecated what the old release has still and deprecates, if
/// the schema or a rule says so.
pub(super) fn deprecated_since(
    finding: &Finding<'_>,
    old: &Interface<'_>,
    migrations: &MigrationRules,
) -> Option<Series> {
    let is_request = finding.direction == Direction::Request;
    let kind = finding.change.kind;
    // A rule about an argument may be about other values of it.
    if !is_request || !kind.has(KindAttribute::Removal) || kind.has(KindAttribute::EnumValue) {
        return None;
    }
    let target = finding.target();
    let path = render_argument_path(finding.path());
    let rule = migrations.documented_deprecation(target, &path, old.version.series());
    let facts = &old.commands.get(target)?.meta.facts;
    let of_command = facts.deprecated.as_ref().filter(|_| path.is_empty());
    let documented = of_command.and_then(|own| own.since);
    documented.or(rule.and_then(|rule| rule.deprecated))
}

/// Commands by name, then events; for each the worst findings first.
fn sort_key<'s>(finding: &Finding<'s>) -> impl Ord + use<'s> {
    let path = finding.path();
    let is_event = finding.direction == Direction::Event;
    let depth = path.len() - usize::from(matches!(path.first(), Some(PathSegment::Member(_))));
    let change = &finding.change;
    (
        (is_event, finding.target()),
        Reverse(finding.compatibility),
        (depth, render_path(path)),
        finding.rule.id,
        change.old.as_ref().map(ToString::to_string),
        change.new.as_ref().map(ToString::to_string),
    )
}

impl ComparedCounts {
    fn from_comparison(
        comparison: &ChangeGraph<'_>,
        old: &Interface<'_>,
        new: &Interface<'_>,
        findings: &[Finding<'_>],
    ) -> Self {
        let changed: HashSet<&str> = findings.iter().flat_map(Finding::targets).collect();
        let unchanged = |kind: OperationKind| {
            let names = comparison.operations.iter().map(|operation| operation.name);
            let of_kind = names.filter(|own| own.kind == kind);
            let both = of_kind.filter(|own| own.old.is_some() && own.new.is_some());
            both.filter(|own| !changed.contains(own.name())).count()
        };
        ComparedCounts {
            commands: (old.commands.len(), new.commands.len()),
            events: (old.events.len(), new.events.len()),
            unchanged_commands: unchanged(OperationKind::Command),
            unchanged_events: unchanged(OperationKind::Event),
            shapes: comparison.pairs.len(),
        }
    }
}

/// A request for each command of both releases that has incompatible findings.
fn command_examples<'s>(
    findings: &[Finding<'s>],
    builder: &ExampleBuilder<'_, 's>,
) -> Vec<CommandExample<'s>> {
    let mut shown: Vec<&Finding<'s>> = findings
        .iter()
        .filter(|finding| finding.direction == Direction::Request)
        .filter(|finding| finding.compatibility > Compatibility::Compatible)
        .collect();
    shown.sort_by_cached_key(|finding| (finding.target(), example_key(finding)));
    let examples = shown.chunk_by(|left, right| left.target() == right.target());
    examples
        .map(|findings| CommandExample {
            target: findings[0].target(),
            example: builder.build_for_command(findings),
        })
        .filter(|own| own.example.before.is_some())
        .collect()
}

/// The findings that a request shows first: the worst and simplest ones.
fn example_key<'s>(finding: &Finding<'s>) -> impl Ord + use<'s> {
    let first = &finding.occurrences[0];
    let path = [&first.old[..], &first.new].concat();
    let is_branch = |segment: &&PathSegment<'_>| matches!(segment, PathSegment::Branch { .. });
    let branches = path.iter().filter(is_branch).count();
    let effect = Reverse(finding.compatibility);
    (effect, branches, path.len(), finding.change.kind, path)
}
