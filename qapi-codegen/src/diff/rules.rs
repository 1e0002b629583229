//! The rules, which are data: what each kind of edit means, and to whom.
//!
//! They stand in `rules.toml` beside this file. How an edit is found is not
//! known here.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::change::ChangeKind;
use crate::version::Series;
use crate::wire::Direction;

/// What an edit does to whom it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A program that was right still is.
    Compatible,
    /// It may fail, or what it does means something else.
    Dangerous,
    /// It fails.
    Breaking,
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Severity; 3] = [
        Severity::Breaking,
        Severity::Dangerous,
        Severity::Compatible,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Compatible => "compatible",
            Severity::Dangerous => "dangerous",
            Severity::Breaking => "breaking",
        }
    }
}

/// What an edit does to programs in Rust that use the bindings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RustEffect {
    /// They may not compile any more.
    Major,
    /// They compile.
    Minor,
    /// They see nothing of it.
    None,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, by which it is ignored and given another severity.
    pub id: String,
    /// What it does to an old client of the new QEMU.
    pub verdict: Severity,
    /// What it does to a new client of the old QEMU that makes use of it.
    pub reverse: Severity,
    /// What it does to programs that use the bindings.
    pub rust: RustEffect,
    /// Why that is so.
    pub why: String,
    /// What is said of it, as a template.
    pub message: String,
    /// What to do about it, as a template.
    #[serde(default)]
    pub todo: Option<String>,
}

/// The rules of one kind of edit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditRules {
    /// The edit.
    pub kind: ChangeKind,
    /// What shows it: members or definitions before it.
    pub old: String,
    /// Members or definitions after it.
    pub new: String,
    /// Definitions that both need.
    #[serde(default)]
    pub types: String,
    /// Definitions before it.
    #[serde(default)]
    pub old_types: String,
    /// Definitions after it.
    #[serde(default)]
    pub new_types: String,
    /// A command that takes what no schema lists, where it is without types.
    #[serde(default)]
    pub open: Option<String>,
    /// The release of the old side of the example, where it matters.
    #[serde(default, deserialize_with = "some_series")]
    pub old_release: Option<Series>,
    /// Why there is a rule in one direction only.
    #[serde(default)]
    pub alone: Option<String>,
    /// The rule for what is sent.
    #[serde(default)]
    pub request: Option<Rule>,
    /// The rule for what is returned.
    #[serde(default)]
    pub reply: Option<Rule>,
    /// The rule for events, where it is not that of replies.
    #[serde(default)]
    pub event: Option<Rule>,
    /// The rule for all directions.
    #[serde(default)]
    pub any: Option<Rule>,
}

impl EditRules {
    /// The rule in a direction, if the edit can be there.
    pub fn in_direction(&self, direction: Direction) -> Option<&Rule> {
        let own = match direction {
            Direction::Request => &self.request,
            Direction::Reply => &self.reply,
            Direction::Event => &self.event,
        };
        own.as_ref().or(self.any.as_ref())
    }

    /// The releases in which the two sides of the example are written.
    pub fn releases(&self) -> [Series; 2] {
        [self.old_release.unwrap_or(EXAMPLE), EXAMPLE]
    }
}

/// The series in which examples are written: its schemas have features, and
/// conditions as texts.
const EXAMPLE: Series = Series::new(4, 2);

/// All rules.
#[derive(Debug)]
pub struct Rules {
    /// The edits in the order of the file.
    pub edits: Vec<EditRules>,
    by_kind: HashMap<ChangeKind, usize>,
}

fn some_series<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Series>, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map(Some).map_err(serde::de::Error::custom)
}

#[derive(Deserialize)]
struct File {
    edit: Vec<EditRules>,
}

static RULES: LazyLock<Rules> =
    LazyLock::new(|| read(include_str!("rules.toml")).unwrap_or_else(|error| unreadable(&error)));

/// The rules.
pub fn rules() -> &'static Rules {
    &RULES
}

/// The file is part of the program, and a test reads it.
fn unreadable(error: &toml::de::Error) -> Rules {
    debug_assert!(false, "rules.toml: {error}");
    Rules {
        edits: Vec::new(),
        by_kind: HashMap::new(),
    }
}

fn read(text: &str) -> Result<Rules, toml::de::Error> {
    let File { mut edit } = toml::from_str(text)?;
    for rules in &mut edit {
        if rules.event.is_none() {
            rules.event = rules.reply.as_ref().and_then(for_events);
        }
    }
    let by_kind = edit
        .iter()
        .enumerate()
        .map(|(index, rules)| (rules.kind, index))
        .collect();
    Ok(Rules {
        edits: edit,
        by_kind,
    })
}

/// A rule of replies for events; rules of commands have none.
fn for_events(rule: &Rule) -> Option<Rule> {
    let rest = rule.id.strip_prefix("reply-")?;
    Some(Rule {
        id: format!("event-{rest}"),
        ..rule.clone()
    })
}

impl Rules {
    /// The rule for an edit in a direction; nothing where it has no effect.
    pub fn of(&self, kind: ChangeKind, direction: Direction) -> Option<&Rule> {
        self.edits
            .get(*self.by_kind.get(&kind)?)?
            .in_direction(direction)
    }

    /// The names of all rules, each once, in order.
    pub fn ids(&self) -> Vec<&str> {
        let all = self.edits.iter().flat_map(|rules| {
            Direction::ALL
                .into_iter()
                .filter_map(|direction| rules.in_direction(direction))
        });
        let mut ids: Vec<&str> = all.map(|rule| &*rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_edit_has_rules_once() {
        let rules = read(include_str!("rules.toml")).unwrap();
        for kind in ChangeKind::ALL {
            let count = rules.edits.iter().filter(|edit| edit.kind == *kind).count();
            assert_eq!(count, 1, "{}", kind.as_str());
        }
    }

    #[test]
    fn every_request_rule_has_its_reply_twin_or_a_reason() {
        for edit in &rules().edits {
            let kind = edit.kind.as_str();
            let twins = (
                edit.request.is_some(),
                edit.reply.is_some() || edit.event.is_some(),
            );
            match twins {
                (true, true) => assert!(edit.alone.is_none(), "{kind}"),
                (false, false) => assert!(edit.any.is_some(), "{kind}"),
                _ => assert!(
                    edit.alone.as_ref().is_some_and(|why| why.ends_with('.')),
                    "{kind}"
                ),
            }
        }
    }

    #[test]
    fn twins_do_not_both_pass() {
        let lenient = ["member-moved-out-of-branch", "struct-to-union"];
        for edit in &rules().edits {
            if let (Some(request), Some(reply)) = (&edit.request, &edit.reply) {
                let worst = request.verdict.max(reply.verdict);
                let harmless = worst == Severity::Compatible;
                let expected = lenient.contains(&edit.kind.as_str())
                    || edit.kind == ChangeKind::OptionalMemberAdded;
                assert_eq!(harmless, expected, "{}", edit.kind.as_str());
            }
        }
    }

    #[test]
    fn what_is_not_compatible_says_what_to_do() {
        for edit in &rules().edits {
            for direction in Direction::ALL {
                let Some(rule) = edit.in_direction(direction) else {
                    continue;
                };
                let harmless = rule.verdict == Severity::Compatible;
                assert_eq!(rule.todo.is_none(), harmless, "{}", rule.id);
                assert!(
                    rule.why.ends_with('.') && rule.message.ends_with('.'),
                    "{}",
                    rule.id
                );
            }
        }
    }
}
