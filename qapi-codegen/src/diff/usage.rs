//! What a program uses of QEMU, and which findings that meets.
//!
//! The record is what `traffic` reads: messages, logs that hold some, recordings
//! and lines of qmp-shell; or a list of names of commands and events. Of what is
//! only named, every finding is met.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde_json::Value;

use super::finding::Finding;
use super::report::{Report, Used};
use super::rules::Severity;
use crate::traffic::json::{self, parse_loosely};
use crate::traffic::read::{Content, Entry, read};
use crate::wire::Direction;

/// What a program uses of QEMU.
#[derive(Debug, Clone, Default)]
pub struct Usage {
    /// The arguments with which each command was sent; nothing where it was
    /// only named.
    commands: BTreeMap<String, Vec<Option<Value>>>,
    /// The events that came or were named.
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

    /// Marks what of a report is met, puts it first, and counts it.
    pub fn apply(&self, report: &mut Report) {
        for finding in &mut report.findings {
            finding.used = Some(self.meets(finding));
        }
        report
            .findings
            .sort_by_key(|finding| finding.used != Some(true));
        let met = || {
            report
                .findings
                .iter()
                .filter(|finding| finding.used == Some(true))
        };
        report.used = Some(Used {
            findings: met().count(),
            of: report.findings.len(),
            breaking: met()
                .filter(|finding| finding.severity == Severity::Breaking)
                .count(),
        });
    }

    fn meets(&self, finding: &Finding) -> bool {
        if finding.severity == Severity::Compatible {
            return false;
        }
        let also = finding
            .also
            .iter()
            .map(|place| match place.split_once(": ") {
                Some((target, path)) => (target, path),
                None => (&*finding.target, &**place),
            });
        let mut places = [(&*finding.target, &*finding.path)].into_iter().chain(also);
        match finding.direction {
            Direction::Request => places.any(|(target, path)| self.sends(finding, target, path)),
            Direction::Reply => places.any(|(target, _)| self.commands.contains_key(target)),
            Direction::Event => places.any(|(target, _)| self.events.contains(target)),
        }
    }

    fn sends(&self, finding: &Finding, target: &str, path: &str) -> bool {
        let Some(requests) = self.commands.get(target) else {
            return false;
        };
        requests.iter().any(|arguments| match arguments {
            None => true,
            Some(arguments) => hits(finding, arguments, path),
        })
    }
}

/// Whether a request with these arguments meets a finding at a path.
fn hits(finding: &Finding, arguments: &Value, path: &str) -> bool {
    let there = found(arguments, path);
    let container = || match path.rfind(['.', '>', ']']) {
        Some(end) if path[end..].starts_with('.') => found(arguments, &path[..end]),
        Some(end) => found(arguments, &path[..=end]),
        None => vec![arguments],
    };
    let olds = || finding.old.iter().flat_map(|old| old.split(", "));
    match finding.rule.as_str() {
        "request-required-member-added" => chooses(arguments, path),
        "request-member-became-required" => there.len() < container().len(),
        "request-enum-value-removed" | "request-enum-value-renamed" => {
            olds().any(|old| there.iter().any(|value| *value == old))
        }
        _ => path.is_empty() || !there.is_empty(),
    }
}

/// Whether a request chooses the cases that a path goes through. The path is
/// that of the new release, so where the cases stand in the request is open.
fn chooses(arguments: &Value, path: &str) -> bool {
    let mut cases = path
        .split('<')
        .skip(1)
        .filter_map(|part| part.split_once('>')?.0.split_once('='));
    cases.all(|(tag, value)| holds(arguments, tag, value))
}

/// Whether an object anywhere in a value has this member.
fn holds(value: &Value, name: &str, text: &str) -> bool {
    match value {
        Value::Object(members) => {
            members.get(name).is_some_and(|own| own == text)
                || members.values().any(|inner| holds(inner, name, text))
        }
        Value::Array(items) => items.iter().any(|inner| holds(inner, name, text)),
        _ => false,
    }
}

/// The values at a path.
fn found<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    if path.is_empty() {
        return vec![value];
    }
    if let Some(rest) = path.strip_prefix("[]") {
        let items = value.as_array().into_iter().flatten();
        return items.flat_map(|item| found(item, rest)).collect();
    }
    if let Some((tag, rest)) = path.strip_prefix('<').and_then(|path| path.split_once('>')) {
        let (name, wanted) = tag.split_once('=').unwrap_or((tag, ""));
        let chosen = value.get(name).is_some_and(|own| own == wanted);
        return if chosen {
            found(value, rest)
        } else {
            Vec::new()
        };
    }
    let path = path.strip_prefix('.').unwrap_or(path);
    let end = path.find(['.', '<', '[']).unwrap_or(path.len());
    value
        .get(&path[..end])
        .map_or_else(Vec::new, |inner| found(inner, &path[end..]))
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
    fn paths_find_values() {
        let value = json!({ "a": [{ "type": "x", "b": 1 }, { "type": "y", "b": 2 }] });
        assert_eq!(found(&value, "a[]<type=y>.b"), [&json!(2)]);
        assert_eq!(found(&value, "a[].b").len(), 2);
        assert!(found(&value, "a[]<type=z>").is_empty());
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
