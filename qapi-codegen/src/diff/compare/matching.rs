//! Recognizing renamed entities.
//!
//! A wrong match hides a removal, so each match needs evidence and names it.

use std::collections::BTreeMap;

use crate::diff::change::{Change, ChangeKind, RenameEvidence};
use crate::unit::unit;

/// An old name and the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rename<'s> {
    /// The old name.
    pub(super) old: &'s str,
    /// The new name.
    pub(super) new: &'s str,
    /// The evidence.
    pub(super) evidence: RenameEvidence,
}

impl<'s> Rename<'s> {
    /// The change of the name.
    pub(super) fn change(&self, kind: ChangeKind) -> Change<'s> {
        Change::replaced(kind, self.old, self.new).with_evidence(self.evidence)
    }
}

/// The result of matching names.
#[derive(Debug, Default)]
pub(super) struct NameMatch<'s> {
    /// The renamed entities.
    pub(super) renamed: Vec<Rename<'s>>,
    /// The old names without a match.
    pub(super) removed: Vec<&'s str>,
    /// The new names without a match.
    pub(super) added: Vec<&'s str>,
}

/// Matches names that differ in `x-`, in case or in punctuation.
pub(super) fn match_by_spelling<'s>(removed: Vec<&'s str>, added: Vec<&'s str>) -> NameMatch<'s> {
    let mut by_folded: BTreeMap<String, Vec<&'s str>> = BTreeMap::new();
    for name in &added {
        by_folded.entry(fold(name)).or_default().push(name);
    }
    let mut matched = NameMatch {
        added,
        ..NameMatch::default()
    };
    for old in removed {
        let candidates = by_folded.get(&fold(old)).map_or(&[][..], Vec::as_slice);
        let is_free = |new: &&&str| matched.added.contains(*new);
        match candidates.iter().find(is_free) {
            Some(&new) => {
                matched.added.retain(|name| *name != new);
                let evidence = if old.strip_prefix("x-") == Some(new) {
                    RenameEvidence::Promoted
                } else {
                    RenameEvidence::Spelling
                };
                matched.renamed.push(Rename { old, new, evidence });
            }
            None => matched.removed.push(old),
        }
    }
    matched
}

/// Matches the remaining names of entities with equal shapes, if the names share
/// at least half of their words, state the same unit, and there is only one candidate.
pub(super) fn match_by_shape<'s>(
    matched: &mut NameMatch<'s>,
    have_same_shape: impl Fn(&'s str, &'s str) -> bool,
) {
    if matched.removed.is_empty() || matched.added.is_empty() {
        return;
    }
    let split = |names: &[&'s str]| -> Vec<SplitName<'s>> {
        names.iter().map(|name| (*name, words(name))).collect()
    };
    let (removed, added) = (split(&matched.removed), split(&matched.added));
    let are_similar = |old: &SplitName<'s>, new: &SplitName<'s>| {
        share_words(&old.1, &new.1) && unit(old.0) == unit(new.0) && have_same_shape(old.0, new.0)
    };
    let mut renamed = Vec::new();
    for old in &removed {
        let candidates = added.iter().filter(|new| are_similar(old, new));
        let [new] = candidates.collect::<Vec<_>>()[..] else {
            continue;
        };
        let rivals = removed.iter();
        if rivals.filter(|other| are_similar(other, new)).count() == 1 {
            renamed.push(Rename {
                old: old.0,
                new: new.0,
                evidence: RenameEvidence::Shape,
            });
        }
    }
    let is_old = |name: &str| renamed.iter().any(|rename| rename.old == name);
    matched.removed.retain(|name| !is_old(name));
    let is_new = |name: &str| renamed.iter().any(|rename| rename.new == name);
    matched.added.retain(|name| !is_new(name));
    matched.renamed.append(&mut renamed);
}

/// Removes `x-`, case and punctuation from a name.
fn fold(name: &str) -> String {
    let name = name.strip_prefix("x-").unwrap_or(name);
    let letters = name.chars().filter(|c| !matches!(c, '-' | '_' | '.'));
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// A name and its words.
type SplitName<'s> = (&'s str, Vec<String>);

/// The words of a name, in lower case.
fn words(name: &str) -> Vec<String> {
    let name = name.to_ascii_lowercase();
    let words = name.split(['-', '_', '.']).filter(|word| *word != "x");
    words.map(str::to_owned).collect()
}

/// Returns `true` if two names share half of the words of the longer one.
fn share_words(old: &[String], new: &[String]) -> bool {
    let shared = old.iter().filter(|word| new.contains(word)).count();
    2 * shared >= old.len().max(new.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_is_folded_and_a_new_name_is_taken_once() {
        let matched = match_by_spelling(
            vec!["WheelUp", "l1.grow", "x-del", "gone", "X-Y"],
            vec!["wheel-up", "l1_grow", "del", "fresh", "x_y"],
        );
        let pairs: Vec<_> = matched
            .renamed
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
        assert_eq!(matched.renamed[2].evidence, RenameEvidence::Promoted);
        assert_eq!(matched.removed, ["gone"]);
        assert_eq!(matched.added, ["fresh"]);
    }

    #[test]
    fn a_shape_is_evidence_only_for_related_names_without_rivals() {
        let matched = || NameMatch {
            removed: vec!["query-cpus"],
            ..NameMatch::default()
        };
        let names = |added: &[&'static str]| {
            let mut matched = NameMatch {
                added: added.to_vec(),
                ..matched()
            };
            match_by_shape(&mut matched, |_, _| true);
            matched.renamed.len()
        };
        assert_eq!(names(&["query-cpus-fast"]), 1);
        assert_eq!(names(&["query-cpus-fast", "query-cpus-slow"]), 0);
        assert_eq!(names(&["list-machines"]), 0);
        assert_eq!(names(&["query-cpus-ms"]), 0);
    }
}
