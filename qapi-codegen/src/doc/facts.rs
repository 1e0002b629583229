//! The facts that are told in sentences: since when, and whether deprecated.

use super::Deprecation;
use super::section::Section;
use crate::version::Series;

/// The first release that a text mentions.
pub fn first_series(text: &str) -> Option<Series> {
    text.split_whitespace().find_map(leading_series)
}

/// A line of its own that says `Since 1.5`, as many do before 2.9.
pub fn since_line(section: &Section<'_>) -> Option<Series> {
    section.lines.iter().find_map(|line| {
        let rest = line.trim().strip_prefix("Since")?;
        whole_series(rest.trim_start_matches([' ', ':']).trim_end())
    })
}

/// The release in `(since 2.3)`, `; since: 2.7)`, or a sentence of its own; the
/// last that ends the text, or else the first.
pub fn entry_since(text: &str) -> Option<Series> {
    let mentions: Vec<Mention<'_>> = mentions(text, "since")
        .into_iter()
        .filter(Mention::is_about_entry)
        .collect();
    let last = mentions.last().filter(|mention| mention.ends_text());
    last.or(mentions.first()).and_then(Mention::series)
}

/// The names and releases of `(poweroff since 2.8, run since 5.0)`.
pub fn named_since(text: &str) -> Vec<(&str, Series)> {
    mentions(text, "since")
        .into_iter()
        .filter_map(|mention| {
            let name = mention.before.rsplit([' ', '(', ',']).next()?;
            Some((name, mention.series()?))
        })
        .collect()
}

/// Whether the text of a definition calls it deprecated.
pub fn definition_deprecated(text: &str) -> Option<Deprecation> {
    let about = |mention: &Mention<'_>| mention.opens_sentence() || mention.is_predicate();
    deprecation(text, about)
}

/// Whether the text of a member calls it deprecated.
pub fn entry_deprecated(text: &str) -> Option<Deprecation> {
    deprecation(text, |mention| {
        mention.opens_sentence()
            || mention.before.ends_with(['(', ';'])
            || mention.before.ends_with(" and")
    })
}

fn deprecation(text: &str, about: impl Fn(&Mention<'_>) -> bool) -> Option<Deprecation> {
    mentions(text, "deprecated")
        .into_iter()
        .chain(mentions(text, "obsolete"))
        .find(about)
        .map(|mention| Deprecation {
            since: mention.series_of_change(),
        })
}

/// A word in a text, with what stands around it.
struct Mention<'t> {
    before: &'t str,
    after: &'t str,
}

/// Where a word stands in a text, in any capitals.
fn mentions<'t>(text: &'t str, word: &str) -> Vec<Mention<'t>> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '@' | '\'');
    let around = |start: usize| (&text[..start], &text[start + word.len()..]);
    text.to_ascii_lowercase()
        .match_indices(word)
        .map(|(start, _)| around(start))
        .filter(|(before, after)| !before.ends_with(part) && !after.starts_with(part))
        .map(|(before, after)| Mention {
            before: before.trim_end(),
            after: after.trim_start(),
        })
        .collect()
}

impl Mention<'_> {
    /// The release right behind the word.
    fn series(&self) -> Option<Series> {
        leading_series(self.after.trim_start_matches(':').trim_start())
    }

    /// The release in `deprecated since 2.12` and `deprecated (since 2.12.0)`.
    fn series_of_change(&self) -> Option<Series> {
        let rest = self.after.trim_start_matches('(');
        let rest = rest
            .strip_prefix("since ")
            .or_else(|| rest.strip_prefix("in "))?;
        leading_series(rest)
    }

    fn opens_sentence(&self) -> bool {
        matches!(self.before, "" | "#optional") || self.before.ends_with(['.', ')'])
    }

    /// Whether the words before are like `this command is`.
    fn is_predicate(&self) -> bool {
        let words = self.before.strip_suffix(" now").unwrap_or(self.before);
        let mut words = words.rsplit(' ');
        words.next() == Some("is")
            && words.next().is_some_and(|noun| NOUNS.contains(&noun))
            && words
                .next()
                .is_some_and(|this| this.eq_ignore_ascii_case("this"))
    }

    /// Whether a `since` tells since when there is the member, and not what its
    /// text happens to mention.
    fn is_about_entry(&self) -> bool {
        if self.series().is_none() {
            return false;
        }
        let deprecated = self
            .before
            .trim_end_matches('(')
            .trim_end()
            .to_ascii_lowercase();
        if deprecated.ends_with("deprecated") {
            return false;
        }
        if matches!(self.before, "" | "#optional") {
            return true;
        }
        let in_brackets = self.before.ends_with('(');
        let alone = self.opens_sentence() || self.before.ends_with([';', ',']);
        in_brackets
            || (alone && self.rest().starts_with(['.', ')', ';']))
            || (alone && self.rest().is_empty())
    }

    fn ends_text(&self) -> bool {
        self.rest().chars().all(|c| matches!(c, '.' | ')' | ' '))
    }

    /// What stands behind the release.
    fn rest(&self) -> &str {
        let version = self.after.trim_start_matches(':').trim_start();
        let rest = version.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let rest = if version[..version.len() - rest.len()].ends_with('.') {
            &version[version.len() - rest.len() - 1..]
        } else {
            rest
        };
        rest.trim_start()
    }
}

const NOUNS: [&str; 5] = ["command", "event", "interface", "type", "struct"];

/// The release that a text begins with.
fn leading_series(text: &str) -> Option<Series> {
    let digits = |c: char| c.is_ascii_digit();
    let (major, rest) = text.split_once('.')?;
    let end = rest.find(|c| !digits(c)).unwrap_or(rest.len());
    if major.is_empty() || !major.chars().all(digits) {
        return None;
    }
    Some(Series::new(major.parse().ok()?, rest[..end].parse().ok()?))
}

/// The release that a text is, with or without a full stop behind it.
fn whole_series(text: &str) -> Option<Series> {
    let bare = text.trim_end_matches('.');
    let only = bare.chars().all(|c| c.is_ascii_digit() || c == '.');
    only.then(|| leading_series(bare)).flatten()
}
