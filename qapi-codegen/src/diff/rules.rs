//! The table of rules: the effect of each kind of change.
//!
//! The rules are data, in `rules.toml` next to this file.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::change::ChangeKind;
use super::rule_id::RuleId;
use crate::version::Series;
use crate::wire::Direction;

/// The effect of a change on a client that was correct before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compatibility {
    /// It is still correct.
    Compatible,
    /// It may fail, or its messages have another meaning.
    Dangerous,
    /// It fails.
    Breaking,
}

impl Compatibility {
    /// All effects, the worst first.
    pub const ALL: [Compatibility; 3] = [
        Compatibility::Breaking,
        Compatibility::Dangerous,
        Compatibility::Compatible,
    ];

    /// The name.
    pub fn as_str(self) -> &'static str {
        match self {
            Compatibility::Compatible => "compatible",
            Compatibility::Dangerous => "dangerous",
            Compatibility::Breaking => "breaking",
        }
    }
}

/// The effect of a change on Rust programs that use the bindings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RustEffect {
    /// They may no longer compile.
    Major,
    /// They compile.
    Minor,
    /// There is none.
    None,
}

impl RustEffect {
    /// The name.
    pub fn as_str(self) -> &'static str {
        match self {
            RustEffect::Major => "major",
            RustEffect::Minor => "minor",
            RustEffect::None => "none",
        }
    }
}

/// A rule: the effect of a kind of change in one direction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The id, which kinds with the same effect share.
    pub id: RuleId,
    /// The id of the same rule for events, in a rule for return values.
    pub event_id: Option<RuleId>,
    /// The effect on an old client of the new QEMU.
    pub compatibility: Compatibility,
    /// The effect on a client of the new release that talks to the old QEMU.
    pub reverse: Compatibility,
    /// The effect on programs that use the bindings.
    pub rust: RustEffect,
    /// The reason for the effect.
    pub reason: String,
    /// The template of the message.
    pub message: String,
    /// The template of the advice.
    pub advice: Option<String>,
}

impl Rule {
    /// The rule for events that follows from a rule for return values.
    fn for_events(&self) -> Option<Rule> {
        Some(Rule {
            id: self.event_id?,
            ..self.clone()
        })
    }
}

/// The rules of one kind of change, with an example.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeRules {
    /// The kind.
    pub kind: ChangeKind,
    /// The example before the change: members or definitions.
    pub old: String,
    /// The example after the change.
    pub new: String,
    /// Definitions that both sides need.
    #[serde(default)]
    pub types: String,
    /// Definitions that the old side needs.
    #[serde(default)]
    pub old_types: String,
    /// Definitions that the new side needs.
    #[serde(default)]
    pub new_types: String,
    /// A command that accepts unlisted arguments.
    pub open: Option<String>,
    /// The release of the old side, if it matters.
    pub old_release: Option<Series>,
    /// The reason why there is a rule for one direction only.
    pub one_direction: Option<String>,
    /// The rule for arguments.
    pub request: Option<Rule>,
    /// The rule for return values.
    pub reply: Option<Rule>,
    /// The rule for events, if it differs from that for return values.
    pub event: Option<Rule>,
    /// The rule for all directions.
    pub any: Option<Rule>,
}

impl ChangeRules {
    /// The rule for a direction, if the kind can occur there.
    pub fn in_direction(&self, direction: Direction) -> Option<&Rule> {
        let own = match direction {
            Direction::Request => &self.request,
            Direction::Reply => &self.reply,
            Direction::Event => &self.event,
        };
        own.as_ref().or(self.any.as_ref())
    }

    /// The rules for all directions.
    pub fn all(&self) -> impl Iterator<Item = &Rule> {
        let directions = Direction::ALL.into_iter();
        directions.filter_map(|direction| self.in_direction(direction))
    }

    /// The releases of the two sides of the example.
    pub fn releases(&self) -> [Series; 2] {
        [self.old_release.unwrap_or(EXAMPLE_SERIES), EXAMPLE_SERIES]
    }
}

/// A series whose schemas have features, and conditions as text.
const EXAMPLE_SERIES: Series = Series::new(4, 2);

/// The table of rules.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleTable {
    /// The rules by kind, in the order of the file.
    #[serde(rename = "change")]
    pub changes: Vec<ChangeRules>,
}

static RULES: LazyLock<RuleTable> = LazyLock::new(|| {
    // The file is part of the program, and a test reads it.
    let table = RuleTable::from_toml(include_str!("rules.toml"));
    debug_assert!(table.is_ok(), "rules.toml: {table:?}");
    table.unwrap_or_default()
});

/// The table of rules.
pub fn rules() -> &'static RuleTable {
    &RULES
}

impl RuleTable {
    fn from_toml(text: &str) -> Result<RuleTable, toml::de::Error> {
        let mut table: RuleTable = toml::from_str(text)?;
        for rules in &mut table.changes {
            if rules.event.is_none() {
                rules.event = rules.reply.as_ref().and_then(Rule::for_events);
            }
        }
        Ok(table)
    }

    /// The rule for a kind in a direction, unless the change has no effect.
    pub fn find(&self, kind: ChangeKind, direction: Direction) -> Option<&Rule> {
        let mut changes = self.changes.iter();
        changes
            .find(|rules| rules.kind == kind)?
            .in_direction(direction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_rules_once() {
        let table = RuleTable::from_toml(include_str!("rules.toml")).unwrap();
        for kind in ChangeKind::ALL {
            let rules = table.changes.iter().filter(|rules| rules.kind == *kind);
            assert_eq!(rules.count(), 1, "{}", kind.as_str());
        }
    }

    #[test]
    fn every_request_rule_has_a_reply_rule_or_a_reason() {
        for rules in &rules().changes {
            let kind = rules.kind.as_str();
            let outgoing = rules.reply.is_some() || rules.event.is_some();
            let reason = rules.one_direction.as_ref();
            match (rules.request.is_some(), outgoing) {
                (true, true) => assert!(reason.is_none(), "{kind}"),
                (false, false) => assert!(rules.any.is_some(), "{kind}"),
                _ => assert!(reason.is_some_and(|why| why.ends_with('.')), "{kind}"),
            }
        }
    }

    #[test]
    fn a_change_is_incompatible_in_one_direction_at_least() {
        let harmless = [
            ChangeKind::MemberMovedOutOfBranch,
            ChangeKind::StructToUnion,
            ChangeKind::OptionalMemberAdded,
        ];
        for rules in &rules().changes {
            if let (Some(request), Some(reply)) = (&rules.request, &rules.reply) {
                let worst = request.compatibility.max(reply.compatibility);
                let expected = harmless.contains(&rules.kind);
                let is_compatible = worst == Compatibility::Compatible;
                assert_eq!(is_compatible, expected, "{}", rules.kind.as_str());
            }
        }
    }

    #[test]
    fn incompatible_changes_have_advice() {
        for rule in rules().changes.iter().flat_map(ChangeRules::all) {
            let id = rule.id.as_str();
            let is_compatible = rule.compatibility == Compatibility::Compatible;
            assert_eq!(rule.advice.is_none(), is_compatible, "{id}");
            assert!(rule.reason.ends_with('.'), "{id}");
            assert!(!rule.message.ends_with('.'), "{id}");
        }
    }
}
