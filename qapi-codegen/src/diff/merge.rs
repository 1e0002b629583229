//! Merging of findings about the same member in several branches.

use std::collections::BTreeMap;

use super::change::ChangeValue;
use super::finding::Finding;
use super::rules::RuleId;
use crate::version::Series;
use crate::wire::PathSegment;

/// Merges the findings that differ only in the last branch of their path.
pub fn merge_branches(findings: Vec<Finding<'_>>) -> Vec<Finding<'_>> {
    let mut merged: Vec<Finding<'_>> = Vec::with_capacity(findings.len());
    let mut known: BTreeMap<BranchKey<'_>, usize> = BTreeMap::new();
    for finding in findings {
        let Some(key) = BranchKey::from_finding(&finding) else {
            merged.push(finding);
            continue;
        };
        match known.get(&key) {
            Some(&first) => merged[first].occurrences.extend(finding.occurrences),
            None => {
                known.insert(key, merged.len());
                merged.push(finding);
            }
        }
    }
    merged
}

/// The properties that mergeable findings share.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct BranchKey<'s> {
    rule: RuleId,
    target: &'s str,
    path: Vec<PathSegment<'s>>,
    since: Option<Series>,
    old: Option<ChangeValue<'s>>,
    new: Option<ChangeValue<'s>>,
}

impl<'s> BranchKey<'s> {
    /// The key of a finding about a member of a branch.
    fn from_finding(finding: &Finding<'s>) -> Option<Self> {
        let mut path = finding.path().to_vec();
        let is_branch = |segment: &PathSegment<'_>| matches!(segment, PathSegment::Branch { .. });
        let last = path.iter().rposition(is_branch)?;
        if last + 1 == path.len() {
            return None;
        }
        if let PathSegment::Branch { value, .. } = &mut path[last] {
            *value = "";
        }
        Some(BranchKey {
            rule: finding.rule.id,
            target: finding.target(),
            path,
            since: finding.since,
            old: finding.change.old.clone(),
            new: finding.change.new.clone(),
        })
    }
}
