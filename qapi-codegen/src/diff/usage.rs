//! The interface that a program uses, and the findings that affect it.
//!
//! The record is anything that `traffic` reads, or a list of names. Every
//! finding about a command or event affects a program that only names it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde_json::Value;

use super::change::{Change, ChangeKind, ChangeValue};
use super::finding::Finding;
use super::occurrence::Occurrence;
use super::report::{Report, UsageCounts};
use super::rules::Compatibility;
use crate::traffic::json::{self, parse_loosely};
use crate::traffic::read::{Content, Entry, read};
use crate::wire::{Direction, PathSegment};

/// The commands and events that a program uses.
#[derive(Debug, Clone, Default)]
pub struct Usage {
    /// The arguments of each command; `None` where it is only named.
    commands: BTreeMap<String, Vec<Option<Value>>>,
    /// The events that were received or named.
    events: BTreeSet<String>,
}

impl Usage {
    /// Adds what a text records.
    ///
    /// # Errors
    ///
    /// A piece of it cannot be read, or it holds neither a message nor a name;
    /// the error tells the line.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let mut broken = None;
        let mut found = false;
        let visited = read(&mut text.as_bytes(), &is_name, &mut |entry: Entry<'_>| {
            match entry.content {
                Content::Message(parsed) => found |= self.add_plain(&plain(&parsed.value)),
                Content::Recorded(recorded) => {
                    let message = parse_loosely(&recorded.raw).ok();
                    found |= message.is_some_and(|parsed| self.add_plain(&plain(&parsed.value)));
                }
                Content::Shell(line) => {
                    found |= line
                        .message()
                        .is_some_and(|message| self.add_line(&plain(&message)));
                }
                Content::Other => {}
                Content::Broken(mistake) => drop(broken.get_or_insert(mistake)),
            }
            Ok::<(), io::Error>(())
        });
        match (visited, broken) {
            (Err(error), _) => Err(error.to_string()),
            (_, Some(mistake)) => Err(format!("line {}: {}", mistake.place.line, mistake.message)),
            _ if found => Ok(()),
            _ => Err("there is neither a message nor the name of a command in it".to_owned()),
        }
    }

    /// Adds a line of qmp-shell, or a name alone, which may be an event's.
    fn add_line(&mut self, message: &Value) -> bool {
        let name = message["execute"].as_str().unwrap_or_default();
        let is_alone = message["arguments"]
            .as_object()
            .is_none_or(|all| all.is_empty());
        if !is_alone {
            return self.add_plain(message);
        }
        if name.starts_with(|letter: char| letter.is_ascii_uppercase()) {
            self.events.insert(name.to_owned());
        } else {
            self.commands.entry(name.to_owned()).or_default().push(None);
        }
        true
    }

    /// Adds a message, if it is one that tells what is used.
    fn add_plain(&mut self, value: &Value) -> bool {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        if let Some(name) = text("execute").or(text("exec-oob")) {
            let arguments = value.get("arguments").cloned();
            let arguments = arguments.unwrap_or_else(|| Value::Object(Default::default()));
            self.commands
                .entry(name.to_owned())
                .or_default()
                .push(Some(arguments));
            return true;
        }
        if let Some(name) = text("event") {
            self.events.insert(name.to_owned());
        }
        text("event").is_some()
    }

    /// Marks the findings that affect the program, and puts them first.
    pub fn apply(&self, report: &mut Report<'_>) {
        for finding in &mut report.findings {
            finding.used = Some(self.is_affected(finding));
        }
        let findings = &mut report.findings;
        findings.sort_by_key(|finding| finding.used != Some(true));
        let affected = findings
            .iter()
            .filter(|finding| finding.used == Some(true));
        report.used = Some(UsageCounts {
            affected: affected.clone().count(),
            all: findings.len(),
            breaking: affected
                .filter(|finding| finding.compatibility == Compatibility::Breaking)
                .count(),
        });
    }

    fn is_affected(&self, finding: &Finding<'_>) -> bool {
        let is_affected = |own: &Occurrence<'_>| {
            let name = own.operation.name();
            match finding.direction {
                Direction::Request => self.sends(name, finding, finding.path_of(own)),
                Direction::Reply => self.commands.contains_key(name),
                Direction::Event => self.events.contains(name),
            }
        };
        finding.compatibility > Compatibility::Compatible
            && finding.occurrences.iter().any(is_affected)
    }

    fn sends(&self, command: &str, finding: &Finding<'_>, path: &[PathSegment<'_>]) -> bool {
        let mut requests = self.commands.get(command).into_iter().flatten();
        requests.any(|arguments| match arguments {
            None => true,
            Some(arguments) => affects_request(&finding.change, arguments, path),
        })
    }
}

