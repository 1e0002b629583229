//! Changes of behaviour between two releases.

use serde::Serialize;

use super::rules::Compatibility;
use crate::knowledge::{Behaviour, BehaviourChange, BehaviourEffect};
use crate::version::Series;
use crate::wire::Interface;

/// A change of behaviour, which no schema shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BehaviourNote<'s> {
    /// The change.
    #[serde(skip)]
    pub change: &'s BehaviourChange,
    /// The stable name of the change.
    pub id: &'s str,
    /// The series in which it happened.
    pub since: Vec<Series>,
    /// The effect on a program that was correct before.
    pub effect: BehaviourEffect,
    /// The affected commands of the two releases.
    pub commands: Vec<&'s str>,
    /// The affected events of the two releases.
    pub events: Vec<&'s str>,
    /// The change in sentences.
    #[serde(rename = "what")]
    pub summary: &'s str,
    /// The advice to clients.
    #[serde(rename = "todo")]
    pub advice: Option<&'s str>,
    /// `true` for a downgrade to a release without the change.
    pub undone: bool,
    /// `true` if the recorded use of a program is affected; `None` without a record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<bool>,
    /// The effect that a policy states.
    #[serde(skip)]
    pub level: Option<Compatibility>,
}

impl From<BehaviourEffect> for Compatibility {
    fn from(effect: BehaviourEffect) -> Self {
        match effect {
            BehaviourEffect::Refuses => Compatibility::Breaking,
            BehaviourEffect::Changes => Compatibility::Dangerous,
            BehaviourEffect::Accepts => Compatibility::Compatible,
        }
    }
}

impl<'s> BehaviourNote<'s> {
    /// The command or event that leads the note, unless it is general.
    pub fn target(&self) -> Option<&'s str> {
        self.commands.iter().chain(&self.events).next().copied()
    }

    /// The anchor of the note under a command or event in a page.
    pub fn anchor(&self, target: &str) -> String {
        format!("b-{}-{target}", self.id)
    }

    /// The effect on an old client of the new QEMU.
    pub fn compatibility(&self) -> Compatibility {
        match (self.level, self.undone) {
            (Some(level), _) => level,
            (None, true) => Compatibility::Compatible,
            (None, false) => self.effect.into(),
        }
    }

    /// Returns `true` if it affects the protocol as a whole.
    pub fn is_general(&self) -> bool {
        self.commands.is_empty() && self.events.is_empty()
    }

    /// Returns `true` if it affects a command or event with such a name.
    pub fn concerns(&self, fits: impl Fn(&str) -> bool) -> bool {
        self.commands
            .iter()
            .chain(&self.events)
            .any(|own| fits(own))
    }
}

/// The changes between two releases, in either direction.
pub fn behaviour_notes<'s>(
    behaviour: &'s Behaviour,
    old: &Interface<'_>,
    new: &Interface<'_>,
) -> Vec<BehaviourNote<'s>> {
    let (from, to) = (old.version.series(), new.version.series());
    let (low, high) = (from.min(to), from.max(to));
    let has = |interface: &Interface<'_>, name: &str| {
        interface.commands.contains(name) || interface.events.contains(name)
    };
    let known = |names: &'s [String]| {
        let names = names.iter().map(String::as_str);
        names
            .filter(|name| has(old, name) || has(new, name))
            .collect()
    };
    let note = |change: &'s BehaviourChange| BehaviourNote {
        change,
        id: &change.id,
        since: change.steps_between(low, high).collect(),
        effect: change.effect,
        commands: known(&change.commands),
        events: known(&change.events),
        summary: &change.summary,
        advice: change.advice.as_deref(),
        undone: to < from,
        used: None,
        level: None,
    };
    let changes = behaviour.changes_between(low, high);
    let notes = changes.map(|change| (change.is_general(), note(change)));
    let kept = notes.filter(|(is_general, note)| *is_general || !note.is_general());
    kept.map(|(_, note)| note).collect()
}
