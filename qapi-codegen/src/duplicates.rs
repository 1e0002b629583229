//! Equal elements of lists.

/// The most keys that are compared each with each.
const SHORT: usize = 32;

/// The pairs of equal keys: the indices of the first one and of each later one, in the
/// order of the later ones.
///
/// Most lists have few keys, so that a table would take longer to make than to use.
pub fn duplicates<K: Ord>(keys: &[K]) -> Vec<(usize, usize)> {
    if keys.len() > SHORT {
        return by_order(keys);
    }
    let first = |index: usize| keys[..index].iter().position(|key| *key == keys[index]);
    let pairs = (1..keys.len()).filter_map(|index| Some((first(index)?, index)));
    pairs.collect()
}

fn by_order<K: Ord>(keys: &[K]) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|&index| &keys[index]);
    let equal = order.chunk_by(|&one, &other| keys[one] == keys[other]);
    let pairs = equal.flat_map(|equal| equal[1..].iter().map(|&later| (equal[0], later)));
    let mut pairs: Vec<(usize, usize)> = pairs.collect();
    pairs.sort_by_key(|&(_, later)| later);
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_lists_have_the_same_duplicates() {
        assert_eq!(
            duplicates(&['a', 'b', 'a', 'b', 'a']),
            [(0, 2), (1, 3), (0, 4)]
        );
        for length in [SHORT, 2 * SHORT] {
            let keys: Vec<usize> = (0..length).map(|index| index * 7 % 20).collect();
            let expected: Vec<(usize, usize)> = (20..length).map(|it| (it % 20, it)).collect();
            assert_eq!(duplicates(&keys), expected);
        }
    }
}
