//! What a program has to change for an upgrade, as a list.

use std::cmp::Reverse;

use super::Report;
use super::wording::advice;
use crate::diff::behaviour::BehaviourNote;
use crate::diff::change::{ChangeKind, KindAttribute};
use crate::diff::finding::Finding;
use crate::diff::rules::Compatibility;
use crate::wire::Direction;

/// The number of entries of a list that is not about one program.
const MAX_GENERAL: usize = 25;

/// The list of what to do.
#[derive(Debug)]
pub struct ActionList {
    /// The title.
    pub title: &'static str,
    /// The entries, the most urgent first.
    pub actions: Vec<Action>,
    /// The number of further entries.
    pub omitted: usize,
}

/// One entry.
#[derive(Debug, PartialEq, Eq)]
pub struct Action {
    /// The command or event.
    pub target: String,
    /// What to do.
    pub advice: String,
    /// The anchor of the finding or note in the page.
    pub anchor: String,
}

impl ActionList {
    /// The changes of a program whose use is recorded: what breaks, and what has
    /// a documented replacement. Without a record, what breaks requests of any
    /// program, apart from devices, of which a program uses few.
    pub fn new(report: &Report<'_>) -> ActionList {
        let is_recorded = report.used.is_some();
        let mut ranked: Vec<(Urgency, Action)> = Vec::new();
        let findings = report.findings.iter();
        ranked.extend(findings.filter_map(|own| finding_action(own, is_recorded)));
        let notes = report.behaviour.iter();
        ranked.extend(notes.filter_map(|own| note_action(own, is_recorded)));
        ranked.sort_by_key(|(urgency, _)| *urgency);
        let mut actions: Vec<Action> = Vec::new();
        for (_, action) in ranked {
            let is_same =
                |own: &Action| (&own.target, &own.advice) == (&action.target, &action.advice);
            if !actions.iter().any(is_same) {
                actions.push(action);
            }
        }
        let max = if is_recorded { usize::MAX } else { MAX_GENERAL };
        let omitted = actions.len().saturating_sub(max);
        actions.truncate(max);
        ActionList {
            title: match is_recorded {
                true => "Do this",
                false => "Do this where your program uses it",
            },
            actions,
            omitted,
        }
    }
}

/// Removed commands and events first, then other rejected requests, then the rest.
type Urgency = (Reverse<Compatibility>, Reverse<bool>, Reverse<bool>);

fn finding_action(finding: &Finding<'_>, is_recorded: bool) -> Option<(Urgency, Action)> {
    let kind = finding.change.kind;
    let is_request = finding.direction == Direction::Request;
    let is_breaking = finding.compatibility == Compatibility::Breaking;
    let is_due = match is_recorded {
        true => finding.used == Some(true) && (is_breaking || finding.answer.is_some()),
        false => is_breaking && is_request && !kind.has(KindAttribute::Device),
    };
    let is_removal = matches!(
        kind,
        ChangeKind::CommandRemoved
            | ChangeKind::CommandRemovedAfterDeprecation
            | ChangeKind::CommandRemovedUnstable
            | ChangeKind::CommandRenamed
            | ChangeKind::CommandPromoted
            | ChangeKind::EventRemoved
            | ChangeKind::EventRenamed
    );
    let action = Action {
        target: finding.target().to_owned(),
        advice: advice(finding).filter(|_| is_due)?,
        anchor: format!("f-{}", finding.fingerprint),
    };
    let effect = Reverse(finding.compatibility);
    let is_message = is_request && !kind.has(KindAttribute::CommandLine);
    Some(((effect, Reverse(is_removal), Reverse(is_message)), action))
}

fn note_action(note: &BehaviourNote<'_>, is_recorded: bool) -> Option<(Urgency, Action)> {
    let effect = note.compatibility();
    let is_due = match is_recorded {
        true => note.used == Some(true) && effect > Compatibility::Compatible,
        false => effect == Compatibility::Breaking && !note.is_general(),
    };
    let target = note.target().filter(|_| is_due)?;
    let action = Action {
        target: target.to_owned(),
        advice: note.advice?.to_owned(),
        anchor: note.anchor(target),
    };
    Some(((Reverse(effect), Reverse(false), Reverse(true)), action))
}
