//! The interface that a program uses, and the findings that affect it.
//!
//! That is the commands with their arguments, the events, and the options of the
//! command line.
//!
//! Every finding about a command or event affects a program of which only the
//! name of the command or event is known.

use std::collections::{BTreeMap, BTreeSet};

use super::behaviour::BehaviourNote;
use super::change::{Change, ChangeKind, ChangeValue};
use super::command_line::COMMAND_LINE;
use super::finding::Finding;
use super::occurrence::Occurrence;
use super::report::{FindingCounts, Report, UsageCounts};
use super::rules::Compatibility;
use super::used_options::UsedOption;
use crate::json::JsonValue;
use crate::wire::{Direction, PathSegment};

/// The commands and events that a program uses.
#[derive(Debug, Clone, Default)]
pub struct Usage {
    /// The arguments of each command; `None` where it is only named.
    commands: BTreeMap<String, Vec<Option<JsonValue<'static>>>>,
    /// The events that were received or named.
    events: BTreeSet<String>,
    /// The options of command lines.
    options: Vec<UsedOption>,
    /// The arguments of commands that options stand for. What is known of behaviour
    /// is about requests, as for `check`.
    option_requests: BTreeMap<String, Vec<JsonValue<'static>>>,
}

impl Usage {
    /// Adds a request or an event. Returns whether the message is one.
    pub fn add_message(&mut self, message: &JsonValue<'_>) -> bool {
        let text = |key: &str| message.get(key).and_then(JsonValue::as_str);
        if let Some(name) = text("execute").or(text("exec-oob")) {
            let arguments = message.get("arguments").cloned();
            let arguments = arguments.unwrap_or_else(|| JsonValue::object([]));
            let requests = self.commands.entry(name.to_owned()).or_default();
            requests.push(Some(arguments.into_owned()));
            return true;
        }
        let event = text("event");
        self.events.extend(event.map(str::to_owned));
        event.is_some()
    }

    /// Adds the request that an option of a command line stands for.
    pub fn add_option_request(&mut self, command: &str, arguments: JsonValue<'static>) {
        let requests = self.option_requests.entry(command.to_owned()).or_default();
        requests.push(arguments);
    }

    /// Adds an option of a command line.
    pub fn add_option(&mut self, option: UsedOption) {
        self.options.push(option);
    }

    /// Adds the name of a command or event. Names of events are in upper case.
    pub fn add_name(&mut self, name: &str) {
        if name.starts_with(|letter: char| letter.is_ascii_uppercase()) {
            self.events.insert(name.to_owned());
        } else {
            let requests = self.commands.entry(name.to_owned()).or_default();
            requests.push(None);
        }
    }

    /// The names of the used commands.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        let names = self.commands.keys().chain(self.option_requests.keys());
        names.map(String::as_str)
    }

    /// The names of the used events.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        self.events.iter().map(String::as_str)
    }

    /// Returns whether the program starts QEMU.
    pub fn has_options(&self) -> bool {
        !self.options.is_empty()
    }

    /// Marks the findings that affect the program, and puts them first.
    pub fn apply(&self, report: &mut Report<'_>) {
        for finding in &mut report.findings {
            finding.used = Some(self.find_affected(finding));
        }
        for note in &mut report.behaviour {
            note.used = Some(self.lead_with_affected(note));
        }
        let findings = &mut report.findings;
        findings.sort_by_key(|finding| finding.used != Some(true));
        let affected = findings.iter().filter(|own| own.used == Some(true));
        let mut counts = FindingCounts::from_findings(affected);
        let notes = report.behaviour.iter();
        notes
            .filter(|own| own.used == Some(true))
            .for_each(|own| counts.add_note(own));
        report.used = Some(UsageCounts {
            affected: counts.by_effect().iter().sum(),
            all: findings.len() + report.behaviour.len(),
            breaking: counts.breaking,
        });
    }

    /// Puts first the occurrence that affects the program, if there is one.
    fn find_affected(&self, finding: &mut Finding<'_>) -> bool {
        let is_affected = |own: &Occurrence<'_>| {
            let name = own.operation.name();
            let path = finding.path_of(own);
            match finding.direction {
                _ if name == COMMAND_LINE => self.options.iter().any(|used| used.has(path)),
                Direction::Request => self.sends(name, finding, path),
                Direction::Reply => self.commands.contains_key(name),
                Direction::Event => self.events.contains(name),
            }
        };
        let is_incompatible = finding.compatibility > Compatibility::Compatible;
        let affected = finding.occurrences.iter().position(is_affected);
        let affected = affected.filter(|_| is_incompatible);
        affected
            .inspect(|index| finding.put_first(*index))
            .is_some()
    }

    /// Puts first the command or event of a note that the program uses, if there
    /// is one.
    fn lead_with_affected(&self, note: &mut BehaviourNote<'_>) -> bool {
        let is_sent = |name: &&str| {
            let mut requests = self.commands.get(*name).into_iter().flatten();
            requests.any(|arguments| match arguments {
                None => true,
                Some(arguments) => note.change.affects(name, arguments),
            })
        };
        let command = note.commands.iter().position(is_sent);
        let event = note
            .events
            .iter()
            .position(|own| self.events.contains(*own));
        if let Some(index) = command {
            note.commands[..=index].rotate_right(1);
        }
        if let Some(index) = event {
            note.events[..=index].rotate_right(1);
        }
        let is_incompatible = note.compatibility() > Compatibility::Compatible;
        is_incompatible && (command.is_some() || event.is_some())
    }

    fn sends(&self, command: &str, finding: &Finding<'_>, path: &[PathSegment<'_>]) -> bool {
        let affects = |arguments: &JsonValue<'_>| affects_request(&finding.change, arguments, path);
        let mut requests = self.commands.get(command).into_iter().flatten();
        let mut of_options = self.option_requests.get(command).into_iter().flatten();
        requests.any(|arguments| arguments.as_ref().is_none_or(affects)) || of_options.any(affects)
    }
}

