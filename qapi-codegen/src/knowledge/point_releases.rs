//! Changes of the interface by stable releases: `schemas/point-releases.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ast::{Definition, DefinitionBody};
use crate::doc::{self, DefinitionDocs};
use crate::load::LoadedSchema;
use crate::version::{Series, Version};

/// The known stable releases, and what they changed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PointReleases {
    /// The newest known release of each series.
    newest: BTreeMap<String, Version>,
    change: Vec<PointChange>,
}

/// A change of the interface in a stable release.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PointChange {
    /// The first release with the change, if it is known.
    #[serde(default)]
    since: Option<Version>,
    /// The newest release that is known not to have it.
    #[serde(default)]
    not_in: Option<Version>,
    target: String,
    member: String,
    effect: PointEffect,
    /// How it is known.
    #[allow(dead_code, reason = "for people")]
    reason: String,
}

/// The effect of a change on a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PointEffect {
    Added,
    MadeOptional,
}

/// The differences of a release from a later one of its series.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PointDifferences {
    /// What the release lacks, and that the schema was changed accordingly.
    pub undone: Vec<String>,
    /// What the release may lack.
    pub unknown: Vec<String>,
}

impl PointReleases {
    /// The file name of the data.
    pub const FILE_NAME: &'static str = "point-releases.toml";

    /// The newest known release of a series.
    pub fn newest(&self, series: Series) -> Option<Version> {
        self.newest.get(&series.to_string()).copied()
    }

    /// Changes the schema of a release to that of an earlier one of its series.
    pub fn undo(&self, loaded: &mut LoadedSchema, wanted: Version) -> PointDifferences {
        let mut differences = PointDifferences::default();
        let docs = doc::definitions(loaded);
        for (definition, docs) in loaded.definitions_mut().zip(&docs) {
            remove_later(definition, docs, wanted, &mut differences);
        }
        for change in &self.change {
            let find = |definition: &&mut Definition| definition.name.value == change.target;
            if change.series() == Some(wanted.series())
                && let Some(definition) = loaded.definitions_mut().find(find)
            {
                change.undo(definition, wanted, &mut differences);
            }
        }
        differences
    }
}

impl PointChange {
    fn series(&self) -> Option<Series> {
        self.since.or(self.not_in).map(Version::series)
    }

    fn undo(
        &self,
        definition: &mut Definition,
        wanted: Version,
        differences: &mut PointDifferences,
    ) {
        let name = format!("{}.{}", self.target, self.member);
        let lacks = self.since.is_some_and(|since| wanted < since)
            || self.not_in.is_some_and(|not_in| wanted <= not_in);
        match (lacks, self.since, self.effect) {
            (true, _, PointEffect::Added) => {
                remove_member(definition, &self.member);
                differences.undone.push(format!("`{name}` does not exist"));
            }
            (true, _, PointEffect::MadeOptional) => {
                let mut members = definition.body.members_mut().into_iter().flatten();
                let member = members.find(|member| member.name.value == self.member);
                member
                    .into_iter()
                    .for_each(|member| member.optional = false);
                differences.undone.push(format!("`{name}` is required"));
            }
            (false, None, PointEffect::Added) => {
                differences.unknown.push(format!("`{name}` exists"));
            }
            (false, None, PointEffect::MadeOptional) => {
                differences.unknown.push(format!("`{name}` is optional"));
            }
            (false, Some(_), _) => {}
        }
    }
}

/// Removes members that the documentation dates to a later stable release.
fn remove_later(
    definition: &mut Definition,
    docs: &DefinitionDocs,
    wanted: Version,
    differences: &mut PointDifferences,
) {
    for entity in &docs.members {
        let is_later = |since: Version| since.series() == wanted.series() && since > wanted;
        if entity.facts.since.is_some_and(is_later) {
            remove_member(definition, &entity.name);
            let name = format!("{}.{}", definition.name.value, entity.name);
            differences.undone.push(format!("`{name}` does not exist"));
        }
    }
}

fn remove_member(definition: &mut Definition, name: &str) {
    if let Some(members) = definition.body.members_mut() {
        members.retain(|member| member.name.value != name);
    }
    if let DefinitionBody::Enum(body) = &mut definition.body {
        body.values.retain(|value| value.name.value != name);
    }
}
