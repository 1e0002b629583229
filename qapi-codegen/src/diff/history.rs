//! The history of one name over all releases.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::advice::find_answer;
use super::change::ChangeKind;
use super::compare::{ChangeGraph, compare, compare_types};
use super::finding::{Finding, findings};
use super::merge::merge_branches;
use super::policy::matches;
use super::report::{advice, deprecated_since, message};
use super::rules::Compatibility;
use crate::analyse::directions::{TypeDirections, type_directions};
use crate::knowledge::{BehaviourChange, Knowledge};
use crate::parallel;
use crate::schema::Schema;
use crate::version::Series;
use crate::wire::{Direction, Interface, ShapeId, render_path};

/// The history of a command, event, type, device, option, machine type or CPU model.
#[derive(Debug, Clone, Serialize)]
pub struct History<'s> {
    /// The name.
    pub name: &'s str,
    /// `command`, `event`, `type`, `device`, `QOM type`, `option`, `machine type` or
    /// `CPU model`.
    #[serde(rename = "sort")]
    pub kind: &'static str,
    /// The series that have it.
    pub series: Vec<Series>,
    /// All series.
    pub known: Vec<Series>,
    /// The series of which a build of a target has it, by target.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub targets: BTreeMap<&'s str, BTreeSet<Series>>,
    /// The changes, the oldest first.
    #[serde(rename = "steps")]
    pub entries: Vec<HistoryEntry>,
}

/// The changes of one series.
#[derive(Debug, Clone, Serialize)]
pub struct HistoryEntry {
    /// The series.
    pub series: Series,
    /// The series before it.
    pub after: Series,
    /// The changes.
    pub changes: Vec<HistoryChange>,
}

/// One change in a history.
#[derive(Debug, Clone, Serialize)]
pub struct HistoryChange {
    /// The id of the rule; `type-added` or `type-removed` for the type itself.
    pub rule: String,
    /// The effect on an old client.
    #[serde(rename = "severity")]
    pub compatibility: Compatibility,
    /// The path.
    pub path: String,
    /// The change in words.
    pub message: String,
    /// What to do about an incompatible change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// The direction, for a type whose values are sent and received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
}

impl HistoryChange {
    pub(super) fn from_finding(finding: &Finding<'_>) -> Self {
        let also = own_other_paths(finding);
        let is_incompatible = finding.compatibility > Compatibility::Compatible;
        HistoryChange {
            direction: None,
            advice: advice(finding).filter(|_| is_incompatible || finding.answer.is_some()),
            rule: finding.rule.id.as_str().to_owned(),
            compatibility: finding.compatibility,
            path: render_path(finding.path()),
            message: match also.is_empty() {
                true => message(finding),
                false => format!("{}; also at `{}`", message(finding), also.join("`, `")),
            },
        }
    }

    fn of_type(rule: &'static str, message: &str) -> Self {
        HistoryChange {
            rule: rule.to_owned(),
            compatibility: Compatibility::Compatible,
            path: String::new(),
            message: message.to_owned(),
            advice: None,
            direction: None,
        }
    }

    fn of_behaviour(change: &BehaviourChange) -> Self {
        HistoryChange {
            rule: change.id.clone(),
            compatibility: change.effect.into(),
            path: String::new(),
            message: change.summary.trim().to_owned(),
            advice: change.advice.as_deref().map(|own| own.trim().to_owned()),
            direction: None,
        }
    }
}

/// The further paths of a finding in its own command or event.
fn own_other_paths(finding: &Finding<'_>) -> Vec<String> {
    let own = finding.occurrences.iter();
    let own = own.filter(|occurrence| occurrence.operation.name() == finding.target());
    let paths: BTreeSet<String> = own
        .map(|occurrence| render_path(finding.path_of(occurrence)))
        .collect();
    let first = render_path(finding.path());
    paths.into_iter().filter(|path| *path != first).collect()
}

/// The history of a name over releases, given from the oldest to the newest.
/// Returns `None` if no release has the name.
pub fn history<'s>(
    schemas: &[&'s Schema],
    name: &'s str,
    knowledge: &'s Knowledge,
) -> Option<History<'s>> {
    let series = |schema: &&Schema| schema.version.series();
    let kinds = schemas.iter().map(|schema| kind_in(schema, name));
    let kind = kinds.clone().flatten().next()?;
    let holders = schemas.iter().zip(kinds).filter(|(_, kind)| kind.is_some());
    let interfaces = parallel::map(schemas, |schema| Interface::from_schema(schema));
    let ends: Vec<usize> = (1..schemas.len()).collect();
    let entries = parallel::map(&ends, |&end| {
        let (interfaces, pair) = (&interfaces[..=end], &schemas[end - 1..=end]);
        HistoryEntry {
            series: series(&pair[1]),
            after: series(&pair[0]),
            changes: match kind {
                "type" => type_changes(&interfaces[end - 1..], pair, name, knowledge),
                _ => operation_changes(interfaces, name, knowledge),
            },
        }
    });
    Some(History {
        name,
        kind,
        series: holders.map(|(schema, _)| series(schema)).collect(),
        known: schemas.iter().map(series).collect(),
        targets: BTreeMap::new(),
        entries: entries
            .into_iter()
            .filter(|entry| !entry.changes.is_empty())
            .collect(),
    })
}

/// The names in releases that are similar to a name.
pub fn similar_names(schemas: &[&Schema], name: &str) -> Vec<String> {
    let fold = |name: &str| name.to_ascii_lowercase().replace('_', "-");
    let pattern = format!("*{}*", fold(name));
    let all = schemas.iter().flat_map(|schema| names(schema));
    let similar: BTreeSet<&str> = all.filter(|own| matches(&pattern, &fold(own))).collect();
    similar.into_iter().take(8).map(str::to_owned).collect()
}

