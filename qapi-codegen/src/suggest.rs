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
