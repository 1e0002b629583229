//! The messages and the advice of findings.
//!
//! The templates of the rules have placeholders in braces.

use std::collections::BTreeSet;

use crate::diff::change::{ChangeKind, ChangeValue};
use crate::diff::compare::OperationKind;
use crate::diff::deprecations::{DeprecationSource, NewDeprecation};
use crate::diff::finding::Finding;
use crate::wire::{Direction, PathSegment, render_path};

/// The number of names that a message lists.
const MAX_NAMES: usize = 5;

/// Describes a finding.
pub fn message(finding: &Finding<'_>) -> String {
    fill(&finding.rule.message, finding)
}

/// Says what to do about a finding.
pub fn advice(finding: &Finding<'_>) -> Option<String> {
    let answer = finding.answer.map(|rule| &rule.advice);
    let moved = finding.moved.map(|rule| &rule.advice);
    match answer.or(moved).or(finding.noted_advice.as_ref()) {
        Some(advice) => Some(advice.clone()),
        None => Some(fill(finding.rule.advice.as_ref()?, finding)),
    }
}

/// Says what to do about a deprecation.
pub fn deprecation_advice(entry: &NewDeprecation<'_>) -> Option<String> {
    match &entry.source {
        DeprecationSource::Found(finding) => advice(finding),
        DeprecationSource::Documented(advice) => Some((*advice).to_owned()),
    }
}

/// The paths of all occurrences but the first; those in another command or event
/// begin with its name.
pub fn other_paths(finding: &Finding<'_>) -> Vec<String> {
    let first = render_path(finding.path());
    let all = finding.occurrences.iter().map(|own| {
        let path = render_path(finding.path_of(own));
        match own.operation.name() {
            name if name == finding.target() => path,
            name if path.is_empty() => name.to_owned(),
            name => format!("{name}: {path}"),
        }
    });
    let others: BTreeSet<String> = all.filter(|path| *path != first).collect();
    others.into_iter().collect()
}

/// Replaces the placeholders of a template; a test fills all templates.
fn fill(template: &str, finding: &Finding<'_>) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, (name, after))) = rest
        .split_once('{')
        .and_then(|(before, inner)| Some((before, inner.split_once('}')?)))
    {
        text.push_str(before);
        text.push_str(&placeholder(name, finding));
        rest = after;
    }
    text + rest
}

fn placeholder(name: &str, finding: &Finding<'_>) -> String {
    let change = &finding.change;
    let value = |side: &Option<ChangeValue<'_>>| side.as_ref().map(quoted).unwrap_or_default();
    match name {
        "target" => format!("`{}`", finding.target()),
        "path" | "object" => object(finding, finding.path()),
        "union" => object(finding, parent(finding.path())),
        "discriminator" => discriminator(finding.path()),
        "subject" => subject(finding),
        "the_subject" => match subject(finding) {
            path if path.starts_with('`') => path,
            noun => format!("the {noun}"),
        },
        "old" => value(&change.old),
        "new" => value(&change.new),
        "branches" => change.new.as_ref().map(name_branches).unwrap_or_default(),
        "remaining" => match &change.new {
            Some(branches) => format!(" except in {}", name_branches(branches)),
            None => String::new(),
        },
        "deprecated" => match finding.deprecated_since {
            Some(series) => format!(" (deprecated since {series})"),
            None if change.kind == ChangeKind::CommandRemovedAfterDeprecation => {
                " (was deprecated)".to_owned()
            }
            None => String::new(),
        },
        "evidence" => change.evidence.map(|e| e.to_string()).unwrap_or_default(),
        _ => format!("{{{name}}}"),
    }
}

/// A value in a message: names and conditions in backquotes.
fn quoted(value: &ChangeValue<'_>) -> String {
    let names = match value {
        ChangeValue::Names(names) => &names[..],
        ChangeValue::Name(_) | ChangeValue::Path(_) | ChangeValue::Conditions(_) => {
            return format!("`{value}`");
        }
        _ => return value.to_string(),
    };
    let quoted = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    match names.len().saturating_sub(MAX_NAMES) {
        0 | 1 => quoted(names),
        more => format!("{} and {more} more", quoted(&names[..MAX_NAMES])),
    }
}

/// Branches by their discriminator values: branch `a`; branches `a`, `b`.
fn name_branches(values: &ChangeValue<'_>) -> String {
    let noun = match values.names() {
        [_] => "branch",
        _ => "branches",
    };
    format!("{noun} {}", quoted(values))
}

/// An object by its path.
fn object(finding: &Finding<'_>, path: &[PathSegment<'_>]) -> String {
    let kind = finding.occurrences[0].operation.kind;
    match (path.is_empty(), finding.direction) {
        (false, _) => format!("`{}`", render_path(path)),
        _ if kind == OperationKind::Type => "the type".to_owned(),
        (true, Direction::Request) => "the arguments".to_owned(),
        (true, Direction::Reply) => "the return value".to_owned(),
        (true, Direction::Event) => "the event data".to_owned(),
    }
}

/// The path without its last segment.
fn parent<'p, 's>(path: &'p [PathSegment<'s>]) -> &'p [PathSegment<'s>] {
    path.split_last().map_or(path, |(_, parent)| parent)
}

fn discriminator(path: &[PathSegment<'_>]) -> String {
    match path.last() {
        Some(PathSegment::Branch { discriminator, .. }) => format!("`{discriminator}`"),
        _ => String::new(),
    }
}

/// The entity whose metadata changed.
fn subject(finding: &Finding<'_>) -> String {
    let name = finding.change.subject.unwrap_or_default();
    let (path, operation) = (finding.path(), finding.occurrences[0].operation);
    let is_operation = [operation.old, operation.new].contains(&Some(name));
    match path.last() {
        None if is_operation && operation.kind == OperationKind::Event => format!("event `{name}`"),
        None if is_operation => format!("command `{name}`"),
        None => format!("value `{name}`"),
        Some(PathSegment::Member(own) | PathSegment::Branch { value: own, .. }) if *own == name => {
            format!("`{}`", render_path(path))
        }
        Some(_) => format!("value `{name}` of `{}`", render_path(path)),
    }
}