/// Returns `true` if a change at a path affects a request with these arguments.
fn affects_request(
    change: &Change<'_>,
    arguments: &JsonValue<'_>,
    path: &[PathSegment<'_>],
) -> bool {
    let values = values_at(arguments, path);
    match change.kind {
        ChangeKind::RequiredMemberAdded => selects_branches(arguments, path),
        ChangeKind::MemberBecameRequired => {
            let container = &path[..path.len().saturating_sub(1)];
            values.len() < values_at(arguments, container).len()
        }
        ChangeKind::EnumValueRemoved | ChangeKind::EnumValueRenamed => {
            let names = change.old.as_ref().map(ChangeValue::names);
            let names = names.unwrap_or_default();
            let mut texts = values.iter().filter_map(|value| value.as_str());
            texts.any(|text| names.contains(&text))
        }
        _ => path.is_empty() || !values.is_empty(),
    }
}

/// Returns `true` if a request selects the branches of a path of the new
/// release. In the request the discriminators may be anywhere.
fn selects_branches(arguments: &JsonValue<'_>, path: &[PathSegment<'_>]) -> bool {
    path.iter().all(|segment| match segment {
        PathSegment::Branch {
            discriminator,
            value,
        } => has_member(arguments, discriminator, value),
        _ => true,
    })
}

/// Returns `true` if an object anywhere in a value has this member.
fn has_member(value: &JsonValue<'_>, name: &str, text: &str) -> bool {
    let elements = value.elements().unwrap_or_default().iter();
    let members = value.members().unwrap_or_default();
    let values = members.iter().map(|member| &member.value).chain(elements);
    value.get(name).and_then(JsonValue::as_str) == Some(text)
        || values
            .into_iter()
            .any(|inner| has_member(inner, name, text))
}

/// The values at a path.
fn values_at<'v, 't>(value: &'v JsonValue<'t>, path: &[PathSegment<'_>]) -> Vec<&'v JsonValue<'t>> {
    path.iter().fold(vec![value], |values, segment| {
        let values = values.into_iter();
        match segment {
            PathSegment::Member(name) => values.filter_map(|own| own.get(name)).collect(),
            PathSegment::Elements => values.filter_map(JsonValue::elements).flatten().collect(),
            PathSegment::Element(index) => values
                .filter_map(|own| own.elements()?.get(*index))
                .collect(),
            PathSegment::AlternateBranch(_) => values.collect(),
            PathSegment::Branch {
                discriminator,
                value,
            } => {
                let selects = |own: &&JsonValue<'_>| {
                    own.get(discriminator).and_then(JsonValue::as_str) == Some(value)
                };
                values.filter(selects).collect()
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    #[test]
    fn paths_lead_to_values() {
        let text = r#"{ "a": [{ "type": "x", "b": 1 }, { "type": "y", "b": 2 }] }"#;
        let value = parse(text).unwrap().value;
        let branch = |value| PathSegment::Branch {
            discriminator: "type",
            value,
        };
        let elements = [PathSegment::Member("a"), PathSegment::Elements];
        let values = |rest: &[PathSegment<'_>]| values_at(&value, &[&elements, rest].concat());
        let b = PathSegment::Member("b");
        assert_eq!(values(&[branch("y"), b]), [&JsonValue::number(2)]);
        assert_eq!(values(&[b]).len(), 2);
        assert!(values(&[branch("z")]).is_empty());
    }
}