/// Whether a change at a path affects a request with these arguments.
fn affects_request(change: &Change<'_>, arguments: &Value, path: &[PathSegment<'_>]) -> bool {
    let values = values_at(arguments, path);
    match change.kind {
        ChangeKind::RequiredMemberAdded => selects_branches(arguments, path),
        ChangeKind::MemberBecameRequired => {
            let container = &path[..path.len().saturating_sub(1)];
            values.len() < values_at(arguments, container).len()
        }
        ChangeKind::EnumValueRemoved | ChangeKind::EnumValueRenamed => {
            let names = change.old.as_ref().map(ChangeValue::names);
            let mut names = names.unwrap_or_default().iter();
            names.any(|name| values.iter().any(|value| *value == name))
        }
        _ => path.is_empty() || !values.is_empty(),
    }
}

/// Whether a request selects the branches of a path. The path is that of the
/// new release, so the discriminators may be anywhere in the request.
fn selects_branches(arguments: &Value, path: &[PathSegment<'_>]) -> bool {
    path.iter().all(|segment| match segment {
        PathSegment::Branch {
            discriminator,
            value,
        } => has_member(arguments, discriminator, value),
        _ => true,
    })
}

/// Whether an object anywhere in a value has this member.
fn has_member(value: &Value, name: &str, text: &str) -> bool {
    match value {
        Value::Object(members) => {
            members.get(name).is_some_and(|own| own == text)
                || members.values().any(|inner| has_member(inner, name, text))
        }
        Value::Array(items) => items.iter().any(|inner| has_member(inner, name, text)),
        _ => false,
    }
}

/// The values at a path.
fn values_at<'v>(value: &'v Value, path: &[PathSegment<'_>]) -> Vec<&'v Value> {
    let mut values = vec![value];
    for segment in path {
        values = match segment {
            PathSegment::Member(name) => values.iter().filter_map(|own| own.get(name)).collect(),
            PathSegment::Elements => {
                let arrays = values.into_iter().filter_map(Value::as_array);
                arrays.flatten().collect()
            }
            PathSegment::Branch {
                discriminator,
                value,
            } => {
                let selected = |own: &Value| own.get(discriminator).is_some_and(|own| own == value);
                values.into_iter().filter(|own| selected(own)).collect()
            }
        };
    }
    values
}

/// Whether a word alone on a line is the name of a command or event.
fn is_name(word: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.chars().all(is_name)
}

/// A value without how it was written.
fn plain(value: &json::Value<'_>) -> Value {
    match value {
        json::Value::Null => Value::Null,
        json::Value::Bool(flag) => Value::Bool(*flag),
        json::Value::Number(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        json::Value::String(text) => Value::from(&*text.value),
        json::Value::Array(items) => items.iter().map(plain).collect(),
        json::Value::Object(members) => {
            let pairs = members
                .iter()
                .map(|member| (member.name.value.to_string(), plain(&member.value)));
            pairs.collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_lead_to_values() {
        let value = json!({ "a": [{ "type": "x", "b": 1 }, { "type": "y", "b": 2 }] });
        let branch = |value| PathSegment::Branch {
            discriminator: "type",
            value,
        };
        let elements = [PathSegment::Member("a"), PathSegment::Elements];
        let values = |rest: &[PathSegment<'_>]| values_at(&value, &[&elements, rest].concat());
        let b = PathSegment::Member("b");
        assert_eq!(values(&[branch("y"), b]), [&json!(2)]);
        assert_eq!(values(&[b]).len(), 2);
        assert!(values(&[branch("z")]).is_empty());
    }

    #[test]
    fn records_are_requests_logs_lines_and_names() {
        let mut usage = Usage::default();
        usage
            .add("{\"execute\":\"stop\"}\n{\"event\":\"STOP\"} {\"return\":{}}")
            .unwrap();
        usage
            .add("{\"dir\":\">\",\"raw\":\"{\\\"execute\\\":\\\"cont\\\"}\"}")
            .unwrap();
        usage
            .add("# a list\nquery-status\nblockdev-add driver=file file.driver=x\nRESET\n")
            .unwrap();
        assert_eq!(
            usage.commands.keys().collect::<Vec<_>>(),
            ["blockdev-add", "cont", "query-status", "stop"]
        );
        let arguments = json!({ "driver": "file", "file": { "driver": "x" } });
        assert_eq!(usage.commands["blockdev-add"], [Some(arguments)]);
        assert_eq!(usage.events.len(), 2);
        let nothing = usage.add("<html>\n").unwrap_err();
        assert!(nothing.starts_with("there is neither"), "{nothing}");
        let broken = usage.add("{\"execute\":\"stop\"}\n{\"x\n").unwrap_err();
        assert!(broken.starts_with("line 2"), "{broken}");
    }
}
