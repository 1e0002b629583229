//! Whatever is changed in what a QEMU tells is found, and at the right path;
//! whatever a build leaves out is explained.

mod common;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use common::stated;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use qapi_codegen::introspect::{
    self, Direction, Interface, Part, Place, Reason, Releases, Verdict, compare, describe,
    describe_build, judge,
};
use qapi_codegen::schema::{Condition, Schema};
use serde_json::Value;

/// One series for each form that replies have had.
const SERIES: [&str; 6] = ["2.5", "2.11", "2.12", "5.2", "7.2", "10.0"];

/// What a series states, and what a build with everything in it would reply.
struct Release {
    schema: Schema,
    interface: Interface,
    reply: Value,
}

static RELEASES: LazyLock<HashMap<&str, Release>> = LazyLock::new(|| {
    let release = |series| {
        let schema = stated(series);
        let interface = describe(&schema);
        let reply = introspect::reply(&interface, schema.version);
        (
            series,
            Release {
                schema,
                interface,
                reply,
            },
        )
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
    /// The arrays whose elements it changes, by the key of the array.
    fn key(self) -> &'static str {
        match self {
            Change::RenameMember | Change::MakeOptional => "members",
            Change::DropValue => "values",
            Change::DropBranch => "variants",
        }
    }

    fn part(self) -> Part {
        match self {
            Change::RenameMember => Part::Member,
            Change::MakeOptional => Part::Presence,
            Change::DropValue => Part::Value,
            Change::DropBranch => Part::Branch,
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

/// Where a change can be planted: the entry, and the element in it.
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

fn verdict(release: &Release, reply: &Value) -> Verdict {
    let told = introspect::read(reply.to_string().as_bytes())
        .expect("it is a reply")
        .interface;
    let comparison = compare(&release.interface, &told);
    judge(
        comparison,
        Releases {
            schema: release.schema.version,
            qemu: None,
        },
    )
}

/// Follows a path through a reply without the code that made it: gives the name
/// of the type that it leads to, and the last step.
fn follow<'p>(reply: &Value, place: &'p Place) -> (String, &'p str) {
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
            // A value is the last step, and may hold what begins others.
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

/// The name that a last step tells.
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
        let verdict = verdict(release, &planted);
        let is_it = |place: &Place, part: Part| {
            let is_part = part == change.part();
            is_part && {
                let (ty, step) = follow(&release.reply, place);
                (ty.as_str(), name_of_step(step)) == expected
            }
        };
        let contradicts = verdict.contradictions.iter().any(|found| {
            is_it(&found.difference.place, found.difference.part)
        });
        // What depends on an option that nothing else tells of may be absent.
        let absent = verdict.absent.iter().any(|found| {
            is_it(&found.difference.place, found.difference.part)
                && found.reason != Reason::Conditions(Vec::new())
        });
        prop_assert!(contradicts || absent, "{expected:?} is not among {verdict:#?}");
    }

    #[test]
    fn what_a_build_left_out_is_explained(
        series in select(&SERIES[2..]),
        left_out in proptest::collection::vec(any::<Index>(), 0..12),
    ) {
        let release = &RELEASES[series];
        let options: Vec<&str> = options(&release.interface).into_iter().collect();
        if options.is_empty() {
            return Ok(());
        }
        let left_out: HashSet<&str> =
            left_out.iter().map(|which| options[which.index(options.len())]).collect();
        let holds = |condition: &Condition| holds(condition, &left_out);
        let build = describe_build(&release.schema, &holds);
        let verdict = verdict(release, &introspect::reply(&build, release.schema.version));
        prop_assert!(verdict.contradictions.is_empty(), "{:#?}", verdict.contradictions);
        prop_assert!(verdict.extra.is_empty(), "{:#?}", verdict.extra);
        for absent in &verdict.absent {
            let Reason::Conditions(conditions) = &absent.reason else {
                return Err(TestCaseError::fail(format!("{absent:?}")));
            };
            prop_assert!(!conditions.iter().all(holds), "{absent:?}");
        }
    }
}

/// The options that the conditions of an interface name.
fn options(interface: &Interface) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let commands = interface.commands.iter().map(|command| &command.item);
    let items = commands.chain(interface.events.iter().map(|event| &event.item));
    for condition in items.flat_map(|item| &item.conditions) {
        names(condition, &mut found);
    }
    for ty in &interface.types {
        let items: Vec<&introspect::Item> = match &ty.kind {
            introspect::Kind::Enum(values) => values.iter().collect(),
            introspect::Kind::Object(object) => object.members.iter().map(|m| &m.item).collect(),
            _ => Vec::new(),
        };
        items
            .iter()
            .flat_map(|item| &item.conditions)
            .for_each(|found_in| names(found_in, &mut found));
    }
    found
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
