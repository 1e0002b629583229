//! Advice for entities of which a person knows the replacement.

use std::sync::LazyLock;

use serde::Deserialize;

use super::change::KindAttribute;
use super::finding::Finding;
use crate::knowledge::Behaviour;
use crate::wire::{Direction, render_path};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AdviceFile {
    entry: Vec<AdviceEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AdviceEntry {
    target: String,
    path: String,
    advice: String,
}

// The file is part of the program, and a test parses it.
static ADVICE: LazyLock<AdviceFile> = LazyLock::new(|| parse_file().unwrap_or_default());

fn parse_file() -> Result<AdviceFile, toml::de::Error> {
    toml::from_str(include_str!("advice.toml"))
}

/// The advice for a removed or deprecated command or argument.
pub fn replacement_advice<'s>(behaviour: &'s Behaviour, finding: &Finding<'_>) -> Option<&'s str> {
    let is_replaceable = finding.change.kind.has(KindAttribute::Replaceable);
    if finding.direction != Direction::Request || !is_replaceable {
        return None;
    }
    let (target, path) = (finding.target(), render_path(finding.path()));
    let documented = behaviour.deprecations.iter().find(|entry| {
        entry.target == target && entry.member.as_deref().unwrap_or_default() == path
    });
    let is_same = |entry: &&AdviceEntry| entry.target == target && entry.path == path;
    match documented {
        Some(entry) => Some(&entry.advice),
        None => Some(&ADVICE.entry.iter().find(is_same)?.advice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_is_sentences_about_distinct_entities() {
        let entries = parse_file().unwrap().entry;
        for (index, entry) in entries.iter().enumerate() {
            assert!(entry.advice.ends_with('.'), "{}", entry.target);
            let same =
                |other: &AdviceEntry| (&other.target, &other.path) == (&entry.target, &entry.path);
            assert_eq!(
                entries.iter().position(same),
                Some(index),
                "{}",
                entry.target
            );
        }
    }
}
