//! On what a thing depends in how QEMU was built.

use super::Found;
use crate::dialect;
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::schema::Condition;
use crate::wire::PathSegment;

/// Compares the conditions of a thing with a name.
pub fn compare<'s>(
    old: &[&'s Condition],
    new: &[&'s Condition],
    name: &'s str,
    steps: &[PathSegment<'s>],
    found: &mut Found<'s>,
) {
    let (was, is) = (sorted(old), sorted(new));
    if was == is {
        return;
    }
    let kind = match (old.is_empty(), new.is_empty()) {
        (true, false) if !dialect::CONDITIONS.contains(found.versions.0) => {
            ChangeKind::ConditionStated
        }
        (true, false) => ChangeKind::ConditionAdded,
        (false, true) if !dialect::CONDITIONS.contains(found.versions.1) => return,
        (false, true) => ChangeKind::ConditionRemoved,
        _ => ChangeKind::ConditionChanged,
    };
    let value = |conditions: Vec<&'s Condition>| {
        (!conditions.is_empty()).then_some(ChangeValue::Conditions(conditions))
    };
    found.push(Change {
        old: value(was),
        new: value(is),
        ..Change::new(kind).at(steps).with_subject(name)
    });
}

/// Conditions sorted by their text, without duplicates.
fn sorted<'s>(conditions: &[&'s Condition]) -> Vec<&'s Condition> {
    let parts = conditions.iter().flat_map(|condition| match condition {
        Condition::All(all) => all.iter().collect(),
        other => vec![*other],
    });
    let mut parts: Vec<&Condition> = parts.collect();
    parts.sort_by_cached_key(|condition| condition.to_string());
    parts.dedup();
    parts
}
