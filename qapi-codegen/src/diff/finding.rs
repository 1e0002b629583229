//! Findings: what an edit means, where it shows, and what to do about it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use minijinja::{Environment, context};
use serde::Serialize;

use super::change::{Change, ChangeKind, ChangeValue, KindAttribute};
use super::compare::{Comparison, Operation, Sort};
use super::json::Json;
use super::places::{Place, places};
use super::rules::{Rule, Severity, rules};
use crate::version::Series;
use crate::wire::{Direction, PathSegment, render_path as path};

/// One finding of a report. Its members that no doc says otherwise of are those
/// of the report in JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The rule that it breaks or meets.
    pub rule: String,
    /// What it does to an old client of the new QEMU.
    pub severity: Severity,
    /// Which way the values travel.
    pub direction: Direction,
    /// The command or event, by its old name where it has one.
    pub target: String,
    /// The path inside the arguments, the returned value or the data.
    pub path: String,
    /// The other paths where it shows; those in another command or event begin
    /// with its name and `: `.
    pub also: Vec<String>,
    /// What it was: a value, a name, or a type in words.
    pub old: Option<String>,
    /// What it is now.
    pub new: Option<String>,
    /// The series in which it happened.
    pub since: Option<Series>,
    /// What is otherwise, in a sentence.
    pub message: String,
    /// What to do about it, in a sentence.
    pub migration: Option<String>,
    /// A message of the old release that shows it.
    pub before: Option<Json>,
    /// The same message of the new release.
    pub after: Option<Json>,
    /// Why the rule is what it is.
    pub why: String,
    /// A name of this finding that stays the same in later reports.
    pub fingerprint: String,
    /// All commands and events where it shows, this one first.
    pub targets: Vec<String>,
    /// Whether the recorded use of a program meets it; nothing is recorded
    /// where this is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<bool>,
}

impl Finding {
    /// Whether it says no more than that a command or event is new.
    pub fn is_new_operation(&self) -> bool {
        self.rule == "command-added" || self.rule == "event-added"
    }
}

/// An edit with its places, not yet told in words.
#[derive(Debug)]
pub struct Raw<'c, 's> {
    /// What is edited.
    pub change: &'c Change<'s>,
    /// The rule for it.
    pub rule: &'static Rule,
    /// Which way the values travel.
    pub direction: Direction,
    /// Where it shows, the shortest way first; never empty.
    pub places: Vec<Place<'s>>,
}

/// The edits that rules are about, each with its places.
pub fn raw<'c, 's>(comparison: &'c Comparison<'s>) -> Vec<Raw<'c, 's>> {
    let mut raw = Vec::new();
    for (index, operation) in comparison.operations.iter().enumerate() {
        for (direction, edit) in &operation.changes {
            if let Some(rule) = rules().of(edit.kind, *direction) {
                let place = Place {
                    operation: index,
                    old: Vec::new(),
                    new: Vec::new(),
                };
                raw.push(Raw {
                    change: edit,
                    rule,
                    direction: *direction,
                    places: vec![place],
                });
            }
        }
    }
    for (pair, places) in comparison.pairs.iter().zip(places(comparison)) {
        for edit in pair.changes.iter().filter(|_| !places.is_empty()) {
            if let Some(rule) = rules().of(edit.kind, pair.direction) {
                let places = places.clone();
                raw.push(Raw {
                    change: edit,
                    rule,
                    direction: pair.direction,
                    places,
                });
            }
        }
    }
    raw
}

