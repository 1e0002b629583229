//! What no schema says, and what is deprecated, as a report tells it.

use serde::Serialize;

use super::advice;
use super::finding::Finding;
use crate::behaviour::{Behaviour, Change, Effect};
use crate::version::Series;
use crate::wire::{Direction, Interface};

/// A change that no schema shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Note {
    /// Its name.
    pub id: String,
    /// In which series it happened.
    pub since: Vec<Series>,
    /// What it does to a program that was right before.
    pub effect: Effect,
    /// The commands that it is about.
    pub commands: Vec<String>,
    /// The events that it is about.
    pub events: Vec<String>,
    /// What is otherwise.
    pub what: String,
    /// What to do about it.
    pub todo: Option<String>,
    /// Whether it is on the way back to a release without it.
    pub undone: bool,
}

impl Note {
    /// Whether it is about the protocol and no command or event in particular.
    pub fn is_general(&self) -> bool {
        self.commands.is_empty() && self.events.is_empty()
    }

    /// Whether it is about this command or event.
    pub fn is_about(&self, name: &str) -> bool {
        self.commands
            .iter()
            .chain(&self.events)
            .any(|own| own == name)
    }
}

/// Something that is deprecated now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deprecated {
    /// The command or event.
    pub target: String,
    /// The path inside it; empty for all of it.
    pub path: String,
    /// The series in which it was deprecated.
    pub since: Option<Series>,
    /// Whether a feature flag says so; else only the documentation does.
    pub flagged: bool,
    /// What is said of it.
    pub message: String,
    /// What to do instead.
    pub todo: Option<String>,
}

/// The changes between two releases, whichever is the older.
pub fn behaviour(behaviour: &Behaviour, old: &Interface<'_>, new: &Interface<'_>) -> Vec<Note> {
    let (from, to) = (old.version.series(), new.version.series());
    let undone = to < from;
    let (low, high) = if undone { (to, from) } else { (from, to) };
    let known = |name: &str| {
        let on =
            |shapes: &Interface<'_>| shapes.commands.contains(name) || shapes.events.contains(name);
        on(old) || on(new)
    };
    let note = |change: &Change| Note {
        id: change.id.clone(),
        since: change.steps_between(low, high).collect(),
        effect: change.effect,
        commands: change
            .commands
            .iter()
            .filter(|name| known(name))
            .cloned()
            .collect(),
        events: change
            .events
            .iter()
            .filter(|name| known(name))
            .cloned()
            .collect(),
        what: change.what.clone(),
        todo: change.todo.clone(),
        undone,
    };
    let told = behaviour.between(low, high);
    let told = told.filter(|change| {
        change.is_general()
            || change
                .commands
                .iter()
                .chain(&change.events)
                .any(|name| known(name))
    });
    told.map(note).collect()
}

/// The changes that a client of the old release meets in the new one.
pub fn between(behaviour: &Behaviour, old: &Interface<'_>, new: &Interface<'_>) -> Behaviour {
    let met = behaviour.between(old.version.series(), new.version.series());
    Behaviour {
        changes: met.cloned().collect(),
        deprecations: Vec::new(),
    }
}

/// What to do instead of what a finding says is gone or deprecated.
pub fn instead<'b>(behaviour: &'b Behaviour, finding: &Finding) -> Option<&'b str> {
    let removed = finding.rule.starts_with("command-removed")
        || finding.rule == "request-member-removed"
        || finding.rule.ends_with("deprecated-added");
    if finding.direction != Direction::Request || !removed {
        return None;
    }
    let about = behaviour.deprecations.iter().find(|entry| {
        entry.target == finding.target && entry.member.as_deref().unwrap_or("") == finding.path
    });
    let known = about.map(|entry| &*entry.todo);
    known.or_else(|| advice::of(&finding.target, &finding.path))
}

/// What is deprecated in the new release and was not in the old one: by the
/// schema, and by what is known beside it.
pub fn deprecations(
    behaviour: &Behaviour,
    findings: &[Finding],
    old: &Interface<'_>,
    new: &Interface<'_>,
) -> Vec<Deprecated> {
    let by_schema = findings
        .iter()
        .filter(|finding| finding.rule.ends_with("deprecated-added"));
    let by_schema = by_schema.map(|finding| Deprecated {
        target: finding.target.clone(),
        path: finding.path.clone(),
        since: finding.since,
        flagged: finding.rule == "deprecated-added",
        message: finding.message.clone(),
        todo: finding.migration.clone(),
    });
    let mut deprecations: Vec<Deprecated> = by_schema.collect();
    let (from, to) = (old.version.series(), new.version.series());
    let fresh = behaviour.deprecated_in(to).filter(|entry| {
        entry.since.is_some_and(|since| since > from) && new.commands.contains(&*entry.target)
    });
    for entry in fresh {
        let path = entry.member.clone().unwrap_or_default();
        let told = |other: &Deprecated| other.target == entry.target && other.path == path;
        if !deprecations.iter().any(told) {
            deprecations.push(Deprecated {
                target: entry.target.clone(),
                path,
                since: entry.since,
                flagged: false,
                message: format!("`{}` is documented as deprecated.", entry.target),
                todo: Some(entry.todo.clone()),
            });
        }
    }
    deprecations
        .sort_by(|left, right| (&left.target, &left.path).cmp(&(&right.target, &right.path)));
    deprecations
}
