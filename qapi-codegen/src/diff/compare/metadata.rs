//! Changes of features and conditions.

use super::ComparedSite;
use crate::dialect;
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::schema::{Condition, EntityMeta};

const DEPRECATED: &str = "deprecated";
const UNSTABLE: &str = "unstable";

impl<'s> ComparedSite<'_, '_, 's> {
    /// Compares features, conditions and documented facts of an entity.
    pub(super) fn compare_metadata(
        &mut self,
        name: &'s str,
        old: Option<&'s EntityMeta>,
        new: Option<&'s EntityMeta>,
    ) {
        if let (Some(old), Some(new)) = (old, new) {
            self.compare_features(name, old, new);
            let [left, right] = [old, new].map(|meta| meta.condition.iter().collect::<Vec<_>>());
            self.compare_conditions(name, &left, &right);
        }
    }

    /// Compares features and documented facts of an entity.
    pub(super) fn compare_features(
        &mut self,
        name: &'s str,
        old: &'s EntityMeta,
        new: &'s EntityMeta,
    ) {
        let lifecycle = [
            deprecation_change(old, new),
            stability_change(old, new, name),
        ];
        for kind in lifecycle.into_iter().flatten() {
            self.push(Change::new(kind).with_subject(name));
        }
        for feature in missing_features(new, old) {
            self.push(Change::added(ChangeKind::FeatureAdded, feature).with_subject(name));
        }
        for feature in missing_features(old, new) {
            self.push(Change::removed(ChangeKind::FeatureRemoved, feature).with_subject(name));
        }
    }

    /// Compares the conditions of an entity.
    pub(super) fn compare_conditions(
        &mut self,
        name: &'s str,
        old: &[&'s Condition],
        new: &[&'s Condition],
    ) {
        let (old_sorted, new_sorted) = (sort_conditions(old), sort_conditions(new));
        if old_sorted == new_sorted {
            return;
        }
        let has_conditions = |version| dialect::CONDITIONS.contains(version);
        let kind = match (old.is_empty(), new.is_empty()) {
            (true, false) if !has_conditions(self.walk.old.version) => ChangeKind::ConditionStated,
            (true, false) => ChangeKind::ConditionAdded,
            (false, true) if !has_conditions(self.walk.new.version) => return,
            (false, true) => ChangeKind::ConditionRemoved,
            _ => ChangeKind::ConditionChanged,
        };
        let value = |conditions: Vec<&'s Condition>| {
            (!conditions.is_empty()).then_some(ChangeValue::Conditions(conditions))
        };
        let mut change = Change::new(kind).with_subject(name);
        (change.old, change.new) = (value(old_sorted), value(new_sorted));
        self.push(change);
    }
}

/// The kind of the change of a flag, if it changed.
pub(super) fn flag_change(
    (old, new): (bool, bool),
    set: ChangeKind,
    cleared: ChangeKind,
) -> Option<ChangeKind> {
    match (old, new) {
        (false, true) => Some(set),
        (true, false) => Some(cleared),
        _ => None,
    }
}

fn deprecation_change(old: &EntityMeta, new: &EntityMeta) -> Option<ChangeKind> {
    match (is_deprecated(old), is_deprecated(new)) {
        (false, true) if new.has_feature(DEPRECATED) => Some(ChangeKind::DeprecatedAdded),
        (false, true) => Some(ChangeKind::DocumentedDeprecatedAdded),
        (true, false) if old.has_feature(DEPRECATED) => Some(ChangeKind::DeprecatedRemoved),
        _ => None,
    }
}

fn stability_change(old: &EntityMeta, new: &EntityMeta, name: &str) -> Option<ChangeKind> {
    let is_unstable = (old.has_feature(UNSTABLE), new.has_feature(UNSTABLE));
    let kind = flag_change(
        is_unstable,
        ChangeKind::UnstableAdded,
        ChangeKind::UnstableRemoved,
    );
    // The prefix already says that an entity is unstable.
    kind.filter(|_| !name.starts_with("x-"))
}

/// The features of one entity that the other lacks, except those about its
/// lifecycle.
fn missing_features<'s>(
    meta: &'s EntityMeta,
    other: &'s EntityMeta,
) -> impl Iterator<Item = &'s str> {
    let names = meta.features.iter().map(|feature| feature.name.as_str());
    names.filter(|name| *name != DEPRECATED && *name != UNSTABLE && !other.has_feature(name))
}

/// Sorts conditions by their text, without duplicates.
fn sort_conditions<'s>(conditions: &[&'s Condition]) -> Vec<&'s Condition> {
    let parts = conditions.iter().flat_map(|condition| match condition {
        Condition::All(all) => all.iter().collect(),
        other => vec![*other],
    });
    let mut parts: Vec<&Condition> = parts.collect();
    parts.sort_by_cached_key(|condition| condition.to_string());
    parts.dedup();
    parts
}

/// Returns `true` if a feature or the documentation deprecates an entity.
pub(super) fn is_deprecated(meta: &EntityMeta) -> bool {
    meta.has_feature(DEPRECATED) || meta.facts.deprecated.is_some()
}

/// Returns `true` if a feature or the name says that an entity is unstable.
pub(super) fn is_unstable(meta: &EntityMeta) -> bool {
    meta.has_feature(UNSTABLE) || meta.name.starts_with("x-")
}