impl<'s> Raw<'_, 's> {
    /// The operation where it shows first.
    pub fn operation<'c>(&self, comparison: &'c Comparison<'s>) -> &'c Operation<'s> {
        &comparison.operations[self.places[0].operation]
    }

    /// The steps to it in the old release.
    pub fn old_steps(&self, place: &Place<'s>) -> Vec<PathSegment<'s>> {
        [&place.old[..], &self.change.old_path].concat()
    }

    /// The steps to it in the new release.
    pub fn new_steps(&self, place: &Place<'s>) -> Vec<PathSegment<'s>> {
        [&place.new[..], &self.change.new_path].concat()
    }

    /// The path to it: in the old release, unless it is new.
    fn path(&self, place: &Place<'s>) -> String {
        match self.change.kind.has(KindAttribute::Addition) {
            true => path(&self.new_steps(place)),
            false => path(&self.old_steps(place)),
        }
    }

    /// The path to it as the old release has or would have it, which is the
    /// same whatever happens to what it is in.
    fn old_path(&self, place: &Place<'s>) -> String {
        match self.change.kind.has(KindAttribute::Addition) {
            true => path(&[&place.old[..], &self.change.new_path].concat()),
            false => path(&self.old_steps(place)),
        }
    }

    /// What tells it from other edits in one comparison, at each place.
    pub fn identities(&self, comparison: &Comparison<'s>) -> Vec<u64> {
        let operation = |place: &Place<'s>| comparison.operations[place.operation].name();
        let identity = |place: &Place<'s>| {
            let (kind, value) = (self.change.kind.as_str(), self.value());
            hash(&[
                kind,
                self.direction.as_str(),
                operation(place),
                &self.old_path(place),
                &value,
            ])
        };
        self.places.iter().map(identity).collect()
    }

    /// What of old and new tells it from its like at the same path.
    fn value(&self) -> String {
        let change = self.change;
        if change.kind.has(KindAttribute::PerValue) {
            let value = change.new.as_ref().or(change.old.as_ref());
            return value.map(ToString::to_string).unwrap_or_default();
        }
        change.subject.unwrap_or_default().to_owned()
    }

    /// The finding in words, without examples and the date.
    pub fn told(&self, comparison: &Comparison<'s>) -> Finding {
        let operation = self.operation(comparison);
        let target = operation.name();
        let first = &self.places[0];
        let path = self.path(first);
        let name = |place: &Place<'s>| comparison.operations[place.operation].name();
        let others = self.places.iter().map(|place| match name(place) {
            own if own == target => self.path(place),
            other => format!("{other}: {}", self.path(place)),
        });
        let also: BTreeSet<String> = others.filter(|other| *other != path).collect();
        let mut targets: Vec<String> = vec![target.to_owned()];
        let names: BTreeSet<&str> = self.places.iter().map(name).collect();
        targets.extend(
            names
                .into_iter()
                .filter(|name| *name != target)
                .map(str::to_owned),
        );
        let (rule, edit) = (self.rule, self.change);
        let words = Words {
            target,
            path: &path,
            edit,
            what: &self.what(operation, &path),
        };
        let parts = [
            &rule.id,
            self.direction.as_str(),
            target,
            &path,
            &self.value(),
        ];
        Finding {
            rule: rule.id.clone(),
            severity: rule.verdict,
            direction: self.direction,
            target: target.to_owned(),
            also: also.into_iter().collect(),
            old: edit.old.as_ref().map(ToString::to_string),
            new: edit.new.as_ref().map(ToString::to_string),
            since: None,
            message: words.fill(&rule.id, edit.kind, &rule.message),
            migration: rule
                .todo
                .as_ref()
                .map(|todo| words.fill(&rule.id, edit.kind, todo)),
            before: None,
            after: None,
            why: rule.why.clone(),
            fingerprint: format!("{:016x}", hash(&parts)),
            targets,
            used: None,
            path,
        }
    }

    /// What a remark is about, in words.
    fn what(&self, operation: &Operation<'_>, path: &str) -> String {
        let name = self.change.subject.unwrap_or_default();
        let in_operation = path.is_empty() && [operation.old, operation.new].contains(&Some(name));
        let case = format!("={name}>");
        match () {
            () if in_operation && operation.sort == Sort::Event => format!("The event `{name}`"),
            () if in_operation => format!("The command `{name}`"),
            () if path == name || path.ends_with(&format!(".{name}")) || path.ends_with(&case) => {
                format!("`{path}`")
            }
            () if path.is_empty() => format!("The value `{name}`"),
            () => format!("The value `{name}` of `{path}`"),
        }
    }
}

/// What the templates of a rule are filled with.
struct Words<'w, 's> {
    target: &'w str,
    path: &'w str,
    what: &'w str,
    edit: &'w Change<'s>,
}

impl Words<'_, '_> {
    fn fill(&self, rule: &str, kind: ChangeKind, template: &str) -> String {
        let what_begins = template.starts_with("{{ what }}");
        let what = match what_begins {
            true => self.what.to_owned(),
            false => self.what.replacen("The ", "the ", 1),
        };
        let words = context! {
            target => self.target,
            path => self.path,
            what => what,
            old => self.edit.old.as_ref().map(listed),
            new => self.edit.new.as_ref().map(listed),
            note => self.edit.evidence.map(|evidence| evidence.to_string()),
        };
        let filled = TEMPLATES.render_str(template, words);
        // A test fills every template, so a reader never meets this.
        filled.unwrap_or_else(|error| format!("{rule} ({}): {error}", kind.as_str()))
    }
}

/// How many names of a list are told in a sentence.
const LISTED: usize = 5;

/// Names and conditions in backquotes; types in words as they are.
fn listed(value: &ChangeValue<'_>) -> String {
    let names = match value {
        ChangeValue::Names(names) => names,
        ChangeValue::Conditions(_) => return format!("`{value}`"),
        _ => return value.to_string(),
    };
    let all: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match all.len().saturating_sub(LISTED) {
        0 | 1 => all.join(", "),
        more => format!("{} and {more} more", all[..LISTED].join(", ")),
    }
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(Environment::new);

/// A number for texts that is the same wherever and whenever it is made
/// (FNV-1a).
fn hash(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
