//! Two enums: their values, and those that are only written another way.

use super::{Found, flags};
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::diff::matching;
use crate::wire::EnumShape;

/// Compares the values of two enums.
pub fn compare<'s>(old: &EnumShape<'s>, new: &EnumShape<'s>, found: &mut Found<'s>) {
    let gone = old.names().filter(|value| !new.contains(value));
    let fresh = new.names().filter(|value| !old.contains(value));
    let matched = matching::by_spelling(gone.collect(), fresh.collect());
    respelled(&matched.pairs, found);
    for value in matched.gone {
        found.push(Change::new(ChangeKind::EnumValueRemoved).with_old(ChangeValue::Name(value)));
    }
    for value in matched.fresh {
        found.push(Change::new(ChangeKind::EnumValueAdded).with_new(ChangeValue::Name(value)));
    }
    for (value, meta) in old.iter() {
        if let Some(newer) = new.get(value) {
            flags::compare(Some(meta), Some(newer), value, &[], found);
        }
    }
}

/// One edit for all values that are written another way.
pub fn respelled<'s>(pairs: &[matching::Pairing<'s>], found: &mut Found<'s>) {
    let Some(first) = pairs.first() else { return };
    found.push(Change {
        old: Some(ChangeValue::Names(
            pairs.iter().map(|pair| pair.old).collect(),
        )),
        new: Some(ChangeValue::Names(
            pairs.iter().map(|pair| pair.new).collect(),
        )),
        evidence: Some(first.evidence),
        ..Change::new(ChangeKind::EnumValueRenamed)
    });
}
