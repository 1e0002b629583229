//! What was probably meant.

use crate::suggest;
use crate::version::Series;

/// How many names are suggested.
const MOST: usize = 3;

/// The names that are nearest to one, the nearest first.
pub fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Vec<&'c str> {
    let mut candidates: Vec<&str> = candidates.collect();
    let mut found = Vec::new();
    while found.len() < MOST {
        let near = suggest::nearest(name, candidates.iter().copied());
        let longer = || {
            candidates
                .iter()
                .copied()
                .find(|candidate| begins(candidate, name))
        };
        let Some(near) = near.or_else(longer) else {
            break;
        };
        candidates.retain(|candidate| *candidate != near);
        found.push(near);
    }
    found
}

/// Whether a name has more words than one that was written.
fn begins(candidate: &str, name: &str) -> bool {
    let rest = candidate.strip_prefix(name);
    !name.is_empty() && rest.is_some_and(|rest| rest.starts_with(['-', '_']))
}

/// `did you mean ...?`, if there is something.
pub fn did_you_mean(near: &[&str]) -> Option<String> {
    (!near.is_empty()).then(|| format!("did you mean {}?", listed(near)))
}

/// What to say of a command that there is not.
pub fn unknown_command(series: Series, near: &[&str], elsewhere: &[Series]) -> Option<String> {
    let mut sentences = Vec::new();
    if let (Some(first), Some(last)) = (elsewhere.first(), elsewhere.last()) {
        sentences.push(match () {
            () if *first > series => format!("QEMU has it from {first} on"),
            () if *last < series => format!("QEMU had it until {last}"),
            () => format!("QEMU has it from {first} to {last}, and not in all between"),
        });
    }
    sentences.extend(did_you_mean(near));
    (!sentences.is_empty()).then(|| sentences.join("; "))
}

/// `a`, `b` or `c`.
pub fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match &quoted[..] {
        [names @ .., last] if !names.is_empty() => format!("{} or {last}", names.join(", ")),
        names => names.concat(),
    }
}

/// The values that a member takes, if they are few.
pub fn choices<'c>(values: impl Iterator<Item = &'c str>) -> Option<String> {
    let values: Vec<&str> = values.collect();
    let few = (1..=8).contains(&values.len());
    few.then(|| format!("it takes {}", listed(&values)))
}

/// A text from a message as it may stand in a sentence.
pub fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut characters = text.chars();
    let start: String = characters
        .by_ref()
        .take(LONGEST)
        .flat_map(char::escape_debug)
        .collect();
    match characters.next() {
        None => start,
        Some(_) => start + "...",
    }
}
