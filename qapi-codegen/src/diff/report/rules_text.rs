//! The rules as text, each with an example.

use std::collections::BTreeSet;

use crate::diff::edit::Direction;
use crate::diff::rules::{EditRules, Rule, rules};

/// All rules, for a terminal.
pub fn rules_text() -> String {
    let mut text = String::new();
    for edit in &rules().edits {
        let mut told = BTreeSet::new();
        for direction in Direction::ALL {
            if let Some(rule) = edit.in_direction(direction) {
                if told.insert(&rule.id) {
                    one(edit, rule, &mut text);
                }
            }
        }
        if let Some(why) = &edit.alone {
            text.push_str(&format!("  one direction only: {why}\n"));
        }
        text.push_str(&format!("  old: {}\n  new: {}\n\n", shown(edit, &edit.old, &edit.old_types), shown(edit, &edit.new, &edit.new_types)));
    }
    text
}

fn one(_edit: &EditRules, rule: &Rule, text: &mut String) {
    let rust = match rule.rust {
        crate::diff::rules::RustEffect::Major => "major",
        crate::diff::rules::RustEffect::Minor => "minor",
        crate::diff::rules::RustEffect::None => "none",
    };
    text.push_str(&format!(
        "{}: {} (a new client of an old QEMU: {}; Rust types: {rust})\n  {}\n",
        rule.id,
        rule.verdict.word(),
        rule.reverse.word(),
        rule.why
    ));
}

/// The example as it would stand in a schema.
fn shown(edit: &EditRules, side: &str, types: &str) -> String {
    let all = [side, types, &edit.types];
    let parts: Vec<String> = all
        .iter()
        .filter(|part| !part.is_empty())
        .map(|part| part.replace('\n', " "))
        .collect();
    match parts.is_empty() {
        true => "(nothing)".to_owned(),
        false => parts.join(" "),
    }
}
