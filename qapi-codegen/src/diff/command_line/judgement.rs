//! Findings from changes of the command line.

use std::collections::BTreeMap;

use super::COMMAND_LINE;
use super::changes::CommandLineChange;
use crate::diff::change::{Change, ChangeKind, ChangeValue, KindAttribute};
use crate::diff::compare::{OperationKind, OperationName};
use crate::diff::finding::Finding;
use crate::diff::occurrence::Occurrence;
use crate::diff::rules::rules;
use crate::version::Series;
use crate::wire::{Direction, PathSegment, render_path};

/// Combines machine types and CPU models of the same change, and judges all changes.
pub fn judge_changes(changes: Vec<CommandLineChange<'_>>) -> Vec<Finding<'_>> {
    let mut groups: BTreeMap<(ChangeKind, Option<Series>, usize), Vec<_>> = BTreeMap::new();
    for (index, change) in changes.into_iter().enumerate() {
        let number = match change.kind.has(KindAttribute::Grouped) {
            true => 0,
            false => index,
        };
        let group = groups.entry((change.kind, change.since, number));
        group.or_default().push(change);
    }
    groups.into_values().filter_map(judge).collect()
}

fn judge(changes: Vec<CommandLineChange<'_>>) -> Option<Finding<'_>> {
    let first = changes.first()?;
    let rule = rules().find(first.kind, Direction::Request)?;
    let places: Vec<_> = changes.iter().map(|own| occurrence(&own.path)).collect();
    let mut change = Change::new(first.kind);
    if first.kind.has(KindAttribute::Addition) {
        change.new = name(&first.path);
    } else {
        change.old = name(&first.path);
    }
    let mut finding = Finding::new(rule, Direction::Request, &change, &places);
    finding.since = first.since;
    finding.noted_advice = advice(first);
    Some(finding)
}

/// The last name of a path.
fn name<'s>(path: &[PathSegment<'s>]) -> Option<ChangeValue<'s>> {
    match path.last()? {
        PathSegment::Member(name) | PathSegment::Branch { value: name, .. } => {
            Some(ChangeValue::Name(name))
        }
        _ => None,
    }
}

fn occurrence<'s>(path: &[PathSegment<'s>]) -> Occurrence<'s> {
    Occurrence {
        operation: OperationName {
            kind: OperationKind::CommandLine,
            old: Some(COMMAND_LINE),
            new: Some(COMMAND_LINE),
        },
        old: path.to_vec(),
        new: path.to_vec(),
    }
}

/// The advice that people wrote down: the replacement, and why.
fn advice(change: &CommandLineChange<'_>) -> Option<String> {
    if change.kind.has(KindAttribute::Addition) {
        return None;
    }
    let path = render_path(&change.path);
    match (change.replacement, change.reason) {
        (Some(new), Some(reason)) => Some(format!("Replace `{path}` by `{new}`. {reason}")),
        (Some(new), None) => Some(format!("Replace `{path}` by `{new}`.")),
        (None, Some(reason)) => Some(format!("Leave out `{path}`. {reason}")),
        (None, None) => None,
    }
}
