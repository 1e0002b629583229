//! Features: no two are the same, the special ones where they have a meaning.

use crate::dialect::{self, Releases};
use std::collections::{BTreeSet, HashMap};

use super::names::to_c;
use super::view::{View, error, own_members, title};
use crate::ast::{DataDefinition, Definition, DefinitionBody, FeatureDefinition, MemberDefinition};
use crate::diagnostic::{Code, Diagnostic};

/// Features that QEMU itself acts on, with the releases that do.
const SPECIAL: [(&str, Releases); 2] = [
    ("deprecated", dialect::DEPRECATED_FEATURE),
    ("unstable", dialect::UNSTABLE_FEATURE),
];
/// How many features a schema can have, the special ones included.
const LIMIT: usize = 64;

/// Checks all features of a schema.
pub fn check(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut names: BTreeSet<&str> = SPECIAL.iter().map(|(name, _)| *name).collect();
    for &definition in &view.definitions {
        diagnostics.extend(on_type(view, definition));
        for features in lists(definition) {
            duplicates(definition, features, diagnostics);
            for feature in features {
                let added = names.insert(&feature.name.value);
                if added && names.len() == LIMIT + 1 && view.is_in(dialect::LIMITED_FEATURES) {
                    diagnostics.push(too_many(definition, feature));
                }
            }
        }
    }
}

fn on_type(view: &View<'_>, definition: &Definition) -> Vec<Diagnostic> {
    if matches!(
        definition.body,
        DefinitionBody::Command(_) | DefinitionBody::Event(_)
    ) {
        return Vec::new();
    }
    let is_special = |feature: &&FeatureDefinition| {
        SPECIAL
            .iter()
            .any(|(name, when)| *name == feature.name.value && view.is_in(*when))
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

fn duplicates(
    definition: &Definition,
    features: &[FeatureDefinition],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut seen: HashMap<String, &FeatureDefinition> = HashMap::new();
    for feature in features {
        let key = to_c(&feature.name.value);
        if let Some(other) = seen.get(&key) {
            let message = format!(
                "{}: the feature '{}' clashes with '{}'",
                title(definition),
                feature.name,
                other.name
            );
            let found = error(
                Code::DuplicateFeature,
                definition,
                feature.name.span,
                message,
            )
            .with_label(other.name.span, "the other one is here");
            diagnostics.push(found.with_help("remove one of the two"));
        }
        seen.entry(key).or_insert(feature);
    }
}

fn too_many(definition: &Definition, feature: &FeatureDefinition) -> Diagnostic {
    let message = format!("the schema has more than {LIMIT} features");
    error(
        Code::TooManyFeatures,
        definition,
        feature.name.span,
        message,
    )
    .with_help("'deprecated' and 'unstable' count always; use fewer different names")
}

/// All lists of features in a definition, in order.
fn lists(definition: &Definition) -> Vec<&[FeatureDefinition]> {
    let mut lists: Vec<&[FeatureDefinition]> = vec![&definition.features];
    lists.extend(of_members(own_members(definition)));
    match &definition.body {
        DefinitionBody::Enum(body) => {
            lists.extend(body.values.iter().map(|value| &value.features[..]))
        }
        DefinitionBody::Command(body) => lists.extend(of_data(&body.data)),
        DefinitionBody::Event(body) => lists.extend(of_data(&body.data)),
        _ => {}
    }
    lists
}

fn of_data(data: &DataDefinition) -> Vec<&[FeatureDefinition]> {
    match data {
        DataDefinition::Inline(members) => of_members(members).collect(),
        DataDefinition::None | DataDefinition::Named(_) => Vec::new(),
    }
}

fn of_members(members: &[MemberDefinition]) -> impl Iterator<Item = &[FeatureDefinition]> {
    members.iter().map(|member| &member.features[..])
}
