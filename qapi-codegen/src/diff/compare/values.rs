//! Changes of the values of enums.

use super::matching::{Rename, match_by_spelling};
use super::{ChangeCollector, Walk};
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::wire::{CompareSite, EnumShape};

impl<'s> ChangeCollector<'s> {
    /// Compares the values of two enums.
    pub(super) fn compare_values(
        &mut self,
        walk: &Walk<'_, 's>,
        site: &CompareSite<'s>,
        old: &EnumShape<'s>,
        new: &EnumShape<'s>,
    ) {
        let matched = match_by_spelling(old.missing_in(new), new.missing_in(old));
        self.push_renamed_values(site, &matched.renamed);
        for value in matched.removed {
            let change = Change::new(ChangeKind::EnumValueRemoved);
            self.push(site, change.with_old(ChangeValue::Name(value)));
        }
        for value in matched.added {
            let change = Change::new(ChangeKind::EnumValueAdded);
            self.push(site, change.with_new(ChangeValue::Name(value)));
        }
        for (name, (left, right)) in old.join(new) {
            let metas = (left.copied(), right.copied());
            self.compare_metadata(walk, site, name, metas);
        }
    }

    /// Adds one change for all renamed values.
    pub(super) fn push_renamed_values(&mut self, site: &CompareSite<'s>, renamed: &[Rename<'s>]) {
        let Some(first) = renamed.first() else { return };
        let names = |name: fn(&Rename<'s>) -> &'s str| {
            Some(ChangeValue::Names(renamed.iter().map(name).collect()))
        };
        let change = Change {
            old: names(|rename| rename.old),
            new: names(|rename| rename.new),
            evidence: Some(first.evidence),
            ..Change::new(ChangeKind::EnumValueRenamed)
        };
        self.push(site, change);
    }
}
