//! What to do about findings where a person knows better than the rule.

use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    advice: Vec<Advice>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advice {
    target: String,
    path: String,
    todo: String,
}

static ADVICE: LazyLock<Vec<Advice>> = LazyLock::new(|| {
    // The file is part of the program, and a test reads it.
    read().map_or_else(|_| Vec::new(), |file| file.advice)
});

fn read() -> Result<File, toml::de::Error> {
    toml::from_str(include_str!("advice.toml"))
}

/// What to do about something that is gone from a path of a command.
pub fn of(target: &str, path: &str) -> Option<&'static str> {
    let about = ADVICE
        .iter()
        .find(|advice| advice.target == target && advice.path == path);
    about.map(|advice| &*advice.todo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_is_sentences_about_one_place_each() {
        let advice = read().unwrap().advice;
        for (index, one) in advice.iter().enumerate() {
            assert!(one.todo.ends_with('.'), "{}", one.target);
            let same = |other: &Advice| (&other.target, &other.path) == (&one.target, &one.path);
            assert_eq!(advice.iter().position(same), Some(index), "{}", one.target);
        }
    }
}
