//! The table of rules as text, each with its example.

use std::collections::BTreeSet;

use crate::diff::rules::{ChangeRules, Rule, rules};

/// Writes all rules for a terminal.
pub fn rules_text() -> String {
    rules().changes.iter().map(write_kind).collect()
}

/// Writes the rules of one kind, and its example.
fn write_kind(rules: &ChangeRules) -> String {
    let mut written = BTreeSet::new();
    let distinct = rules.all().filter(|rule| written.insert(rule.id));
    let mut text: String = distinct.map(write_rule).collect();
    if let Some(reason) = &rules.one_direction {
        text += &format!("  one direction only: {reason}\n");
    }
    let old = write_example(&[&rules.old, &rules.old_types, &rules.types]);
    let new = write_example(&[&rules.new, &rules.new_types, &rules.types]);
    text + &format!("  old: {old}\n  new: {new}\n\n")
}

fn write_rule(rule: &Rule) -> String {
    format!(
        "{}: {} (new client of an old QEMU: {}; Rust types: {})\n  {}\n",
        rule.id.as_str(),
        rule.compatibility.as_str(),
        rule.reverse.as_str(),
        rule.rust.as_str(),
        rule.reason
    )
}

/// Writes one side of an example as in a schema.
fn write_example(parts: &[&String]) -> String {
    let parts = parts.iter().filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.map(|part| part.replace('\n', " ")).collect();
    match parts.is_empty() {
        true => "(nothing)".to_owned(),
        false => parts.join(" "),
    }
}
