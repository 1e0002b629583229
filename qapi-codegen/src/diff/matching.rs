//! Recognizing a thing that has another name now.
//!
//! A wrong claim hides a removal, so there is no claim without evidence, and
//! each claim says which.

use std::collections::BTreeMap;

use super::change::RenameEvidence;

/// An old name and the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pairing<'s> {
    /// The old name.
    pub old: &'s str,
    /// The new name.
    pub new: &'s str,
    /// By what they were recognized as the same.
    pub evidence: RenameEvidence,
}

/// Names that were matched, and those that were not.
#[derive(Debug, Default)]
pub struct Matched<'s> {
    /// The matched names.
    pub pairs: Vec<Pairing<'s>>,
    /// The old names without a new one.
    pub gone: Vec<&'s str>,
    /// The new names without an old one.
    pub fresh: Vec<&'s str>,
}

/// Matches names that differ in an `x-`, in case or in punctuation.
pub fn by_spelling<'s>(gone: Vec<&'s str>, fresh: Vec<&'s str>) -> Matched<'s> {
    let mut folded: BTreeMap<String, Vec<&'s str>> = BTreeMap::new();
    for name in &fresh {
        folded.entry(fold(name)).or_default().push(name);
    }
    let mut matched = Matched {
        fresh,
        ..Matched::default()
    };
    for old in gone {
        let candidates = folded.get(&fold(old)).map_or(&[][..], Vec::as_slice);
        let taken = |new: &&&str| matched.fresh.contains(*new);
        match candidates.iter().find(taken) {
            Some(&new) => {
                matched.fresh.retain(|name| *name != new);
                let evidence = if promoted(old, new) {
                    RenameEvidence::Promoted
                } else {
                    RenameEvidence::Spelling
                };
                matched.pairs.push(Pairing { old, new, evidence });
            }
            None => matched.gone.push(old),
        }
    }
    matched
}

/// Matches what is left by its shape, where it has one worth comparing and the
/// names share at least half of their words; only where no second candidate
/// is.
pub fn by_shape<'s>(matched: &mut Matched<'s>, same: impl Fn(&'s str, &'s str) -> bool) {
    let alike = |old: &'s str, new: &'s str| related(old, new) && same(old, new);
    let mut pairs = Vec::new();
    for &old in &matched.gone {
        let news: Vec<_> = matched
            .fresh
            .iter()
            .filter(|&&new| alike(old, new))
            .collect();
        if let [&new] = news[..] {
            let rivals = matched
                .gone
                .iter()
                .filter(|&&other| alike(other, new))
                .count();
            if rivals == 1 {
                pairs.push(Pairing {
                    old,
                    new,
                    evidence: RenameEvidence::Shape,
                });
            }
        }
    }
    matched
        .gone
        .retain(|name| pairs.iter().all(|pair| pair.old != *name));
    matched
        .fresh
        .retain(|name| pairs.iter().all(|pair| pair.new != *name));
    matched.pairs.append(&mut pairs);
}

/// Whether the new name is the old one without its `x-`.
fn promoted(old: &str, new: &str) -> bool {
    old.strip_prefix("x-") == Some(new)
}

/// A name without `x-`, case and punctuation.
fn fold(name: &str) -> String {
    let name = name.strip_prefix("x-").unwrap_or(name);
    let letters = name.chars().filter(|c| !matches!(c, '-' | '_' | '.'));
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether two names share at least half of the words of the longer one.
fn related(old: &str, new: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        let name = name.to_ascii_lowercase();
        name.split(['-', '_', '.'])
            .filter(|word| *word != "x")
            .map(str::to_owned)
            .collect()
    };
    let (old, new) = (words(old), words(new));
    let shared = old.iter().filter(|word| new.contains(word)).count();
    2 * shared >= old.len().max(new.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_is_folded_and_a_new_name_is_taken_once() {
        let matched = by_spelling(
            vec!["WheelUp", "l1.grow", "x-del", "gone", "X-Y"],
            vec!["wheel-up", "l1_grow", "del", "fresh", "x_y"],
        );
        let pairs: Vec<_> = matched
            .pairs
            .iter()
            .map(|pair| (pair.old, pair.new))
            .collect();
        assert_eq!(
            pairs[..3],
            [
                ("WheelUp", "wheel-up"),
                ("l1.grow", "l1_grow"),
                ("x-del", "del")
            ]
        );
        assert_eq!(matched.pairs[2].evidence, RenameEvidence::Promoted);
        assert_eq!(matched.gone, ["gone"]);
        assert_eq!(matched.fresh, ["fresh"]);
    }

    #[test]
    fn a_shape_is_evidence_only_for_related_names_without_rivals() {
        let matched = || Matched {
            gone: vec!["query-cpus"],
            ..Matched::default()
        };
        let names = |fresh: &[&'static str]| {
            let mut matched = Matched {
                fresh: fresh.to_vec(),
                ..matched()
            };
            by_shape(&mut matched, |_, _| true);
            matched.pairs.len()
        };
        assert_eq!(names(&["query-cpus-fast"]), 1);
        assert_eq!(names(&["query-cpus-fast", "query-cpus-slow"]), 0);
        assert_eq!(names(&["list-machines"]), 0);
    }
}
