//! The facts of a comment, in the form in which newer releases tell them.

use crate::doc::{Docs, EntryDocs, Facts};

/// The comment of a definition, or nothing where nothing is known.
///
/// It is an ordinary comment and no block between two lines `##`: QEMU demands
/// of a block that it describes everything.
pub fn restate(name: &str, docs: &Docs) -> String {
    let mut parts = Vec::new();
    parts.extend(
        docs.facts
            .deprecated
            .as_ref()
            .map(|_| format!("# {}.", sentence(&docs.facts))),
    );
    parts.extend(entries(&docs.members));
    parts.extend(entries(&docs.features).map(|features| format!("# Features:\n{features}")));
    parts.extend(docs.facts.since.map(|since| format!("# Since: {since}")));
    if parts.is_empty() {
        return String::new();
    }
    format!("# @{name}:\n{}\n", parts.join("\n"))
}

fn entries(entries: &[EntryDocs]) -> Option<String> {
    let told = entries.iter().filter(|entry| !entry.facts.is_empty());
    let lines: Vec<String> = told.map(entry).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn entry(entry: &EntryDocs) -> String {
    let deprecated = entry
        .facts
        .deprecated
        .is_some()
        .then(|| sentence(&entry.facts));
    let since = entry.facts.since.map(|since| format!("(since {since})"));
    let facts: Vec<String> = since.into_iter().chain(deprecated).collect();
    format!("# @{}: {}", entry.name, facts.join(" "))
}

fn sentence(facts: &Facts) -> String {
    match facts
        .deprecated
        .as_ref()
        .and_then(|deprecation| deprecation.since)
    {
        Some(since) => format!("Deprecated in {since}"),
        None => "Deprecated".to_owned(),
    }
}
