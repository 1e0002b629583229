//! What neighbouring series changed in a type, by its members and values.

use std::collections::BTreeSet;

use super::changes::EntityChange;
use super::entities::Entity;
use super::members::{MemberRow, MemberState, TypeLabel};

/// The changes of a type, oldest series first.
pub fn type_changes(entity: &Entity<'_>) -> Vec<EntityChange> {
    let present: Vec<usize> = entity.presence.indices().collect();
    let mut changes: Vec<(usize, String)> = Vec::new();
    for pair in present.windows(2) {
        for row in &entity.members.rows {
            let before = row.presence.contains(pair[0]);
            let after = row.presence.contains(pair[1]);
            let label = format!("{} `{}`", row.kind.as_str(), row.name);
            match (before, after) {
                (false, true) => changes.push((pair[1], format!("new {label}"))),
                (true, false) => changes.push((pair[1], format!("{label} removed"))),
                (true, true) => {
                    changes.extend(differences(row, (pair[0], pair[1])).map(|text| (pair[1], text)))
                }
                (false, false) => {}
            }
        }
    }
    let change = |(series, message): (usize, String)| EntityChange {
        series,
        compatibility: None,
        is_deprecation: message.ends_with("is deprecated"),
        is_behaviour: false,
        message,
        advice: None,
    };
    changes.into_iter().map(change).collect()
}

/// The state of a row in a series that has it.
fn state(row: &MemberRow, index: usize) -> Option<&MemberState> {
    let states = row.states.iter();
    states
        .filter(|(first, _)| *first <= index)
        .map(|(_, state)| state)
        .next()
}

fn differences(row: &MemberRow, (before, after): (usize, usize)) -> impl Iterator<Item = String> {
    let (Some(old), Some(new)) = (state(row, before), state(row, after)) else {
        return BTreeSet::new().into_iter();
    };
    let name = &row.name;
    let mut texts = BTreeSet::new();
    if old.ty != new.ty {
        let [old, new] =
            [&old.ty, &new.ty].map(|ty| ty.as_ref().map_or("nothing".into(), TypeLabel::text));
        texts.insert(format!("`{name}`: `{old}` became `{new}`"));
    }
    match (old.optional, new.optional) {
        (true, false) => drop(texts.insert(format!("`{name}` is now required"))),
        (false, true) => drop(texts.insert(format!("`{name}` is now optional"))),
        _ => {}
    }
    match (old.deprecated, new.deprecated) {
        (false, true) => drop(texts.insert(format!("`{name}` is deprecated"))),
        (true, false) => drop(texts.insert(format!("`{name}` is no longer deprecated"))),
        _ => {}
    }
    texts.into_iter()
}
