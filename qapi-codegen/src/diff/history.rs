//! The history of one command, event or type over all releases.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::compare::{Comparison, compare, compare_types};
use super::finding::{Finding, findings};
use super::merge::merge_branches;
use super::policy::matches;
use super::report::message;
use super::rules::Compatibility;
use crate::schema::Schema;
use crate::version::Series;
use crate::wire::{Interface, render_path};

/// The history of a command, event or type.
#[derive(Debug, Clone, serde::Serialize)]
pub struct History<'s> {
    /// The name.
    pub name: &'s str,
    /// `command`, `event` or `type`.
    #[serde(rename = "sort")]
    pub kind: &'static str,
    /// The series that have it.
    pub series: Vec<Series>,
    /// All series.
    pub known: Vec<Series>,
    /// The changes, the oldest first.
    #[serde(rename = "steps")]
    pub entries: Vec<HistoryEntry<'s>>,
}

/// The changes of one series.
#[derive(Debug, Clone, serde::Serialize)]
pub struct HistoryEntry<'s> {
    /// The series.
    pub series: Series,
    /// The series before it.
    pub after: Series,
    /// The changes.
    pub changes: Vec<HistoryChange<'s>>,
}

/// One change in a history.
#[derive(Debug, Clone)]
pub enum HistoryChange<'s> {
    /// The wire interface changed.
    Found(Box<Finding<'s>>),
    /// The type is new.
    TypeAdded,
    /// The type was removed.
    TypeRemoved,
}

impl HistoryChange<'_> {
    fn rule(&self) -> &'static str {
        match self {
            HistoryChange::Found(finding) => finding.rule.id.as_str(),
            HistoryChange::TypeAdded => "type-added",
            HistoryChange::TypeRemoved => "type-removed",
        }
    }

    /// The effect on an old client.
    pub fn compatibility(&self) -> Compatibility {
        match self {
            HistoryChange::Found(finding) => finding.compatibility,
            _ => Compatibility::Compatible,
        }
    }

    fn path(&self) -> String {
        match self {
            HistoryChange::Found(finding) => render_path(finding.path()),
            _ => String::new(),
        }
    }

    /// The change in words.
    pub fn message(&self) -> String {
        match self {
            HistoryChange::Found(finding) => {
                let also = own_other_paths(finding);
                match also.is_empty() {
                    true => message(finding),
                    false => format!("{}; also at `{}`", message(finding), also.join("`, `")),
                }
            }
            HistoryChange::TypeAdded => "type added".to_owned(),
            HistoryChange::TypeRemoved => "type removed".to_owned(),
        }
    }
}

impl Serialize for HistoryChange<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut change = serializer.serialize_struct("HistoryChange", 4)?;
        change.serialize_field("rule", self.rule())?;
        change.serialize_field("severity", &self.compatibility())?;
        change.serialize_field("path", &self.path())?;
        change.serialize_field("message", &self.message())?;
        change.end()
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
pub fn history<'s>(schemas: &[&'s Schema], name: &'s str) -> Option<History<'s>> {
    let series = |schema: &&Schema| schema.version.series();
    let kinds = schemas.iter().map(|schema| kind_in(schema, name));
    let kind = kinds.clone().flatten().next()?;
    let holders = schemas.iter().zip(kinds).filter(|(_, kind)| kind.is_some());
    let interfaces: Vec<Interface<'s>> = schemas
        .iter()
        .map(|schema| Interface::from_schema(schema))
        .collect();
    let pairs = interfaces.windows(2).zip(schemas.windows(2));
    let entries = pairs.map(|(interfaces, schemas)| HistoryEntry {
        series: series(&schemas[1]),
        after: series(&schemas[0]),
        changes: match kind {
            "type" => type_changes(interfaces, schemas, name),
            _ => changes(&compare(&interfaces[0], &interfaces[1]), name),
        },
    });
    Some(History {
        name,
        kind,
        series: holders.map(|(schema, _)| series(schema)).collect(),
        known: schemas.iter().map(series).collect(),
        entries: entries.filter(|entry| !entry.changes.is_empty()).collect(),
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

/// The changes of a command or event, the worst first.
fn changes<'s>(comparison: &Comparison<'s>, name: &str) -> Vec<HistoryChange<'s>> {
    let is_name = |own: &str| own == name;
    let concerns = |finding: &Finding<'_>| {
        let new_name = finding.change.new.as_ref().map(|new| new.names() == [name]);
        finding.occurs_in(is_name) || (finding.path().is_empty() && new_name == Some(true))
    };
    let mut own = findings(comparison);
    own.retain(concerns);
    let mut own = merge_branches(own);
    own.iter_mut()
        .for_each(|finding| finding.lead_with(is_name));
    own.sort_by_cached_key(|finding| {
        let effect = Reverse(finding.compatibility);
        (effect, render_path(finding.path()))
    });
    let own = own.into_iter();
    own.map(|finding| HistoryChange::Found(Box::new(finding)))
        .collect()
}

/// The changes of a type, as if a command accepted it.
fn type_changes<'s>(
    interfaces: &[Interface<'s>],
    schemas: &[&'s Schema],
    name: &'s str,
) -> Vec<HistoryChange<'s>> {
    let shape = |index: usize| {
        let id = schemas[index].find_type(name)?;
        Some(interfaces[index].shape_of_type(id))
    };
    match (shape(0), shape(1)) {
        (Some(old), Some(new)) => {
            let [left, right] = [&interfaces[0], &interfaces[1]];
            changes(&compare_types(left, right, name, (old, new)), name)
        }
        (None, Some(_)) => vec![HistoryChange::TypeAdded],
        (Some(_), None) => vec![HistoryChange::TypeRemoved],
        (None, None) => Vec::new(),
    }
}
