//! Two enums: their values, and those that are only written another way.

use super::{Found, flags};
use crate::diff::edit::{Edit, Kind};
use crate::diff::matching;
use crate::wire::EnumShape;

/// Compares the values of two enums.
pub fn compare<'s>(old: &EnumShape<'s>, new: &EnumShape<'s>, found: &mut Found<'s>) {
    let gone = old.names().filter(|value| !new.contains(value));
    let fresh = new.names().filter(|value| !old.contains(value));
    let matched = matching::by_spelling(gone.collect(), fresh.collect());
    respelled(&matched.pairs, found);
    for value in matched.gone {
        found.edit(Edit::new(Kind::EnumValueRemoved).old(value));
    }
    for value in matched.fresh {
        found.edit(Edit::new(Kind::EnumValueAdded).new_value(value));
    }
    for (value, meta) in old.iter() {
        if let Some(newer) = new.get(value) {
            flags::compare(Some(meta), Some(newer), value, &[], found);
        }
    }
}

/// One edit for all values that are written another way.
pub fn respelled(pairs: &[matching::Pairing<'_>], found: &mut Found<'_>) {
    let Some(first) = pairs.first() else { return };
    let list = |name: fn(&matching::Pairing<'_>) -> String| -> String {
        pairs.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    let (was, is) = (
        list(|pair| pair.old.to_owned()),
        list(|pair| pair.new.to_owned()),
    );
    let edit = Edit::new(Kind::EnumValueRenamed).old(was).new_value(is);
    found.edit(edit.note(first.evidence));
}
