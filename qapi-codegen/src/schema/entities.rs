//! Changes of a model that concern all of its entities.

use std::collections::HashMap;

use super::{
    Branch, BuiltinType, EntityMeta, Facts, JsonKind, Member, NamedType, OperationData, Schema,
    TypeKind, ValueType,
};
use crate::doc::{Deprecation, ProseBlock};
use crate::version::Series;

impl Schema {
    /// Copies the prose from another model of the same interface, by name.
    pub fn copy_prose_from(&mut self, mut other: Schema) {
        let mut prose: HashMap<(String, String), Vec<ProseBlock>> = HashMap::new();
        let key = |definition: &str, meta: &EntityMeta| (definition.to_owned(), meta.name.clone());
        other.for_each_entity(&mut |definition, meta, _| {
            prose.insert(key(definition, meta), std::mem::take(&mut meta.prose));
        });
        self.for_each_entity(&mut |definition, meta, _| {
            if let Some(prose) = prose.remove(&key(definition, meta)) {
                meta.prose = prose;
            }
        });
    }

    /// States since when deprecated entities are deprecated, where the documentation does
    /// not and consecutive releases show it. The oldest release comes first.
    pub fn date_deprecations(releases: &mut [Schema]) {
        let mut before: HashMap<(String, String), DeprecationState> = HashMap::new();
        for schema in releases {
            let series = schema.version.series();
            let mut now = HashMap::new();
            schema.for_each_entity(&mut |definition, meta, _| {
                let key = (definition.to_owned(), meta.name.clone());
                let state = DeprecationState::of(meta, before.get(&key), series);
                if let DeprecationState::Since(since) = state {
                    meta.facts.deprecated = Some(Deprecation { since: Some(since) });
                }
                now.insert(key, state);
            });
            before = now;
        }
    }

    /// Erases what introspection does not report: the sizes of integers,
    /// `allow-preconfig` and the facts of documentation.
    ///
    /// A model that was made from introspection is compared with a model
    /// without these.
    pub fn erase_non_introspectable(&mut self) {
        self.for_each_entity(&mut |_, meta, ty| {
            meta.facts = Facts::default();
            ty.into_iter().for_each(erase_size);
        });
        for command in &mut self.commands {
            command.allow_preconfig = false;
        }
    }

    fn for_each_entity(&mut self, change: &mut ChangeEntity<'_>) {
        for definition in &mut self.types {
            let name = definition.meta.name.clone();
            change(&name, &mut definition.meta, None);
            match &mut definition.kind {
                TypeKind::Enum(body) => {
                    let values = body.values.iter_mut();
                    values.for_each(|value| change(&name, value, None));
                }
                TypeKind::Struct(body) => visit_members(&name, &mut body.members, change),
                TypeKind::Union(body) => {
                    visit_members(&name, &mut body.members, change);
                    visit_branches(&name, &mut body.branches, change);
                }
                TypeKind::Alternate(body) => visit_branches(&name, &mut body.branches, change),
            }
        }
        for command in &mut self.commands {
            let name = command.meta.name.clone();
            change(&name, &mut command.meta, command.returns.as_mut());
            visit_data(&name, &mut command.data, change);
        }
        for event in &mut self.events {
            let name = event.meta.name.clone();
            change(&name, &mut event.meta, None);
            visit_data(&name, &mut event.data, change);
        }
    }
}

/// The deprecation of an entity in one release.
#[derive(Clone, Copy)]
enum DeprecationState {
    Not,
    /// Since an unknown release.
    Deprecated,
    Since(Series),
}

impl DeprecationState {
    /// The state in `series`, given that in the release before.
    fn of(meta: &EntityMeta, before: Option<&DeprecationState>, series: Series) -> Self {
        let stated = meta.facts.deprecated.as_ref().and_then(|fact| fact.since);
        match (stated, before) {
            _ if !meta.is_deprecated() => DeprecationState::Not,
            (Some(since), _) => DeprecationState::Since(since),
            (None, Some(DeprecationState::Not)) => DeprecationState::Since(series),
            (None, Some(before)) => *before,
            (None, None) => DeprecationState::Deprecated,
        }
    }
}

/// Callback for a definition, or for a member, value or branch of one: the name
/// of the definition, the entity, and the type of a member, a branch or of a
/// command's return value.
type ChangeEntity<'f> = dyn FnMut(&str, &mut EntityMeta, Option<&mut ValueType>) + 'f;

fn visit_data(definition: &str, data: &mut OperationData, change: &mut ChangeEntity<'_>) {
    if let OperationData::Members(members) = data {
        visit_members(definition, members, change);
    }
}

fn visit_members(definition: &str, members: &mut [Member], change: &mut ChangeEntity<'_>) {
    for member in members {
        change(definition, &mut member.meta, Some(&mut member.ty));
    }
}

fn visit_branches(definition: &str, branches: &mut [Branch], change: &mut ChangeEntity<'_>) {
    for branch in branches {
        change(definition, &mut branch.meta, Some(&mut branch.ty));
    }
}

fn erase_size(ty: &mut ValueType) {
    let (ValueType::One(item) | ValueType::Array(item)) = ty;
    if let NamedType::Builtin(builtin) = item
        && builtin.json_kind() == JsonKind::Integer
    {
        *builtin = BuiltinType::Int;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::load;
    use crate::schema::resolve;
    use crate::validate::validate;
    use crate::version::Version;

    const PLAIN: &str = "{ 'command': 'a', 'data': { 'x': 'int', 'y': 'int' } }";
    const DEPRECATED: &str = "{ 'command': 'a', 'data': { \
        'x': { 'type': 'int', 'features': [ 'deprecated' ] }, 'y': 'int' } }";

    fn release(minor: u32, text: &str) -> Schema {
        let files = HashMap::from([("a.json".to_owned(), text.as_bytes().to_vec())]);
        let loaded = load(&files, "a.json", Version::new(9, minor, 0)).unwrap();
        resolve(&validate(loaded).expect("the schema is valid"))
    }

    /// The series since when `x` of `a` is deprecated, in each release.
    fn dates(texts: &[&str]) -> Vec<Option<Option<String>>> {
        let releases = (0..).zip(texts).map(|(minor, text)| release(minor, text));
        let mut releases: Vec<Schema> = releases.collect();
        Schema::date_deprecations(&mut releases);
        let dates = releases.iter().map(|schema| {
            let OperationData::Members(members) = &schema.command("a")?.data else {
                return None;
            };
            let deprecated = members[0].meta.facts.deprecated.as_ref()?;
            Some(deprecated.since.map(|since| since.to_string()))
        });
        dates.collect()
    }

    #[test]
    fn a_deprecation_is_dated_by_the_release_before() {
        let since = |series: &str| Some(Some(series.to_owned()));
        let shown = dates(&[PLAIN, DEPRECATED, DEPRECATED]);
        assert_eq!(shown, [None, since("9.1"), since("9.1")]);
        let ended = dates(&[PLAIN, DEPRECATED, PLAIN, DEPRECATED]);
        assert_eq!(ended, [None, since("9.1"), None, since("9.3")]);
        assert_eq!(dates(&[DEPRECATED, DEPRECATED]), [None, None]);
    }
}
