//! Merging of findings that show one edit of the schema.

use std::collections::BTreeMap;

use super::change::ChangeKind;
use super::finding::Finding;
use crate::wire::{Direction, PathSegment};

/// Merges the findings that differ only in the last branch of their path.
pub fn merge_branches(findings: Vec<Finding<'_>>) -> Vec<Finding<'_>> {
    merge_by(findings, branch_key)
}

/// Merges the findings with the same key into the first of them.
fn merge_by<'s, K: Ord>(
    findings: Vec<Finding<'s>>,
    key: impl Fn(&Finding<'s>) -> Option<K>,
) -> Vec<Finding<'s>> {
    let mut merged: Vec<Finding<'_>> = Vec::with_capacity(findings.len());
    let mut known = BTreeMap::new();
    for finding in findings {
        let next = merged.len();
        let index = key(&finding).map_or(next, |key| *known.entry(key).or_insert(next));
        match merged.get_mut(index) {
            Some(first) => first.occurrences.extend(finding.occurrences),
            None => merged.push(finding),
        }
    }
    merged
}

/// What mergeable findings about a member of a branch share.
fn branch_key<'s>(finding: &Finding<'s>) -> Option<impl Ord + use<'s>> {
    let mut path = finding.path().to_vec();
    let is_branch = |segment: &PathSegment<'_>| matches!(segment, PathSegment::Branch { .. });
    let last = path.iter().rposition(is_branch)?;
    if last + 1 == path.len() {
        return None;
    }
    if let PathSegment::Branch { value, .. } = &mut path[last] {
        *value = "";
    }
    let (old, new) = (finding.change.old.clone(), finding.change.new.clone());
    Some((
        finding.rule.id,
        finding.target(),
        path,
        finding.since,
        old,
        new,
    ))
}

/// Merges the findings about members of one object that replies or events lost
/// in one series. Requests keep theirs, because each has advice of its own.
pub fn merge_siblings(findings: Vec<Finding<'_>>) -> Vec<Finding<'_>> {
    merge_by(findings, |finding| {
        use ChangeKind::{OptionalMemberRemoved, RequiredMemberRemoved};
        let is_removal = matches!(
            finding.change.kind,
            OptionalMemberRemoved | RequiredMemberRemoved
        );
        let is_received = finding.direction != Direction::Request;
        let (_, container) = finding.path().split_last()?;
        let key = (
            finding.rule.id,
            finding.targets(),
            container.to_vec(),
            finding.since,
        );
        (is_removal && is_received).then_some(key)
    })
}
