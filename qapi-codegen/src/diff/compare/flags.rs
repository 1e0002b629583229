//! What a schema says of a thing beside its shape: features and conditions.

use super::{Found, conditions};
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::schema::{Condition, EntityMeta};
use crate::wire::PathSegment;

/// Compares features, conditions and documented facts of a thing with a name.
pub fn compare<'s>(
    old: Option<&'s EntityMeta>,
    new: Option<&'s EntityMeta>,
    name: &'s str,
    steps: &[PathSegment<'s>],
    found: &mut Found<'s>,
) {
    let (Some(old), Some(new)) = (old, new) else {
        return;
    };
    features(old, new, name, steps, found);
    let list = |meta: &'s EntityMeta| meta.condition.iter().collect::<Vec<&Condition>>();
    conditions::compare(&list(old), &list(new), name, steps, found);
}

/// Compares features and documented facts.
pub fn features<'s>(
    old: &'s EntityMeta,
    new: &'s EntityMeta,
    name: &'s str,
    steps: &[PathSegment<'s>],
    found: &mut Found<'s>,
) {
    for kind in changed(old, new, name) {
        found.push(Change::new(kind).at(steps).with_subject(name));
    }
    let names = |meta: &'s EntityMeta| meta.features.iter().map(|feature| &*feature.name);
    for feature in names(new).filter(|name| is_plain(name) && !old.has_feature(name)) {
        found.push(
            Change::new(ChangeKind::FeatureAdded)
                .at(steps)
                .with_new(ChangeValue::Name(feature))
                .with_subject(name),
        );
    }
    for feature in names(old).filter(|name| is_plain(name) && !new.has_feature(name)) {
        found.push(
            Change::new(ChangeKind::FeatureRemoved)
                .at(steps)
                .with_old(ChangeValue::Name(feature))
                .with_subject(name),
        );
    }
}

/// What changed of the features that have a meaning of their own.
fn changed(old: &EntityMeta, new: &EntityMeta, name: &str) -> Vec<ChangeKind> {
    let was = |feature: &str| old.has_feature(feature);
    let is = |feature: &str| new.has_feature(feature);
    let documented = |meta: &EntityMeta| meta.facts.deprecated.is_some();
    let never_promised = name.starts_with("x-");
    let mut kinds = Vec::new();
    match (was(DEPRECATED), is(DEPRECATED)) {
        (false, true) if !documented(old) => kinds.push(ChangeKind::DeprecatedAdded),
        (true, false) if !documented(new) => kinds.push(ChangeKind::DeprecatedRemoved),
        (false, false) if documented(new) && !documented(old) => {
            kinds.push(ChangeKind::DocumentedDeprecatedAdded);
        }
        _ => {}
    }
    match (was(UNSTABLE), is(UNSTABLE)) {
        (false, true) if !never_promised => kinds.push(ChangeKind::UnstableAdded),
        (true, false) if !never_promised => kinds.push(ChangeKind::UnstableRemoved),
        _ => {}
    }
    kinds
}

/// Whether a thing is deprecated, by a feature or by its documentation.
pub fn is_deprecated(meta: &EntityMeta) -> bool {
    meta.has_feature(DEPRECATED) || meta.facts.deprecated.is_some()
}

/// Whether nobody promised that a thing stays.
pub fn is_unstable(meta: &EntityMeta) -> bool {
    meta.has_feature(UNSTABLE) || meta.name.starts_with("x-")
}

fn is_plain(feature: &str) -> bool {
    feature != DEPRECATED && feature != UNSTABLE
}

const DEPRECATED: &str = "deprecated";
const UNSTABLE: &str = "unstable";
