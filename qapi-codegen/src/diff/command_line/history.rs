//! The history of an option, a machine type or a CPU model over all releases.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::{
    CPU, CommandLineChange, Comparison, EntityKinds, MACHINE, OPTION, cpu_path, machine_path,
    upgrade_changes,
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
    let fact = |facts: CommandLineFacts<'s>| facts.machine(name);
    let machine = || {
        let targets = evidence.machine_targets(name);
        entity_history(
            evidence,
            "machine type",
            (name, MACHINE),
            machine_path(name),
            fact,
            targets,
        )
    };
    let cpu = || {
        let fact = |facts: CommandLineFacts<'s>| facts.cpu(name);
        let targets = evidence.cpu_targets(name);
        entity_history(
            evidence,
            "CPU model",
            (name, CPU),
            cpu_path(name),
            fact,
            targets,
        )
    };
    match name.strip_prefix('-') {
        Some(option) => option_history(evidence, name, option.trim_start_matches('-')),
        None => machine().or_else(cpu),
    }
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
        "option",
        (name, OPTION),
        path,
        fact,
        BTreeMap::new(),
    )?;
    // What changed in the option, too.
    let series = evidence.series();
    for pair in series.windows(2) {
        let [old, new] = [pair[0], pair[1]].map(|series| evidence.release(series, None));
        let mut own = upgrade_changes(old, new);
        own.retain(|change| {
            change.path.len() > 1 && change.path[0] == PathSegment::Member(spelling)
        });
        add_entry(&mut history.entries, (pair[0], pair[1]), own);
    }
    history.entries.sort_by_key(|entry| entry.series);
    Some(history)
}

fn entity_history<'s>(
    evidence: &'s CommandLineEvidence,
    kind: &'static str,
    (name, kinds): (&'s str, EntityKinds),
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
        let mut change = HistoryChange::from_finding(&finding);
        if let Some(advice) = crate::diff::report::advice(&finding) {
            change.message += &format!(". {advice}");
        }
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
