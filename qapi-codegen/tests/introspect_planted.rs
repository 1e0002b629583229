//! Changes planted in a reply are found at their paths, and what a build leaves
//! out is explained.

mod common;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use common::stated;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use qapi_codegen::introspect::{
    self, AbsenceReason, ComparedReleases, DifferenceKind, Verification, WireLocation, compare,
    explain,
};
use qapi_codegen::schema::{Condition, EntityMeta, Member, OperationData, Schema, TypeKind};
use qapi_codegen::wire::{Direction, Interface};
use serde_json::Value;

/// One series for each format of replies.
const SERIES: [&str; 6] = ["2.5", "2.11", "2.12", "5.2", "7.2", "10.0"];

/// A schema, and the reply of a build with everything in it.
struct Release {
    schema: Schema,
    reply: Value,
}

static RELEASES: LazyLock<HashMap<&str, Release>> = LazyLock::new(|| {
    let release = |series| {
        let schema = stated(series);
        let reply = introspect::write_reply(&Interface::from_schema(&schema), schema.version);
        (series, Release { schema, reply })
    };
    SERIES.map(release).into()
});

/// A change to plant.
#[derive(Debug, Clone, Copy)]
enum Change {
    RenameMember,
    MakeOptional,
    DropValue,
    DropBranch,
}

impl Change {
    /// The key of the arrays whose elements are changed.
    fn key(self) -> &'static str {
        match self {
            Change::RenameMember | Change::MakeOptional => "members",
            Change::DropValue => "values",
            Change::DropBranch => "variants",
        }
    }

    fn kind(self) -> DifferenceKind {
        match self {
            Change::RenameMember => DifferenceKind::Member,
            Change::MakeOptional => DifferenceKind::Presence,
            Change::DropValue => DifferenceKind::Value,
            Change::DropBranch => DifferenceKind::Branch,
        }
    }

    fn applies(self, entry: &Value, element: &Value) -> bool {
        match self {
            Change::RenameMember => entry["meta-type"] == "object",
            Change::MakeOptional => {
                entry["meta-type"] == "object" && element.get("default").is_none()
            }
            Change::DropValue | Change::DropBranch => true,
        }
    }

    fn apply(self, entry: &mut Value, index: usize) {
        let element = &mut entry[self.key()][index];
        match self {
            Change::RenameMember => {
                let name = element["name"].clone();
                element["name"] = "planted".into();
                if entry["tag"] == name {
                    entry["tag"] = "planted".into();
                }
            }
            Change::MakeOptional => element["default"] = Value::Null,
            Change::DropBranch => _ = entry["variants"].as_array_mut().unwrap().remove(index),
            Change::DropValue => {
                let name = entry["values"].as_array_mut().unwrap().remove(index);
                if let Some(members) = entry.get_mut("members").and_then(Value::as_array_mut) {
                    members.retain(|member| member["name"] != name);
                }
            }
        }
    }
}

/// The name of a member, value or branch.
fn name_of(element: &Value) -> &str {
    let name = element
        .as_str()
        .or(element["name"].as_str())
        .or(element["case"].as_str());
    name.expect("it has a name")
}

/// The entries and elements in which a change can be planted.
fn candidates(reply: &Value, change: Change) -> Vec<(usize, usize)> {
    let entries = reply.as_array().unwrap().iter().enumerate();
    let elements = entries.flat_map(|(at, entry)| {
        let elements = entry[change.key()]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate();
        let elements = elements.filter(move |(_, element)| change.applies(entry, element));
        elements.map(move |(index, _)| (at, index))
    });
    elements.collect()
}

fn verify(release: &Release, reply: &Value) -> Verification {
    let reply = introspect::read(reply.to_string().as_bytes()).expect("it is a reply");
    let stated = Interface::from_schema(&release.schema);
    let releases = ComparedReleases {
        schema: release.schema.version,
        qemu: None,
    };
    explain(compare(&stated, &reply.interface()), releases)
}

