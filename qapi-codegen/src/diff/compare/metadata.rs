//! Changes of features and conditions.

use super::{ChangeCollector, Walk};
use crate::dialect;
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::schema::{Condition, EntityMeta};
use crate::wire::CompareSite;

const DEPRECATED: &str = "deprecated";
const UNSTABLE: &str = "unstable";

impl<'s> ChangeCollector<'s> {
    /// Compares features, conditions and documented facts of an entity.
    pub(super) fn compare_metadata(
        &mut self,
        walk: &Walk<'_, 's>,
        site: &CompareSite<'s>,
        name: &'s str,
        (old, new): (Option<&'s EntityMeta>, Option<&'s EntityMeta>),
    ) {
        if let (Some(old), Some(new)) = (old, new) {
            self.compare_features(site, name, (old, new));
            let conditions = |meta: &'s EntityMeta| meta.condition.iter().collect::<Vec<_>>();
            self.compare_conditions(walk, site, name, (&conditions(old), &conditions(new)));
        }
    }

    /// Compares features and documented facts of an entity.
    pub(super) fn compare_features(
        &mut self,
        site: &CompareSite<'s>,
        name: &'s str,
        (old, new): (&'s EntityMeta, &'s EntityMeta),
    ) {
        for kind in lifecycle_changes(old, new, name) {
            self.push(site, Change::new(kind).with_subject(name));
        }
        for feature in missing_features(new, old) {
            let change = Change::new(ChangeKind::FeatureAdded).with_subject(name);
            self.push(site, change.with_new(ChangeValue::Name(feature)));
        }
        for feature in missing_features(old, new) {
            let change = Change::new(ChangeKind::FeatureRemoved).with_subject(name);
            self.push(site, change.with_old(ChangeValue::Name(feature)));
        }
    }

    /// Compares the conditions of an entity.
    pub(super) fn compare_conditions(
        &mut self,
        walk: &Walk<'_, 's>,
        site: &CompareSite<'s>,
        name: &'s str,
        (old, new): (&[&'s Condition], &[&'s Condition]),
    ) {
        let (old_sorted, new_sorted) = (sort_conditions(old), sort_conditions(new));
        if old_sorted == new_sorted {
            return;
        }
        let has_conditions = |version| dialect::CONDITIONS.contains(version);
        let kind = match (old.is_empty(), new.is_empty()) {
            (true, false) if !has_conditions(walk.old.version) => ChangeKind::ConditionStated,
            (true, false) => ChangeKind::ConditionAdded,
            (false, true) if !has_conditions(walk.new.version) => return,
            (false, true) => ChangeKind::ConditionRemoved,
            _ => ChangeKind::ConditionChanged,
        };
        let value = |conditions: Vec<&'s Condition>| {
            (!conditions.is_empty()).then_some(ChangeValue::Conditions(conditions))
        };
        let change = Change {
            old: value(old_sorted),
            new: value(new_sorted),
            ..Change::new(kind).with_subject(name)
        };
        self.push(site, change);
    }
}

/// The changes of deprecation and stability.
fn lifecycle_changes(old: &EntityMeta, new: &EntityMeta, name: &str) -> Vec<ChangeKind> {
    let is_documented = |meta: &EntityMeta| meta.facts.deprecated.is_some();
    let mut kinds = Vec::new();
    match (old.has_feature(DEPRECATED), new.has_feature(DEPRECATED)) {
        (false, true) if !is_documented(old) => kinds.push(ChangeKind::DeprecatedAdded),
        (true, false) if !is_documented(new) => kinds.push(ChangeKind::DeprecatedRemoved),
        (false, false) if is_documented(new) && !is_documented(old) => {
            kinds.push(ChangeKind::DocumentedDeprecatedAdded);
        }
        _ => {}
    }
    // The prefix already says that an entity is unstable.
    let has_prefix = name.starts_with("x-");
    match (old.has_feature(UNSTABLE), new.has_feature(UNSTABLE)) {
        (false, true) if !has_prefix => kinds.push(ChangeKind::UnstableAdded),
        (true, false) if !has_prefix => kinds.push(ChangeKind::UnstableRemoved),
        _ => {}
    }
    kinds
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
