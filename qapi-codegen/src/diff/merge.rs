//! Merging of findings about the same member in several branches.

use std::collections::BTreeMap;

use super::finding::Finding;
use crate::wire::PathSegment;

/// Merges the findings that differ only in the last branch of their path.
pub fn merge_branches(findings: Vec<Finding<'_>>) -> Vec<Finding<'_>> {
    let mut merged: Vec<Finding<'_>> = Vec::with_capacity(findings.len());
    let mut known = BTreeMap::new();
    for finding in findings {
        let next = merged.len();
        let index = branch_key(&finding).map_or(next, |key| *known.entry(key).or_insert(next));
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
