//! Facts in sentences: the first release and deprecation.

use super::Deprecation;
use super::section::Section;
use crate::version::{Series, Version};

/// The first release that a text mentions.
pub fn first_release(text: &str) -> Option<Version> {
    text.split_whitespace().find_map(leading_release)
}

/// The release in a line `Since 1.5`, which many comments before 2.9 have.
pub fn since_line(section: &Section<'_>) -> Option<Version> {
    section.lines.iter().find_map(|line| {
        let rest = line.trim().strip_prefix("Since")?;
        whole_release(rest.trim_start_matches([' ', ':']).trim_end())
    })
}

/// The release in `(since 2.3)`, `; since: 2.7)` or a sentence `Since 2.3.`.
///
/// A release at the end of the text takes precedence over the first one.
pub fn member_since(text: &str) -> Option<Version> {
    let mentions: Vec<Mention<'_>> = mentions(text, "since")
        .into_iter()
        .filter(Mention::dates_member)
        .collect();
    let last = mentions.last().filter(|mention| mention.ends_text());
    last.or(mentions.first()).and_then(Mention::release)
}

/// The names and releases of `(poweroff since 2.8, run since 5.0)`.
pub fn named_since(text: &str) -> Vec<(&str, Version)> {
    mentions(text, "since")
        .into_iter()
        .filter_map(|mention| {
            let name = mention.before.rsplit([' ', '(', ',']).next()?;
            Some((name, mention.release()?))
        })
        .collect()
}

/// The deprecation in the text of a definition.
pub fn definition_deprecation(text: &str) -> Option<Deprecation> {
    let about = |mention: &Mention<'_>| mention.opens_sentence() || mention.is_predicate();
    deprecation(text, about)
}

/// The deprecation in the text of a member.
pub fn member_deprecation(text: &str) -> Option<Deprecation> {
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

/// An occurrence of a word, with the text around it.
struct Mention<'t> {
    before: &'t str,
    after: &'t str,
}

/// The occurrences of a word of ASCII letters in a text, regardless of case.
fn mentions<'t>(text: &'t str, word: &str) -> Vec<Mention<'t>> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '@' | '\'');
    let around = |start: usize| (&text[..start], &text[start + word.len()..]);
    let is_word = |start: &usize| {
        let found = text.as_bytes().get(*start..*start + word.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
    };
    let first = word.as_bytes()[0];
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), text.as_bytes())
        .filter(is_word)
        .map(around)
        .filter(|(before, after)| !before.ends_with(part) && !after.starts_with(part))
        .map(|(before, after)| Mention {
            before: before.trim_end(),
            after: after.trim_start(),
        })
        .collect()
}

impl Mention<'_> {
    /// The release after the word.
    fn release(&self) -> Option<Version> {
        leading_release(self.after.trim_start_matches(':').trim_start())
    }

    /// The release in `deprecated since 2.12` and `deprecated (since 2.12.0)`.
    fn series_of_change(&self) -> Option<Series> {
        let rest = self.after.trim_start_matches('(');
        let rest = rest
            .strip_prefix("since ")
            .or_else(|| rest.strip_prefix("in "))?;
        leading_release(rest).map(Version::series)
    }

    fn opens_sentence(&self) -> bool {
        matches!(self.before, "" | "#optional") || self.before.ends_with(['.', ')'])
    }

    /// Returns `true` after words such as `this command is`.
    fn is_predicate(&self) -> bool {
        let words = self.before.strip_suffix(" now").unwrap_or(self.before);
        let mut words = words.rsplit(' ');
        words.next() == Some("is")
            && words.next().is_some_and(|noun| NOUNS.contains(&noun))
            && words
                .next()
                .is_some_and(|this| this.eq_ignore_ascii_case("this"))
    }

    /// Returns `true` if `since` dates the member itself, not something else that
    /// its text mentions.
    fn dates_member(&self) -> bool {
        if self.release().is_none() || self.is_after_deprecated() {
            return false;
        }
        if matches!(self.before, "" | "#optional") || self.before.ends_with('(') {
            return true;
        }
        let is_alone = self.opens_sentence() || self.before.ends_with([';', ',']);
        let rest = self.rest();
        is_alone && (rest.is_empty() || rest.starts_with(['.', ')', ';']))
    }

    fn is_after_deprecated(&self) -> bool {
        let before = self.before.trim_end_matches('(').trim_end();
        before.to_ascii_lowercase().ends_with("deprecated")
    }

    fn ends_text(&self) -> bool {
        self.rest().chars().all(|c| matches!(c, '.' | ')' | ' '))
    }

    /// The text after the release.
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

/// The release at the beginning of a text, of which the last number may be absent.
fn leading_release(text: &str) -> Option<Version> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let mut numbers = text[..end.unwrap_or(text.len())].split('.');
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next()?.parse().ok()?;
    let micro = numbers.next().and_then(|micro| micro.parse().ok());
    Some(Version::new(major, minor, micro.unwrap_or(0)))
}

/// The release that is the whole text, with or without a full stop.
fn whole_release(text: &str) -> Option<Version> {
    let bare = text.trim_end_matches('.');
    let only = bare.chars().all(|c| c.is_ascii_digit() || c == '.');
    only.then(|| leading_release(bare)).flatten()
}
