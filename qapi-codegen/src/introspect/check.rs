//! What must hold of a reply as a whole for it to mean anything.

use std::collections::{HashMap, HashSet};

use super::fields::quoted;
use super::info::{Interface, Item, Kind, Object, TypeId};
use super::read::Problem;

/// Everything that is wrong with an interface whose parts can be read.
pub fn check(interface: &Interface) -> Vec<Problem> {
    let mut problems = duplicates(interface);
    problems.extend(interface.types.iter().flat_map(|ty| repeated(&ty.kind)));
    problems.extend(arrays(interface));
    problems.extend(tags(interface));
    problems.extend(objects(interface));
    problems
}

/// Two things of one kind cannot have one name.
fn duplicates(interface: &Interface) -> Vec<Problem> {
    let item = |kind: &'static str, item: &'_ Item| (kind, item.name.clone(), item.place.clone());
    let commands = interface
        .commands
        .iter()
        .map(|command| item("command", &command.item));
    let events = interface
        .events
        .iter()
        .map(|event| item("event", &event.item));
    let types = interface
        .types
        .iter()
        .map(|ty| ("type", ty.name.clone(), ty.place.clone()));
    let mut first: HashMap<(&str, String), String> = HashMap::new();
    let mut problems = Vec::new();
    for (kind, name, place) in commands.chain(events).chain(types) {
        let message = format!("{kind} {} is told already", quoted(&name));
        match first.get(&(kind, name.clone())) {
            Some(other) => problems.push(Problem::new(place, format!("{message}, at {other}"))),
            None => _ = first.insert((kind, name), place),
        }
    }
    problems
}

/// The members, values or branches of one type differ in name; branches of an
/// alternate in the JSON type by which they are told.
fn repeated(kind: &Kind) -> Vec<Problem> {
    let lists: [Vec<&Item>; 2] = match kind {
        Kind::Builtin(_) | Kind::Array(_) => return Vec::new(),
        Kind::Enum(values) => [values.iter().collect(), Vec::new()],
        Kind::Alternate(branches) => [
            branches.iter().map(|branch| &branch.item).collect(),
            Vec::new(),
        ],
        Kind::Object(object) => {
            let cases = object.variants.iter().flat_map(|variants| &variants.cases);
            [
                object.members.iter().map(|member| &member.item).collect(),
                cases.map(|case| &case.item).collect(),
            ]
        }
    };
    lists.into_iter().flat_map(repeated_in).collect()
}

fn repeated_in(items: Vec<&Item>) -> Vec<Problem> {
    let mut seen = HashSet::new();
    let again = items
        .into_iter()
        .filter(|item| !seen.insert(item.name.as_str()));
    again
        .map(|item| {
            let message = format!("there is a {} before it", quoted(&item.name));
            Problem::new(item.place.clone(), message)
        })
        .collect()
}

fn arrays(interface: &Interface) -> impl Iterator<Item = Problem> {
    interface.types.iter().filter_map(|ty| {
        let Kind::Array(element) = ty.kind else {
            return None;
        };
        let Kind::Array(_) = interface.get(element).kind else {
            return None;
        };
        let message = "an array of arrays, which the language does not have";
        Some(Problem::new(format!("{}.element-type", ty.place), message))
    })
}

/// The branch is told by a member whose type lists the branches.
fn tags(interface: &Interface) -> impl Iterator<Item = Problem> {
    interface.types.iter().filter_map(|ty| {
        let Kind::Object(object) = &ty.kind else {
            return None;
        };
        let tag = &object.variants.as_ref()?.tag;
        if interface.values(object, tag).is_some() {
            return None;
        }
        let message = format!(
            "expected the name of a member of an enum type, not {}",
            quoted(tag)
        );
        Some(Problem::new(format!("{}.tag", ty.place), message))
    })
}

/// Arguments, data and branches are objects.
fn objects(interface: &Interface) -> impl Iterator<Item = Problem> {
    let is_object = |id: TypeId| matches!(interface.get(id).kind, Kind::Object(_));
    let arguments = interface
        .commands
        .iter()
        .map(|c| (&c.item, "arg-type", c.arguments));
    let data = interface
        .events
        .iter()
        .map(|e| (&e.item, "arg-type", e.data));
    let cases = interface.types.iter().flat_map(|ty| match &ty.kind {
        Kind::Object(Object {
            variants: Some(variants),
            ..
        }) => &variants.cases[..],
        _ => &[],
    });
    let branches = cases.map(|case| (&case.item, "type", case.ty));
    let wrong = arguments
        .chain(data)
        .chain(branches)
        .filter(move |(.., id)| !is_object(*id));
    wrong.map(|(item, key, _)| {
        Problem::new(
            format!("{}.{key}", item.place),
            "expected the name of an object type",
        )
    })
}
