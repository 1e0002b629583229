//! Changes of the values of enums.

use super::ComparedSite;
use super::matching::{Rename, match_by_spelling};
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::wire::EnumShape;

impl<'s> ComparedSite<'_, '_, 's> {
    /// Compares the values of two enums.
    pub(super) fn compare_values(&mut self, old: &EnumShape<'s>, new: &EnumShape<'s>) {
        let matched = match_by_spelling(old.missing_in(new), new.missing_in(old));
        self.push_renamed_values(&matched.renamed);
        for value in matched.removed {
            self.push(Change::removed(ChangeKind::EnumValueRemoved, value));
        }
        for value in matched.added {
            self.push(Change::added(ChangeKind::EnumValueAdded, value));
        }
        for (name, (left, right)) in old.join(new) {
            self.compare_metadata(name, left.copied(), right.copied());
        }
    }

    /// Adds one change for all renamed values.
    pub(super) fn push_renamed_values(&mut self, renamed: &[Rename<'s>]) {
        let Some(first) = renamed.first() else { return };
        let (old, new) = renamed
            .iter()
            .map(|rename| (rename.old, rename.new))
            .unzip();
        let (old, new) = (ChangeValue::Names(old), ChangeValue::Names(new));
        let change = Change::replaced(ChangeKind::EnumValueRenamed, old, new);
        self.push(change.with_evidence(first.evidence));
    }
}
