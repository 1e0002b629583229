//! What happened to one command, event or type from release to release.

use std::collections::BTreeSet;

use serde::Serialize;

use super::compare::{Comparison, compare};
use super::finding::{Finding, raw};
use super::merge::merged;
use super::policy::matches;
use crate::schema::Schema;
use crate::version::Series;
use crate::wire::Interface;

/// The history of a name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct History {
    /// The name.
    pub name: String,
    /// `command`, `event` or `type`.
    pub sort: &'static str,
    /// The series that have it.
    pub series: Vec<Series>,
    /// The series that were looked at.
    pub known: Vec<Series>,
    /// What happened, the oldest first.
    pub steps: Vec<Step>,
}

/// What happened in one series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// The series.
    pub series: Series,
    /// The series before it.
    pub after: Series,
    /// What happened.
    pub changes: Vec<Change>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The rule about it.
    pub rule: String,
    /// What it does to an old client.
    pub severity: super::rules::Severity,
    /// Where it is.
    pub path: String,
    /// What it is, in a sentence.
    pub message: String,
}

/// The history of a name over releases, the oldest first; nothing where none
/// has it.
pub fn history<'s>(schemas: &[&'s Schema], name: &'s str) -> Option<History> {
    let shapes: Vec<Interface<'_>> = schemas
        .iter()
        .map(|schema| Interface::from_schema(schema))
        .collect();
    let has = |schema: &&&Schema| sort_in(schema, name).is_some();
    let holders: Vec<&&Schema> = schemas.iter().filter(has).collect();
    let sort = sort_in(holders.first()?, name)?;
    let known: Vec<Series> = schemas
        .iter()
        .map(|schema| schema.version.series())
        .collect();
    let pairs = shapes.windows(2).zip(schemas.windows(2));
    let steps = pairs.filter_map(|(shapes, schemas)| {
        let changes = match sort {
            "type" => type_changes(schemas, name),
            _ => changes(&compare(&shapes[0], &shapes[1]), name),
        };
        let step = |changes| Step {
            series: shapes[1].version.series(),
            after: shapes[0].version.series(),
            changes,
        };
        Some(changes)
            .filter(|changes| !changes.is_empty())
            .map(step)
    });
    Some(History {
        name: name.to_owned(),
        sort,
        series: holders
            .iter()
            .map(|schema| schema.version.series())
            .collect(),
        known,
        steps: steps.collect(),
    })
}

/// Names of releases that are much like a name that none has.
pub fn similar(schemas: &[&Schema], name: &str) -> Vec<String> {
    let all = schemas.iter().flat_map(|schema| names(schema));
    let folded = name.to_ascii_lowercase().replace('_', "-");
    let pattern = format!("*{folded}*");
    let alike = |own: &&str| matches(&pattern, &own.to_ascii_lowercase().replace('_', "-"));
    all.filter(alike)
        .map(str::to_owned)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .take(8)
        .collect()
}

fn names(schema: &Schema) -> impl Iterator<Item = &str> {
    let commands = schema.commands.iter().map(|command| &*command.meta.name);
    let events = schema.events.iter().map(|event| &*event.meta.name);
    let types = schema.types.iter().map(|def| &*def.meta.name);
    commands.chain(events).chain(types)
}

fn sort_in(schema: &Schema, name: &str) -> Option<&'static str> {
    match () {
        () if schema.command(name).is_some() => Some("command"),
        () if schema.event(name).is_some() => Some("event"),
        () => schema.find_type(name).map(|_| "type"),
    }
}

fn changes(comparison: &Comparison<'_>, name: &str) -> Vec<Change> {
    let told = raw(comparison).into_iter().map(|raw| raw.told(comparison));
    let about = told.filter(|finding| {
        finding.targets.iter().any(|target| target == name)
            || (finding.path.is_empty() && finding.new.as_deref() == Some(name))
    });
    let merged = merged(about.collect());
    let mut changes: Vec<Change> = merged
        .into_iter()
        .map(|finding| change(finding, name))
        .collect();
    changes.sort_by(|left, right| (right.severity, &left.path).cmp(&(left.severity, &right.path)));
    changes
}

fn change(finding: Finding, name: &str) -> Change {
    let own = format!("{name}: ");
    let place = match finding.target == name {
        true => None,
        false => finding
            .also
            .iter()
            .find_map(|place| place.strip_prefix(&own)),
    };
    let message = match place {
        Some(place) => finding
            .message
            .replace(&format!("`{}`", finding.path), &format!("`{place}`")),
        None => finding.message.clone(),
    };
    let more = finding
        .also
        .iter()
        .filter(|place| !place.contains(": "))
        .count();
    let message = match more {
        0 => message,
        _ => format!("{message} Also at `{}`.", finding.also[..more].join("`, `")),
    };
    Change {
        rule: finding.rule,
        severity: finding.severity,
        path: place.map_or(finding.path, str::to_owned),
        message,
    }
}

/// What happened to a type, seen as if a command took it: only its wire.
fn type_changes<'s>(schemas: &[&'s Schema], name: &'s str) -> Vec<Change> {
    let (old, new) = (
        Interface::from_schema(schemas[0]),
        Interface::from_schema(schemas[1]),
    );
    let shapes = [&old, &new];
    let node = |index: usize| Some(shapes[index].shape_of_type(schemas[index].find_type(name)?));
    match (node(0), node(1)) {
        (Some(old), Some(new)) => {
            let comparison = super::compare::compare_types(shapes[0], shapes[1], name, (old, new));
            changes(&comparison, name)
        }
        (None, Some(_)) => vec![whole("type-added", "The type is new.")],
        (Some(_), None) => vec![whole(
            "type-removed",
            "There is no type of this name any more.",
        )],
        (None, None) => Vec::new(),
    }
}

fn whole(rule: &str, message: &str) -> Change {
    Change {
        rule: rule.to_owned(),
        severity: super::rules::Severity::Compatible,
        path: String::new(),
        message: message.to_owned(),
    }
}
