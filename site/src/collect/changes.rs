//! What neighbouring series changed, by command and event.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use qapi_codegen::diff::advice::find_answer;
use qapi_codegen::diff::change::KindAttribute;
use qapi_codegen::diff::compare::compare;
use qapi_codegen::diff::finding::{Finding, findings};
use qapi_codegen::diff::merge::merge_branches;
use qapi_codegen::diff::report;
use qapi_codegen::diff::rules::Compatibility;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::knowledge::{Behaviour, BehaviourEffect, Knowledge, MigrationRules};
use qapi_codegen::version::Series;
use qapi_codegen::wire::render_path;

use crate::inputs::ProgramInputs;

/// The number of other paths that a change lists.
const MAX_PATHS: usize = 4;

/// The changes of one series to one command or event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityChange {
    /// The index of the series.
    pub series: usize,
    /// The effect on an old client; unknown for types, whose direction varies.
    pub compatibility: Option<Compatibility>,
    /// `true` if an entity is now deprecated.
    pub is_deprecation: bool,
    /// `true` for a change of behaviour, which no schema shows.
    pub is_behaviour: bool,
    /// The change in words.
    pub message: String,
    /// What to do about it.
    pub advice: Option<String>,
}

/// The changes by the name of the command or event, oldest series first.
pub type ChangesByName = BTreeMap<String, Vec<EntityChange>>;

/// Compares all neighbouring series of a program.
pub fn changes(inputs: &ProgramInputs<'_>, knowledge: &Knowledge) -> ChangesByName {
    let mut changes = ChangesByName::new();
    let no_rules = MigrationRules::default();
    let is_emulator = inputs.program == QemuProgram::Emulator;
    let rules = if is_emulator {
        &knowledge.migrations
    } else {
        &no_rules
    };
    for (before, pair) in inputs.interfaces.windows(2).enumerate() {
        let series = (inputs.series[before], inputs.series[before + 1]);
        for (name, findings) in by_name(findings(&compare(&pair[0], &pair[1]))) {
            let own = changes.entry(name.to_owned()).or_default();
            own.extend(
                describe(findings, name, rules, series).map(|change| EntityChange {
                    series: before + 1,
                    ..change
                }),
            );
        }
    }
    if is_emulator {
        add_behaviour(&mut changes, &knowledge.behaviour, &inputs.series);
    }
    changes
}

/// The findings by each command and event that they occur in, or whose new name
/// they report.
fn by_name<'s>(findings: Vec<Finding<'s>>) -> BTreeMap<&'s str, Vec<Finding<'s>>> {
    let mut by_name: BTreeMap<&str, Vec<Finding<'_>>> = BTreeMap::new();
    for finding in findings {
        let mut names: BTreeSet<&'s str> = finding.targets().into_iter().collect();
        if finding.path().is_empty() {
            let new = finding
                .occurrences
                .iter()
                .filter_map(|own| own.operation.new);
            names.extend(new);
        }
        for name in names {
            by_name
                .entry(name)
                .or_default()
                .push(own_part(&finding, name));
        }
    }
    by_name
}

/// A finding with the occurrences in one command or event only.
fn own_part<'s>(finding: &Finding<'s>, name: &str) -> Finding<'s> {
    let mut own = finding.clone();
    let is_own = |operation: [Option<&str>; 2]| operation.contains(&Some(name));
    own.occurrences
        .retain(|place| is_own([place.operation.old, place.operation.new]));
    own
}

/// Describes the findings of one command or event, the worst first.
fn describe<'f>(
    findings: Vec<Finding<'f>>,
    name: &'f str,
    rules: &'f MigrationRules,
    series: (Series, Series),
) -> impl Iterator<Item = EntityChange> + 'f {
    let mut findings = merge_branches(findings);
    findings.sort_by_cached_key(|own| (Reverse(own.compatibility), render_path(own.path())));
    findings.into_iter().map(move |mut finding| {
        finding.lead_with(|own| own == name);
        finding.answer = find_answer(rules, &finding, series);
        EntityChange {
            series: 0,
            compatibility: Some(finding.compatibility),
            is_deprecation: finding.change.kind.has(KindAttribute::Deprecation),
            is_behaviour: false,
            message: message(&finding),
            advice: advice(&finding),
        }
    })
}

fn message(finding: &Finding<'_>) -> String {
    let text = report::message(finding);
    let paths = finding
        .occurrences
        .iter()
        .map(|own| render_path(finding.path_of(own)));
    let mut others: Vec<String> = paths.collect::<BTreeSet<String>>().into_iter().collect();
    let first = render_path(finding.path());
    others.retain(|path| *path != first);
    let more = others.len().saturating_sub(MAX_PATHS);
    others.truncate(MAX_PATHS);
    match (others.is_empty(), more) {
        (true, _) => text,
        (false, 0) => format!("{text}; also at `{}`", others.join("`, `")),
        (false, more) => format!("{text}; also at `{}` and {more} more", others.join("`, `")),
    }
}

/// The advice, unless nothing has to be done.
fn advice(finding: &Finding<'_>) -> Option<String> {
    let is_due = finding.compatibility > Compatibility::Compatible;
    report::advice(finding).filter(|text| is_due && !text.is_empty())
}

fn add_behaviour(changes: &mut ChangesByName, behaviour: &Behaviour, series: &[Series]) {
    for change in &behaviour.changes {
        for since in &change.since {
            let Some(index) = series.iter().position(|own| own == since) else {
                continue;
            };
            for name in change.commands.iter().chain(&change.events) {
                changes.entry(name.clone()).or_default().push(EntityChange {
                    series: index,
                    compatibility: Some(match change.effect {
                        BehaviourEffect::Refuses => Compatibility::Breaking,
                        BehaviourEffect::Changes => Compatibility::Dangerous,
                        BehaviourEffect::Accepts => Compatibility::Compatible,
                    }),
                    is_deprecation: false,
                    is_behaviour: true,
                    message: change.summary.clone(),
                    advice: change.advice.clone(),
                });
            }
        }
    }
    changes
        .values_mut()
        .for_each(|own| own.sort_by_key(|change| change.series));
}
