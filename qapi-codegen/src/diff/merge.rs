//! One finding of those that are about the same member in several cases.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Finding;

/// Makes one finding of those that are about the same member in several cases
/// of one tag.
pub fn merged(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut known: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for finding in findings {
        let Some(path) = any_case(&finding.path) else {
            merged.push(finding);
            continue;
        };
        let happened = format!("{:?} {:?} {:?}", finding.since, finding.old, finding.new);
        let key = (
            format!("{} {}", finding.rule, finding.target),
            path,
            happened,
        );
        match known.get(&key) {
            Some(&first) => {
                let first = &mut merged[first];
                first
                    .also
                    .extend([finding.path].into_iter().chain(finding.also));
                first.targets.extend(finding.targets);
            }
            None => {
                known.insert(key, merged.len());
                merged.push(finding);
            }
        }
    }
    for finding in &mut merged {
        finding.also.sort();
        finding.also.dedup();
        let mut seen = BTreeSet::new();
        finding.targets.retain(|target| seen.insert(target.clone()));
    }
    merged
}

/// A path to a member in a case, without the value of the last tag in it.
fn any_case(path: &str) -> Option<String> {
    let (before, rest) = path.rsplit_once('<')?;
    let (tag, rest) = rest.split_once('=')?;
    let (_, member) = rest.split_once('>')?;
    (!member.is_empty()).then(|| format!("{before}<{tag}>{member}"))
}