fn names(schema: &Schema) -> impl Iterator<Item = &str> {
    let commands = schema.commands.iter().map(|command| &*command.meta.name);
    let events = schema.events.iter().map(|event| &*event.meta.name);
    let types = schema.types.iter().map(|definition| &*definition.meta.name);
    commands.chain(events).chain(types)
}

fn kind_in(schema: &Schema, name: &str) -> Option<&'static str> {
    match () {
        () if schema.command(name).is_some() => Some("command"),
        () if schema.event(name).is_some() => Some("event"),
        () => schema.find_type(name).map(|_| "type"),
    }
}

/// The changes of a command or event and of its behaviour in the last of some
/// releases.
fn operation_changes<'s>(
    interfaces: &[Interface<'s>],
    name: &str,
    knowledge: &'s Knowledge,
) -> Vec<HistoryChange> {
    let [earlier @ .., old, new] = interfaces else {
        return Vec::new();
    };
    let comparison = compare(old, new);
    let mut own = found_changes(&comparison, name, knowledge, [old, new]);
    for finding in &mut own {
        if finding.change.kind == ChangeKind::CommandRemovedAfterDeprecation {
            let first = || first_deprecating(earlier, old, finding.target());
            finding.deprecated_since = finding.deprecated_since.or_else(first);
        }
    }
    let mut all: Vec<_> = own.iter().map(HistoryChange::from_finding).collect();
    let (from, to) = (old.version.series(), new.version.series());
    let notes = knowledge.behaviour.changes_between(from, to);
    let concerned = notes.filter(|own| {
        let mut names = own.commands.iter().chain(&own.events);
        names.any(|own| own == name)
    });
    all.extend(concerned.map(HistoryChange::of_behaviour));
    all
}

/// The first of the releases up to an old one that all deprecate a command.
fn first_deprecating(
    earlier: &[Interface<'_>],
    old: &Interface<'_>,
    command: &str,
) -> Option<Series> {
    let is_deprecated = |interface: &&Interface<'_>| {
        let command = interface.commands.get(command);
        command.is_some_and(|own| {
            own.meta.facts.deprecated.is_some() || own.meta.has_feature("deprecated")
        })
    };
    let upwards = [old].into_iter().chain(earlier.iter().rev());
    let first = upwards.take_while(is_deprecated).last()?;
    Some(first.version.series())
}

/// The changes of a type, the worst first.
fn changes<'s>(
    comparison: &ChangeGraph<'s>,
    name: &str,
    knowledge: &'s Knowledge,
    sides: [&Interface<'s>; 2],
) -> Vec<HistoryChange> {
    let found = found_changes(comparison, name, knowledge, sides);
    found.iter().map(HistoryChange::from_finding).collect()
}

/// The findings about a command, event or type, the worst first.
fn found_changes<'s>(
    comparison: &ChangeGraph<'s>,
    name: &str,
    knowledge: &'s Knowledge,
    [old, new]: [&Interface<'s>; 2],
) -> Vec<Finding<'s>> {
    let is_name = |own: &str| own == name;
    let concerns = |finding: &Finding<'_>| {
        let new_name = finding.change.new.as_ref().map(|new| new.names() == [name]);
        finding.occurs_in(is_name) || (finding.path().is_empty() && new_name == Some(true))
    };
    let series = (old.version.series(), new.version.series());
    let mut own = findings(comparison);
    own.retain(concerns);
    let mut own = merge_branches(own);
    for finding in &mut own {
        finding.lead_with(is_name);
        finding.answer = find_answer(&knowledge.migrations, finding, series);
        finding.deprecated_since = deprecated_since(finding, old, &knowledge.migrations);
    }
    own.sort_by_cached_key(|finding| {
        let effect = Reverse(finding.compatibility);
        (effect, render_path(finding.path()))
    });
    own
}

/// The changes of a type, as if a command accepted or returned it.
fn type_changes<'s>(
    interfaces: &[Interface<'s>],
    schemas: &[&'s Schema],
    name: &'s str,
    knowledge: &'s Knowledge,
) -> Vec<HistoryChange> {
    let shape = |index: usize| {
        let id = schemas[index].find_type(name)?;
        Some(interfaces[index].shape_of_type(id))
    };
    match (shape(0), shape(1)) {
        (Some(old), Some(new)) => {
            let [left, right] = [&interfaces[0], &interfaces[1]];
            let directions = directions_of(left, old).or(directions_of(right, new));
            let in_direction = |direction| {
                let graph = compare_types(left, right, (name, direction), (old, new));
                changes(&graph, name, knowledge, [left, right])
            };
            match (directions.sent, directions.received) {
                (true, true) => both_ways(in_direction),
                (false, true) => in_direction(Direction::Reply),
                _ => in_direction(Direction::Request),
            }
        }
        (None, Some(_)) => vec![HistoryChange::of_type("type-added", "type added")],
        (Some(_), None) => vec![HistoryChange::of_type("type-removed", "type removed")],
        (None, None) => Vec::new(),
    }
}

/// The changes of a type whose values are sent and received, each with its
/// direction.
fn both_ways(in_direction: impl Fn(Direction) -> Vec<HistoryChange>) -> Vec<HistoryChange> {
    let labelled = [Direction::Request, Direction::Reply].map(|direction| {
        let mut changes = in_direction(direction);
        for change in &mut changes {
            change.direction = Some(direction);
        }
        changes
    });
    labelled.concat()
}

fn directions_of(interface: &Interface<'_>, id: ShapeId) -> TypeDirections {
    type_directions(interface)[id.index()]
}
