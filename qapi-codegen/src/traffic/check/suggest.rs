//! Names that are similar to an unknown one.

use crate::suggest;

/// The number of names that are suggested.
const MAX_SUGGESTIONS: usize = 3;

/// The names most similar to a name, the most similar first.
pub fn similar_names<'c>(name: &str, mut candidates: Vec<&'c str>) -> Vec<&'c str> {
    let mut found = Vec::new();
    while found.len() < MAX_SUGGESTIONS {
        let near = suggest::nearest(name, candidates.iter().copied());
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
    !similar_names(name, vec![other]).is_empty()
}

/// Finds a name that has more words than another.
fn find_longer<'c>(name: &str, candidates: &[&'c str]) -> Option<&'c str> {
    let has_more_words = |candidate: &&&str| {
        let rest = candidate.strip_prefix(name);
        !name.is_empty() && rest.is_some_and(|rest| rest.starts_with(['-', '_']))
    };
    candidates.iter().find(has_more_words).copied()
}
