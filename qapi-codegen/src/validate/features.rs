//! Features: uniqueness, and the features that QEMU itself acts on.

use std::collections::{BTreeSet, HashMap};

use super::names::to_c;
use super::view::{SchemaView, error, title};
use crate::ast::{Definition, FeatureDefinition};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{self, Releases};

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
        diagnostics.extend(special_features_of_type(view, definition));
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

fn special_features_of_type(view: &SchemaView<'_>, definition: &Definition) -> Vec<Diagnostic> {
    if !definition.is_type() {
        return Vec::new();
    }
    let is_special = |feature: &&FeatureDefinition| {
        let name = feature.name.value.as_str();
        SPECIAL
            .iter()
            .any(|&(special, releases)| special == name && view.is_in(releases))
    };
    let special = definition.features.iter().filter(is_special);
    special
        .map(|feature| special_on_type(definition, feature))
        .collect()
}

fn special_on_type(definition: &Definition, feature: &FeatureDefinition) -> Diagnostic {
    let name = &feature.name;
    let message = format!("{} cannot have the feature '{name}'", title(definition));
    error(Code::FeatureOnType, definition, name.span, message)
        .with_help("put it on the commands, events, members or values that use the type")
}

fn check_duplicates(
    definition: &Definition,
    features: &[FeatureDefinition],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut seen: HashMap<String, &FeatureDefinition> = HashMap::new();
    for feature in features {
        let key = to_c(&feature.name.value);
        if let Some(other) = seen.get(&key) {
            diagnostics.push(duplicate(definition, feature, other));
        }
        seen.entry(key).or_insert(feature);
    }
}

fn duplicate(
    definition: &Definition,
    feature: &FeatureDefinition,
    other: &FeatureDefinition,
) -> Diagnostic {
    let (name, title) = (&feature.name, title(definition));
    let message = format!("{title}: feature '{name}' clashes with '{}'", other.name);
    error(Code::DuplicateFeature, definition, name.span, message)
        .with_label(other.name.span, "the other one is here")
        .with_help("remove one of the two")
}

fn too_many(definition: &Definition, feature: &FeatureDefinition) -> Diagnostic {
    let message = format!("the schema has more than {MAX_FEATURES} features");
    error(
        Code::TooManyFeatures,
        definition,
        feature.name.span,
        message,
    )
    .with_help("use fewer different names; 'deprecated' and 'unstable' always count")
}

/// The features of a definition, of its members and of its values.
pub fn feature_lists(definition: &Definition) -> impl Iterator<Item = &[FeatureDefinition]> {
    let members = definition.members().iter().map(|member| &*member.features);
    let values = definition.values().iter().map(|value| &*value.features);
    let lists = std::iter::once(&*definition.features);
    lists.chain(members).chain(values)
}
