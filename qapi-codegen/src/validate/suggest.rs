//! The name that somebody probably meant.

/// The candidate that is nearest to a name, if one is near enough.
pub fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let limit = name.chars().count().div_ceil(4).clamp(1, 3);
    candidates
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= 2 * limit)
        .filter_map(|candidate| Some((distance(name, candidate, limit)?, candidate)))
        .min()
        .map(|(_, candidate)| candidate)
}

/// The longest name that is compared; the names of schemas have fifty letters.
const LONGEST: usize = 100;

/// How many letters differ, not counting case, unless they are more than `limit`.
fn distance(left: &str, right: &str, limit: usize) -> Option<usize> {
    if left.len() > LONGEST || right.len() > LONGEST {
        return None;
    }
    let left: Vec<char> = left.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=left.len()).collect();
    for (index, letter) in right.to_lowercase().chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for column in 0..left.len() {
            let replaced = diagonal + usize::from(left[column] != letter);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().filter(|&distance| distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_recognised() {
        let names = ["BlockdevOptions", "BlockdevRef", "int"];
        assert_eq!(
            nearest("BlockDevOption", names.into_iter()),
            Some("BlockdevOptions")
        );
        assert_eq!(nearest("Int", names.into_iter()), Some("int"));
        assert_eq!(nearest("Netdev", names.into_iter()), None);
    }
}
