//! Facts of documentation comments, as newer releases write them.

use crate::doc::{DefinitionDocs, EntityDocs, Facts};

/// Prints the comment of a definition, if it has facts.
///
/// It has no lines `##`, because QEMU requires that a comment with them
/// describes every member.
pub fn print(name: &str, docs: &DefinitionDocs) -> String {
    let deprecation = deprecation(&docs.facts);
    let features = print_entries(&docs.features);
    let parts = [
        deprecation.map(|deprecation| format!("# {deprecation}.")),
        replacement(&docs.facts).map(|replacement| format!("# {replacement}")),
        print_entries(&docs.members),
        features.map(|features| format!("# Features:\n{features}")),
        docs.facts.since.map(|since| format!("# Since: {since:#}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("# @{name}:\n{}\n", parts.join("\n"))
}

fn print_entries(entries: &[EntityDocs]) -> Option<String> {
    let entries = entries.iter().filter(|entry| !entry.facts.is_empty());
    let lines: Vec<String> = entries.map(print_entry).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn print_entry(entry: &EntityDocs) -> String {
    let since = entry.facts.since.map(|since| format!("(since {since:#})"));
    let deprecation = deprecation(&entry.facts);
    let replacement = replacement(&entry.facts);
    // A full stop separates two sentences.
    let deprecation = match &replacement {
        Some(_) => deprecation.map(|deprecation| deprecation + "."),
        None => deprecation,
    };
    let facts: Vec<String> = since
        .into_iter()
        .chain(deprecation)
        .chain(replacement)
        .collect();
    format!("# @{}: {}", entry.name, facts.join(" "))
}

fn deprecation(facts: &Facts) -> Option<String> {
    let deprecation = facts.deprecated.as_ref()?;
    Some(match deprecation.since {
        Some(since) => format!("Deprecated in {since}"),
        None => "Deprecated".to_owned(),
    })
}

fn replacement(facts: &Facts) -> Option<String> {
    let names = facts.replaced_by.as_ref()?.replace(" and ", " and @");
    Some(format!("Replaced by @{names}."))
}
