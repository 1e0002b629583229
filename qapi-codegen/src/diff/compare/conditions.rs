//! On what a thing depends in how QEMU was built.

use super::Found;
use crate::dialect;
use crate::diff::edit::{Edit, Kind, Step};
use crate::schema::Condition;

/// Compares the conditions of a thing with a name.
pub fn compare<'s>(
    old: &[&Condition],
    new: &[&Condition],
    name: &str,
    steps: &[Step<'s>],
    found: &mut Found<'s>,
) {
    let (was, is) = (text(old), text(new));
    if was == is {
        return;
    }
    let kind = match (old.is_empty(), new.is_empty()) {
        (true, false) if !dialect::CONDITIONS.contains(found.versions.0) => Kind::ConditionStated,
        (true, false) => Kind::ConditionAdded,
        (false, true) if !dialect::CONDITIONS.contains(found.versions.1) => return,
        (false, true) => Kind::ConditionRemoved,
        _ => Kind::ConditionChanged,
    };
    let mut edit = Edit::new(kind).at(steps).note(name);
    edit.old = Some(was).filter(|text| !text.is_empty());
    edit.new = Some(is).filter(|text| !text.is_empty());
    found.edit(edit);
}

/// Conditions in an order of their own, each once.
fn text(conditions: &[&Condition]) -> String {
    let parts = conditions.iter().flat_map(|condition| match condition {
        Condition::All(all) => all.iter().collect(),
        other => vec![*other],
    });
    let mut texts: Vec<String> = parts.map(Condition::to_string).collect();
    texts.sort();
    texts.dedup();
    texts.join(" and ")
}
