//! Policies of callers: other effects for findings, and findings to ignore.
//!
//! Entries select findings and changes of behaviour by rule, target, path and fingerprint, never by the
//! text of a message, which may change.

use serde::Deserialize;

use super::behaviour::BehaviourNote;
use super::finding::Finding;
use super::report::Report;
use super::rules::Compatibility;
use crate::wire::render_path;

/// A policy.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The findings to ignore.
    #[serde(default)]
    pub ignore: Vec<IgnoreEntry>,
    /// The findings that have another effect. The last matching entry wins.
    #[serde(default)]
    pub severity: Vec<SeverityEntry>,
}

/// Findings to ignore.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IgnoreEntry {
    /// A pattern for the rule.
    pub rule: String,
    /// A pattern for the command or event.
    pub target: Option<String>,
    /// A pattern for the path.
    pub path: Option<String>,
    /// The fingerprint of one finding.
    pub fingerprint: Option<String>,
    /// The reason why the caller is not affected.
    pub reason: String,
}

/// Findings that have another effect.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeverityEntry {
    /// A pattern for the rule.
    pub rule: String,
    /// A pattern for the command or event.
    pub target: Option<String>,
    /// A pattern for the path.
    pub path: Option<String>,
    /// The effect.
    pub level: Compatibility,
}

/// Reads a policy.
///
/// # Errors
///
/// The text is invalid TOML or has unknown keys. The error has the position.
pub fn parse_policy(text: &str) -> Result<Policy, toml::de::Error> {
    toml::from_str(text)
}

impl Policy {
    /// Applies the policy to a report. Returns a warning for each entry that
    /// matches no finding.
    pub fn apply(&self, report: &mut Report<'_>) -> Vec<String> {
        let mut unused = Vec::new();
        for entry in &self.severity {
            let findings = report.findings.iter_mut();
            let findings = findings.filter(|finding| entry.matches(finding));
            let notes = report.behaviour.iter_mut();
            let notes = notes.filter(|note| entry.matches_note(note));
            let findings = findings.map(|finding| finding.compatibility = entry.level);
            let notes = notes.map(|note| note.level = Some(entry.level));
            if findings.chain(notes).count() == 0 {
                unused.push(format!("severity of `{}`: no finding matches", entry.rule));
            }
        }
        for entry in &self.ignore {
            let ignored = report
                .findings
                .extract_if(.., |finding| entry.matches(finding));
            let notes = report
                .behaviour
                .extract_if(.., |note| entry.matches_note(note));
            let count = ignored.count() + notes.count();
            if count == 0 {
                unused.push(format!("ignoring `{}`: no finding matches", entry.rule));
            }
            report.ignored += count;
        }
        report.count();
        unused
    }
}

impl IgnoreEntry {
    fn matches(&self, finding: &Finding<'_>) -> bool {
        let fingerprint = self.fingerprint.as_ref();
        fingerprint.is_none_or(|own| *own == finding.fingerprint)
            && matches_finding(finding, &self.rule, &self.target, &self.path)
    }

    fn matches_note(&self, note: &BehaviourNote<'_>) -> bool {
        self.fingerprint.is_none() && matches_note(note, &self.rule, &self.target, &self.path)
    }
}

impl SeverityEntry {
    fn matches(&self, finding: &Finding<'_>) -> bool {
        matches_finding(finding, &self.rule, &self.target, &self.path)
    }

    fn matches_note(&self, note: &BehaviourNote<'_>) -> bool {
        matches_note(note, &self.rule, &self.target, &self.path)
    }
}

/// A change of behaviour has its id for a rule, and no path.
fn matches_note(
    note: &BehaviourNote<'_>,
    rule: &str,
    target: &Option<String>,
    path: &Option<String>,
) -> bool {
    let concerns = |pattern: &String| note.concerns(|name| matches(pattern, name));
    path.is_none() && matches(rule, note.id) && target.as_ref().is_none_or(concerns)
}

fn matches_finding(
    finding: &Finding<'_>,
    rule: &str,
    target: &Option<String>,
    path: &Option<String>,
) -> bool {
    let occurs_in = |pattern: &String| finding.occurs_in(|name| matches(pattern, name));
    let has_path = |pattern: &String| matches(pattern, &render_path(finding.path()));
    matches(rule, finding.rule.id.as_str())
        && target.as_ref().is_none_or(occurs_in)
        && path.as_ref().is_none_or(has_path)
}

/// Matches a text against a pattern: `*` is any text, `?` any character.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(&c) if c == '?' || c == text[from] => (at, from) = (at + 1, from + 1),
            _ => match star {
                Some((position, taken)) => {
                    star = Some((position, taken + 1));
                    (at, from) = (position + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text) in [
            ("*", ""),
            ("blockdev-*", "blockdev-add"),
            ("*a?c*", "xxabcabd"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("block", "blockdev"), ("a*b", "ac"), ("?", "")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn errors_have_a_position() {
        let error =
            parse_policy("[[ignore]]\nrule = 'a'\nreason = 'b'\nmessage = 'c'\n").unwrap_err();
        assert!(error.to_string().contains("message"), "{error}");
    }
}
