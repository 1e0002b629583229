//! What a program uses of QEMU, and which findings that meets.
//!
//! The record is requests as JSON, alone or in a log with everything else, or a
//! list of names of commands and events. Of what is only named, every finding
//! is met.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::edit::Direction;
use super::finding::Finding;
use super::report::{Report, Used};
use super::rules::Severity;

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
    /// A line is neither JSON nor a name; the error tells the line.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        if text.trim_start().starts_with('{') {
            return self.add_messages(text);
        }
        for (index, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            let Some(name) = line.split_whitespace().next() else {
                continue;
            };
            let is_name = name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
            if !is_name {
                return Err(format!(
                    "line {}: `{name}` is no name of a command",
                    index + 1
                ));
            }
            self.name(name, shell_arguments(line));
        }
        Ok(())
    }

    fn name(&mut self, name: &str, arguments: Option<Value>) {
        if name.chars().any(|c| c.is_ascii_lowercase()) {
            self.commands
                .entry(name.to_owned())
                .or_default()
                .push(arguments);
        } else {
            self.events.insert(name.to_owned());
        }
    }

    fn add_messages(&mut self, text: &str) -> Result<(), String> {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        while let Some(value) = values.next() {
            let before = text[..values.byte_offset().min(text.len())].lines().count();
            let value = value.map_err(|error| format!("after line {before}: {error}"))?;
            self.add_message(&value);
        }
        Ok(())
    }

    /// Adds a message, or a line of a recording that holds one as text.
    fn add_message(&mut self, value: &Value) {
        if let Some(raw) = value.get("raw").and_then(Value::as_str) {
            let sent = serde_json::from_str::<Value>(raw);
            return sent.iter().for_each(|message| self.add_plain(message));
        }
        self.add_plain(value);
    }

    fn add_plain(&mut self, value: &Value) {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        if let Some(name) = text("execute").or(text("exec-oob")) {
            let arguments = value.get("arguments").cloned();
            let arguments = arguments.unwrap_or_else(|| Value::Object(Default::default()));
            self.commands
                .entry(name.to_owned())
                .or_default()
                .push(Some(arguments));
        } else if let Some(name) = text("event") {
            self.events.insert(name.to_owned());
        }
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

/// The arguments of a line as qmp-shell takes it; nothing for a bare name.
fn shell_arguments(line: &str) -> Option<Value> {
    let mut arguments = Value::Object(Default::default());
    let mut pairs = line
        .split_whitespace()
        .skip(1)
        .filter_map(|word| word.split_once('='));
    let first = pairs.next()?;
    for (path, text) in [first].into_iter().chain(pairs) {
        let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        put(&mut arguments, path, value);
    }
    Some(arguments)
}

fn put(into: &mut Value, path: &str, value: Value) {
    let Value::Object(members) = into else { return };
    match path.split_once('.') {
        None => drop(members.insert(path.to_owned(), value)),
        Some((name, rest)) => {
            let inner = members
                .entry(name)
                .or_insert_with(|| Value::Object(Default::default()));
            put(inner, rest, value);
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
        assert!(usage.add("stop\n<html>\n").unwrap_err().contains("line 2"));
        assert!(usage.add("{\"execute\":\"stop\"}\n{\"x\n").is_err());
    }
}
