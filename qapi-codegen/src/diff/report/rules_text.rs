//! The rules as text, each with an example.

use std::collections::BTreeSet;

use crate::diff::rules::{EditRules, Rule, RustEffect, rules};
use crate::wire::Direction;

/// All rules, for a terminal.
pub fn rules_text() -> String {
    rules().edits.iter().map(edit_text).collect()
}

/// The rules of one kind of edit, and what shows it.
fn edit_text(edit: &EditRules) -> String {
    let mut told = BTreeSet::new();
    let all = Direction::ALL
        .into_iter()
        .filter_map(|direction| edit.in_direction(direction));
    let mut text: String = all
        .filter(|rule| told.insert(&rule.id))
        .map(rule_text)
        .collect();
    if let Some(why) = &edit.alone {
        text += &format!("  one direction only: {why}\n");
    }
    let old = shown(&[&edit.old, &edit.old_types, &edit.types]);
    let new = shown(&[&edit.new, &edit.new_types, &edit.types]);
    text + &format!("  old: {old}\n  new: {new}\n\n")
}

fn rule_text(rule: &Rule) -> String {
    let rust = match rule.rust {
        RustEffect::Major => "major",
        RustEffect::Minor => "minor",
        RustEffect::None => "none",
    };
    format!(
        "{}: {} (a new client of an old QEMU: {}; Rust types: {rust})\n  {}\n",
        rule.id,
        rule.verdict.word(),
        rule.reverse.word(),
        rule.why
    )
}

/// An example as it would stand in a schema.
fn shown(parts: &[&String]) -> String {
    let parts = parts.iter().filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.map(|part| part.replace('\n', " ")).collect();
    match parts.is_empty() {
        true => "(nothing)".to_owned(),
        false => parts.join(" "),
    }
}
