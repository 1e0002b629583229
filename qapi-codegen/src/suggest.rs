//! Suggestions for misspelt names.

use strsim::levenshtein;

/// The candidate that is most similar to a name, if any is similar enough.
pub fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    if name.len() > MAX_LENGTH {
        return None;
    }
    let limit = name.chars().count().div_ceil(4).clamp(1, 3);
    let name = name.to_lowercase();
    candidates
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= 2 * limit)
        .map(|candidate| (levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The names most similar to a name, the most similar first.
pub fn similar_names<'c>(name: &str, mut candidates: Vec<&'c str>) -> Vec<&'c str> {
    let mut found = Vec::new();
    while found.len() < MAX_SUGGESTIONS {
        let near = nearest(name, candidates.iter().copied());
        let Some(near) = near.or_else(|| find_longer(name, &candidates)) else {
            break;
        };
        candidates.retain(|candidate| *candidate != near);
        found.push(near);
    }
    found
}

/// Returns whether a name is similar to another.
pub fn is_similar(name: &str, other: &str) -> bool {
    nearest(name, std::iter::once(other)).is_some() || find_longer(name, &[other]).is_some()
}

/// Finds a name that has more words than another.
fn find_longer<'c>(name: &str, candidates: &[&'c str]) -> Option<&'c str> {
    let has_more_words = |candidate: &&&str| {
        let rest = candidate.strip_prefix(name);
        !name.is_empty() && rest.is_some_and(|rest| rest.starts_with(['-', '_']))
    };
    candidates.iter().find(has_more_words).copied()
}

/// The number of names that are suggested.
const MAX_SUGGESTIONS: usize = 3;

/// The length of the longest compared name. Names in schemas have up to fifty
/// characters.
const MAX_LENGTH: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_names_are_suggested() {
        let names = ["BlockdevOptions", "BlockdevRef", "int"];
        assert_eq!(
            nearest("BlockDevOption", names.into_iter()),
            Some("BlockdevOptions")
        );
        assert_eq!(nearest("Int", names.into_iter()), Some("int"));
        assert_eq!(nearest("Netdev", names.into_iter()), None);
    }
}