/// Follows a path through a reply, independently of the code that made it.
/// Returns the name of the type that contains the last step, and that step.
fn follow<'p>(reply: &Value, place: &'p WireLocation) -> (String, &'p str) {
    let entries = reply.as_array().unwrap();
    let kind = if place.direction == Direction::Event {
        "event"
    } else {
        "command"
    };
    let is_target =
        |entry: &&Value| entry["name"] == place.target.as_str() && entry["meta-type"] == kind;
    let entry = entries.iter().find(is_target).expect("the target is there");
    let key = if place.direction == Direction::Reply {
        "ret-type"
    } else {
        "arg-type"
    };
    let mut ty = entry[key].as_str().unwrap().to_owned();
    let mut steps = steps(&place.path);
    let last = steps.pop().expect("a path has steps");
    for step in steps {
        let is_type = |entry: &&Value| {
            entry["name"] == ty.as_str()
                && entry["meta-type"] != "command"
                && entry["meta-type"] != "event"
        };
        let entry = entries.iter().find(is_type).expect("the type is there");
        ty = below(entries, entry, step);
    }
    (ty, last)
}

fn below(entries: &[Value], entry: &Value, step: &str) -> String {
    let element = |key: &str, is_it: &dyn Fn(&Value) -> bool| {
        let found = entry[key]
            .as_array()
            .unwrap()
            .iter()
            .find(|element| is_it(element));
        found.unwrap_or_else(|| panic!("{step} in {entry}"))["type"].clone()
    };
    let json_kind = |ty: &Value| {
        let entry = entries.iter().find(|entry| entry["name"] == *ty).unwrap();
        match entry["meta-type"].as_str().unwrap() {
            "enum" => "string".to_owned(),
            "builtin" => entry["json-type"]
                .as_str()
                .unwrap()
                .replace("int", "integer"),
            kind => kind.to_owned(),
        }
    };
    let ty = match step.strip_prefix('<') {
        _ if step == "[]" => entry["element-type"].clone(),
        Some(branch) => match branch.trim_end_matches('>').split_once('=') {
            Some((_, case)) => element("variants", &|variant| variant["case"] == case),
            None => element("members", &|member| {
                json_kind(&member["type"]) == branch.trim_end_matches('>')
            }),
        },
        None => element("members", &|member| member["name"] == step),
    };
    ty.as_str().unwrap().to_owned()
}

/// The steps of a path: `a`, `[]`, `<tag=b>`, `=value`.
fn steps(path: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let end = match rest.as_bytes()[0] {
            // A value is the last step; it may contain any character.
            b'=' => rest.len(),
            b'[' => 2,
            b'<' => rest.find('>').unwrap() + 1,
            _ => rest[1..]
                .find(['.', '[', '<', '='])
                .map_or(rest.len(), |end| end + 1),
        };
        steps.push(rest[..end].trim_start_matches('.'));
        rest = &rest[end..];
    }
    steps
}

/// The name in a last step.
fn name_of_step(step: &str) -> &str {
    let step = step.trim_end_matches('>');
    step.rsplit_once('=').map_or(step, |(_, name)| name)
}

fn change() -> impl Strategy<Value = Change> {
    select(vec![
        Change::RenameMember,
        Change::MakeOptional,
        Change::DropValue,
        Change::DropBranch,
    ])
}

proptest! {
    #[test]
    fn a_planted_change_is_found_at_its_path(
        series in select(&SERIES[..]),
        change in change(),
        which in any::<Index>(),
    ) {
        let release = &RELEASES[series];
        let candidates = candidates(&release.reply, change);
        let (at, index) = candidates[which.index(candidates.len())];
        let mut planted = release.reply.clone();
        change.apply(&mut planted[at], index);

        let entry = &release.reply[at];
        let expected = (entry["name"].as_str().unwrap(), name_of(&entry[change.key()][index]));
        let verification = verify(release, &planted);
        let is_it = |place: &WireLocation, kind: DifferenceKind| {
            kind == change.kind() && {
                let (ty, step) = follow(&release.reply, place);
                (ty.as_str(), name_of_step(step)) == expected
            }
        };
        let contradicts = verification.contradictions.iter().any(|found| {
            is_it(&found.difference.location, found.difference.kind)
        });
        // A conditional entity may be absent if nothing else shows the option.
        let absent = verification.absent.iter().any(|found| {
            is_it(&found.difference.location, found.difference.kind)
                && found.reason != AbsenceReason::Conditions(Vec::new())
        });
        prop_assert!(contradicts || absent, "{expected:?} is not among {verification:#?}");
    }

    #[test]
    fn absent_entities_are_explained(
        series in select(&SERIES[2..]),
        left_out in proptest::collection::vec(any::<Index>(), 0..12),
    ) {
        let release = &RELEASES[series];
        let options: Vec<&str> = options(&release.schema).into_iter().collect();
        if options.is_empty() {
            return Ok(());
        }
        let left_out: HashSet<&str> =
            left_out.iter().map(|which| options[which.index(options.len())]).collect();
        let holds = |condition: &Condition| holds(condition, &left_out);
        let mut build = release.schema.clone();
        retain_built(&mut build, &holds);
        let build = introspect::write_reply(&Interface::from_schema(&build), build.version);
        let verification = verify(release, &build);
        prop_assert!(verification.contradictions.is_empty(), "{:#?}", verification.contradictions);
        prop_assert!(verification.extra.is_empty(), "{:#?}", verification.extra);
        for absent in &verification.absent {
            let AbsenceReason::Conditions(conditions) = &absent.reason else {
                return Err(TestCaseError::fail(format!("{absent:?}")));
            };
            prop_assert!(!conditions.iter().all(holds), "{absent:?}");
        }
    }
}

