//! Features: uniqueness, and the features that QEMU itself acts on.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::names::to_c;
use super::view::{SchemaView, error, titled_error};
use crate::ast::{Definition, FeatureDefinition};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{self, Releases};
use crate::duplicates::duplicates;

/// Features that QEMU itself acts on, with the releases that do.
const SPECIAL: [(&str, Releases); 2] = [
    ("deprecated", dialect::DEPRECATED_FEATURE),
    ("unstable", dialect::UNSTABLE_FEATURE),
];
/// The maximum number of features of a schema, including the special ones.
const MAX_FEATURES: usize = 64;

/// Checks all features of a schema.
pub fn check(view: &SchemaView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut names: BTreeSet<&str> = SPECIAL.iter().map(|(name, _)| *name).collect();
    for &definition in &view.definitions {
        check_special_features(view, definition, diagnostics);
        for features in feature_lists(definition) {
            check_duplicates(definition, features, diagnostics);
            for feature in features {
                let is_new = names.insert(&feature.name.value);
                let is_first_excess = is_new && names.len() == MAX_FEATURES + 1;
                if is_first_excess && view.is_in(dialect::LIMITED_FEATURES) {
                    diagnostics.push(too_many(definition, feature));
                }
            }
        }
    }
}

/// Reports the special features of types.
fn check_special_features(
    view: &SchemaView<'_>,
    definition: &Definition,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for FeatureDefinition { name, .. } in &definition.features {
        let mut special = SPECIAL.iter();
        let is_special =
            special.any(|&(special, releases)| name.value == special && view.is_in(releases));
        if is_special && definition.is_type() {
            let problem = format!(" cannot have the feature '{name}'");
            let found = titled_error(Code::FeatureOnType, definition, name.span, &problem);
            let help = "put it on the commands, events, members or values that use the type";
            diagnostics.push(found.with_help(help));
        }
    }
}

fn check_duplicates(
    definition: &Definition,
    features: &[FeatureDefinition],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let keys = features.iter().map(|feature| to_c(&feature.name.value));
    let keys: Vec<Cow<'_, str>> = keys.collect();
    let found = duplicates(&keys).into_iter();
    let found =
        found.map(|(first, later)| duplicate(definition, &features[later], &features[first]));
    diagnostics.extend(found);
}

fn duplicate(
    definition: &Definition,
    feature: &FeatureDefinition,
    other: &FeatureDefinition,
) -> Diagnostic {
    let name = &feature.name;
    let problem = format!(": feature '{name}' clashes with '{}'", other.name);
    titled_error(Code::DuplicateFeature, definition, name.span, &problem)
        .with_label(other.name.span, "the other one is here")
        .with_help("remove one of the two")
}

fn too_many(definition: &Definition, feature: &FeatureDefinition) -> Diagnostic {
    let message = format!("the schema has more than {MAX_FEATURES} features");
    let focus = feature.name.span;
    error(Code::TooManyFeatures, definition, focus, message)
        .with_help("use fewer different names; 'deprecated' and 'unstable' always count")
}

/// The features of a definition, of its members and of its values.
pub fn feature_lists(definition: &Definition) -> impl Iterator<Item = &[FeatureDefinition]> {
    let members = definition.members().iter().map(|member| &*member.features);
    let values = definition.values().iter().map(|value| &*value.features);
    let lists = std::iter::once(&*definition.features);
    lists.chain(members).chain(values)
}
