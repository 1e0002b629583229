//! What a caller thinks of findings: other severities, and what to leave out.
//!
//! Entries name rules, targets, paths and fingerprints, never the words of a
//! message, which may change.

use serde::Deserialize;

use super::finding::Finding;
use super::report::{Report, Summary};
use super::rules::Severity;

/// What a caller thinks of findings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What to leave out.
    #[serde(default)]
    pub ignore: Vec<Ignore>,
    /// What has another severity; the last that fits counts.
    #[serde(default)]
    pub severity: Vec<Level>,
}

/// Findings to leave out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ignore {
    /// The rule, as a pattern.
    pub rule: String,
    /// The command or event, as a pattern.
    #[serde(default)]
    pub target: Option<String>,
    /// The path, as a pattern.
    #[serde(default)]
    pub path: Option<String>,
    /// The one finding.
    #[serde(default)]
    pub fingerprint: Option<String>,
    /// Why it does not matter to the caller.
    pub reason: String,
}

/// Findings that have another severity.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// The rule, as a pattern.
    pub rule: String,
    /// The command or event, as a pattern.
    #[serde(default)]
    pub target: Option<String>,
    /// The path, as a pattern.
    #[serde(default)]
    pub path: Option<String>,
    /// The severity they have.
    pub level: Severity,
}

/// Reads a policy.
///
/// # Errors
///
/// It is no TOML, or has keys that are not known. The error knows the place.
pub fn read(text: &str) -> Result<Policy, toml::de::Error> {
    toml::from_str(text)
}

impl Policy {
    /// Applies to a report; gives the entries that fit no finding, as the
    /// reader of the report should hear of them.
    pub fn apply(&self, report: &mut Report) -> Vec<String> {
        let mut stale = Vec::new();
        for entry in &self.severity {
            let fits = |finding: &&mut Finding| entry.fits(finding);
            let fitting: Vec<_> = report.findings.iter_mut().filter(fits).collect();
            if fitting.is_empty() {
                stale.push(format!(
                    "no finding has the severity told for `{}`",
                    entry.rule
                ));
            }
            fitting
                .into_iter()
                .for_each(|finding| finding.severity = entry.level);
        }
        for entry in &self.ignore {
            let before = report.findings.len();
            report.findings.retain(|finding| !entry.fits(finding));
            if report.findings.len() == before {
                stale.push(format!("there is nothing to ignore for `{}`", entry.rule));
            }
            report.ignored += before - report.findings.len();
        }
        report.summary = Summary::of(&report.findings);
        stale
    }
}

impl Ignore {
    fn fits(&self, finding: &Finding) -> bool {
        let named = self
            .fingerprint
            .as_ref()
            .is_none_or(|own| *own == finding.fingerprint);
        named && fits(finding, &self.rule, &self.target, &self.path)
    }
}

impl Level {
    fn fits(&self, finding: &Finding) -> bool {
        fits(finding, &self.rule, &self.target, &self.path)
    }
}

fn fits(finding: &Finding, rule: &str, target: &Option<String>, path: &Option<String>) -> bool {
    let target_fits = |own: &String| finding.targets.iter().any(|name| matches(own, name));
    matches(rule, &finding.rule)
        && target.as_ref().is_none_or(target_fits)
        && path.as_ref().is_none_or(|own| matches(own, &finding.path))
}

/// Whether a text fits a pattern in which `*` is any text and `?` any letter.
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
                Some((stood, taken)) => {
                    star = Some((stood, taken + 1));
                    (at, from) = (stood + 1, taken + 1);
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
    fn mistakes_have_a_place() {
        let error = read("[[ignore]]\nrule = 'a'\nreason = 'b'\nmessage = 'c'\n").unwrap_err();
        assert!(error.to_string().contains("message"), "{error}");
    }
}