/// The options that the conditions of a schema name.
fn options(schema: &Schema) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let commands = schema.commands.iter().map(|command| &command.meta);
    let mut metas: Vec<&EntityMeta> = commands.collect();
    metas.extend(schema.events.iter().map(|event| &event.meta));
    for ty in &schema.types {
        match &ty.kind {
            TypeKind::Enum(own) => metas.extend(&own.values),
            TypeKind::Struct(own) => metas.extend(own.members.iter().map(|member| &member.meta)),
            TypeKind::Union(own) => metas.extend(own.members.iter().map(|member| &member.meta)),
            TypeKind::Alternate(_) => {}
        }
    }
    for condition in metas.into_iter().flat_map(|meta| &meta.condition) {
        names(condition, &mut found);
    }
    found
}

/// Removes what a build lacks in which these conditions hold.
fn retain_built(schema: &mut Schema, holds: &dyn Fn(&Condition) -> bool) {
    let is_built = |meta: &EntityMeta| meta.condition.as_ref().is_none_or(holds);
    let retain_features = |meta: &mut EntityMeta| {
        meta.features
            .retain(|feature| feature.condition.as_ref().is_none_or(holds));
    };
    let retain_members = |members: &mut Vec<Member>| {
        members.retain(|member| is_built(&member.meta));
        members
            .iter_mut()
            .for_each(|member| retain_features(&mut member.meta));
    };
    let retain_data = |data: &mut OperationData| {
        if let OperationData::Members(members) = data {
            retain_members(members);
        }
    };
    // A branch needs the value of the discriminator.
    let values = |kind: &TypeKind| match kind {
        TypeKind::Enum(own) => own.values.clone(),
        _ => Vec::new(),
    };
    let values: Vec<Vec<EntityMeta>> = schema.types.iter().map(|ty| values(&ty.kind)).collect();
    for ty in &mut schema.types {
        retain_features(&mut ty.meta);
        match &mut ty.kind {
            TypeKind::Enum(own) => {
                own.values.retain(is_built);
                own.values.iter_mut().for_each(retain_features);
            }
            TypeKind::Struct(own) => retain_members(&mut own.members),
            TypeKind::Union(own) => {
                retain_members(&mut own.members);
                let values = own.discriminator_enum.map(|id| &values[id.index()]);
                own.branches.retain(|branch| {
                    let mut values = values.into_iter().flatten();
                    let value = values.find(|value| value.name == branch.meta.name);
                    is_built(&branch.meta) && value.is_none_or(is_built)
                });
            }
            TypeKind::Alternate(own) => own.branches.retain(|branch| is_built(&branch.meta)),
        }
    }
    schema.commands.retain(|command| is_built(&command.meta));
    for command in &mut schema.commands {
        retain_features(&mut command.meta);
        retain_data(&mut command.data);
    }
    schema.events.retain(|event| is_built(&event.meta));
    for event in &mut schema.events {
        retain_features(&mut event.meta);
        retain_data(&mut event.data);
    }
}

fn names<'c>(condition: &'c Condition, found: &mut BTreeSet<&'c str>) {
    match condition {
        Condition::Defined(name) => _ = found.insert(name),
        Condition::All(all) | Condition::Any(all) => all.iter().for_each(|one| names(one, found)),
        Condition::Not(one) => names(one, found),
        Condition::Expression(_) => {}
    }
}

fn holds(condition: &Condition, left_out: &HashSet<&str>) -> bool {
    match condition {
        Condition::Defined(name) => !left_out.contains(name.as_str()),
        Condition::All(all) => all.iter().all(|one| holds(one, left_out)),
        Condition::Any(any) => any.iter().any(|one| holds(one, left_out)),
        Condition::Not(one) => !holds(one, left_out),
        Condition::Expression(_) => true,
    }
}
