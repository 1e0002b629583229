//! The history of an option, a machine type or a CPU model over all releases.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::{
    CPU, CommandLineChange, Comparison, EntityKinds, MACHINE, OPTION, cpu_path, machine_path,
};
use super::judgement::judge_changes;
use crate::diff::history::{History, HistoryChange, HistoryEntry};
use crate::knowledge::command_line::{CommandLineFact, Presence};
use crate::knowledge::{CommandLineEvidence, CommandLineFacts};
use crate::version::Series;
use crate::wire::PathSegment;

/// The history of an option (`-realtime`), a machine type or a CPU model. Returns
/// `None` if no release has it.
pub fn command_line_history<'s>(
    evidence: &'s CommandLineEvidence,
    name: &'s str,
) -> Option<History<'s>> {
    match name.strip_prefix('-') {
        Some(option) => option_history(evidence, name, option.trim_start_matches('-')),
        None => machine_history(evidence, name).or_else(|| cpu_history(evidence, name)),
    }
}

/// The history of a machine type.
pub fn machine_history<'s>(
    evidence: &'s CommandLineEvidence,
    name: &'s str,
) -> Option<History<'s>> {
    let fact = |facts: CommandLineFacts<'s>| facts.machine(name);
    let targets = evidence.machine_targets(name);
    let kinds = ("machine type", (name, MACHINE));
    entity_history(evidence, kinds, machine_path(name), fact, targets)
}

/// The history of a CPU model.
pub fn cpu_history<'s>(evidence: &'s CommandLineEvidence, name: &'s str) -> Option<History<'s>> {
    let fact = |facts: CommandLineFacts<'s>| facts.cpu(name);
    let targets = evidence.cpu_targets(name);
    let kinds = ("CPU model", (name, CPU));
    entity_history(evidence, kinds, cpu_path(name), fact, targets)
}

/// The names that have a history: options with a dash, machine types, CPU models.
pub fn command_line_names(evidence: &CommandLineEvidence) -> BTreeSet<&str> {
    let options = evidence.options().options.values();
    let options = options.map(|entry| entry.spelling.as_str());
    options.chain(evidence.machine_and_cpu_names()).collect()
}

fn option_history<'s>(
    evidence: &'s CommandLineEvidence,
    name: &'s str,
    option: &'s str,
) -> Option<History<'s>> {
    evidence.options().options.get(option)?;
    let spelling = evidence.options().options[option].spelling.as_str();
    let fact = |facts: CommandLineFacts<'s>| facts.option(option);
    let path = vec![PathSegment::Member(spelling)];
    let mut history = entity_history(
        evidence,
        ("option", (name, OPTION)),
        path,
        fact,
        BTreeMap::new(),
    )?;
    // What changed in the option, too.
    let series = evidence.series();
    for pair in series.windows(2) {
        let [old, new] = [pair[0], pair[1]].map(|series| evidence.release(series, None));
        let own = Comparison { old, new }.parameter_changes(option);
        add_entry(&mut history.entries, (pair[0], pair[1]), own);
    }
    history.entries.sort_by_key(|entry| entry.series);
    Some(history)
}

fn entity_history<'s>(
    evidence: &'s CommandLineEvidence,
    (kind, (name, kinds)): (&'static str, (&'s str, EntityKinds)),
    path: Vec<PathSegment<'s>>,
    fact: impl Fn(CommandLineFacts<'s>) -> CommandLineFact<'s> + Copy,
    targets: BTreeMap<&'s str, BTreeSet<Series>>,
) -> Option<History<'s>> {
    let known = evidence.series();
    let is_present = |series: &&Series| {
        let facts = evidence.release(**series, None);
        fact(facts).presence == Presence::Present
    };
    let with: Vec<Series> = known.iter().filter(is_present).copied().collect();
    let (first, last) = (*with.first()?, *with.last()?);
    let is_removed = |series: &&Series| {
        let facts = evidence.release(**series, None);
        **series > last && matches!(fact(facts).presence, Presence::Removed(_))
    };
    let before = known.first().filter(|series| **series < first);
    let after = known.iter().find(is_removed);
    let steps = before.into_iter().chain(&with).chain(after).copied();
    let steps: Vec<Series> = steps.collect();
    let mut entries = Vec::new();
    for pair in steps.windows(2) {
        let comparison = Comparison {
            old: evidence.release(pair[0], None),
            new: evidence.release(pair[1], None),
        };
        let change = comparison.change(kinds, path.clone(), fact);
        add_entry(
            &mut entries,
            (pair[0], pair[1]),
            change.into_iter().collect(),
        );
    }
    entries.sort_by_key(|entry: &HistoryEntry| entry.series);
    Some(History {
        name,
        kind,
        series: with,
        known: known.to_vec(),
        targets,
        entries,
    })
}

fn add_entry(
    entries: &mut Vec<HistoryEntry>,
    (after, series): (Series, Series),
    changes: Vec<CommandLineChange<'_>>,
) {
    for finding in judge_changes(changes) {
        let change = HistoryChange::from_finding(&finding);
        let series = finding.since.unwrap_or(series);
        match entries.iter_mut().find(|entry| entry.series == series) {
            Some(entry) => entry.changes.push(change),
            None => entries.push(HistoryEntry {
                series,
                after,
                changes: vec![change],
            }),
        }
    }
}
