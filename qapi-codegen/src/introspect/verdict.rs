//! What the differences between a schema and a running QEMU mean.
//!
//! A build may leave things out, which the schema says by conditions; somebody
//! may have added things. Whatever is left says that the schema, or our reading
//! of it, is wrong. A condition explains an absence only while nothing else in
//! the same build says that it holds.

use std::collections::{BTreeMap, HashSet};

use super::compare::{Comparison, Difference, Direction, Part, Place, Side};
use crate::schema::Condition;

/// What a schema and a running QEMU come to.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What this build left out, each with the reason.
    pub absent: Vec<Absent>,
    /// What this build has and the schema does not state.
    pub extra: Vec<Difference>,
    /// What cannot be.
    pub contradictions: Vec<Contradiction>,
}

/// Something that a build left out.
#[derive(Debug)]
pub struct Absent {
    /// What it is; the right side is empty.
    pub difference: Difference,
    /// Why it is not there.
    pub reason: Reason,
}

/// Why a build lacks something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// These conditions do not all hold.
    Conditions(Vec<Condition>),
    /// What has this feature is hidden, as `-compat` can tell QEMU to.
    Hidden(String),
}

/// Something that cannot be.
#[derive(Debug)]
pub struct Contradiction {
    /// What differs.
    pub difference: Difference,
    /// What is wrong with it, in one sentence without a full stop.
    pub message: String,
}

/// Sorts the differences between a schema, on the left, and what a QEMU tells.
pub fn judge(comparison: Comparison) -> Verdict {
    let known = Known::new(&comparison.conditional, comparison.features);
    let mut verdict = Verdict::default();
    for difference in comparison.differences {
        match (&difference.left, &difference.right) {
            (Some(left), None) => match known.reason(difference.part, left) {
                Ok(reason) => verdict.absent.push(Absent { difference, reason }),
                Err(message) => verdict.contradict(difference, message),
            },
            (None, Some(right)) if is_demand(&difference, right) => {
                let message = "QEMU requires an argument that the schema does not state";
                verdict.contradict(difference, message.to_owned());
            }
            (None, _) => verdict.extra.push(difference),
            (Some(left), Some(right)) => {
                let message = format!("the schema says `{}`, QEMU `{}`", left.shape, right.shape);
                verdict.contradict(difference, message);
            }
        }
    }
    verdict
}

impl Verdict {
    fn contradict(&mut self, difference: Difference, message: String) {
        self.contradictions.push(Contradiction {
            difference,
            message,
        });
    }
}

/// A request that follows the schema would be refused.
fn is_demand(difference: &Difference, right: &Side) -> bool {
    difference.place.direction == Direction::Request
        && difference.part == Part::Member
        && !right.optional
}

/// What is known of a build from what it has.
struct Known<'c> {
    /// Options of the build, and a place that tells of each.
    options: BTreeMap<&'c str, (bool, &'c Place)>,
    /// The features of the things it has.
    features: HashSet<String>,
}

impl<'c> Known<'c> {
    fn new(conditional: &'c [(Condition, Place)], features: HashSet<String>) -> Self {
        let mut known = Known {
            options: BTreeMap::new(),
            features,
        };
        for (condition, place) in conditional {
            known.learn(condition, true, place);
        }
        known
    }

    /// Learns what a condition that holds, or does not, says of single options.
    fn learn(&mut self, condition: &'c Condition, holds: bool, place: &'c Place) {
        match (condition, holds) {
            (Condition::Defined(name), _) => {
                self.options.entry(name).or_insert((holds, place));
            }
            (Condition::Not(operand), _) => self.learn(operand, !holds, place),
            (Condition::All(operands), true) | (Condition::Any(operands), false) => {
                operands
                    .iter()
                    .for_each(|operand| self.learn(operand, holds, place));
            }
            _ => {}
        }
    }

    /// Why something is absent, or why nothing explains that.
    fn reason(&self, part: Part, absent: &Side) -> Result<Reason, String> {
        let holds: Vec<Option<bool>> = absent
            .conditions
            .iter()
            .map(|condition| self.holds(condition))
            .collect();
        if holds.iter().any(|holds| *holds != Some(true)) {
            return Ok(Reason::Conditions(absent.conditions.clone()));
        }
        if let Some(feature) = self.hidden(part, absent) {
            return Ok(Reason::Hidden(feature));
        }
        Err(match absent.conditions.first() {
            None => "QEMU does not have it".to_owned(),
            Some(condition) => self.evidence(condition),
        })
    }

    /// The feature for which something was hidden; enum values never are.
    fn hidden(&self, part: Part, absent: &Side) -> Option<String> {
        let can_be = matches!(part, Part::Command | Part::Event | Part::Member);
        let hides = |feature: &&String| {
            HIDING.contains(&feature.as_str()) && !self.features.contains(*feature)
        };
        absent
            .features
            .iter()
            .find(hides)
            .filter(|_| can_be)
            .cloned()
    }

    /// Whether a condition holds, where that is known.
    fn holds(&self, condition: &Condition) -> Option<bool> {
        let all = |operands: &[Condition], wanted: bool| {
            let found = operands.iter().map(|operand| self.holds(operand));
            let found: Vec<Option<bool>> = found.collect();
            if found.contains(&Some(!wanted)) {
                return Some(!wanted);
            }
            (!found.contains(&None)).then_some(wanted)
        };
        match condition {
            Condition::Defined(name) => self.options.get(name.as_str()).map(|(on, _)| *on),
            Condition::All(operands) => all(operands, true),
            Condition::Any(operands) => all(operands, false),
            Condition::Not(operand) => self.holds(operand).map(|holds| !holds),
            Condition::Expression(_) => None,
        }
    }

    fn evidence(&self, condition: &Condition) -> String {
        let message = format!("QEMU does not have it although `{condition}` holds");
        let mut options = Vec::new();
        names(condition, &mut options);
        match options.iter().find_map(|name| self.options.get(name)) {
            Some((_, place)) => format!("{message}, which {place} tells"),
            None => message,
        }
    }
}

/// The features for which `-compat` hides things.
const HIDING: [&str; 2] = ["deprecated", "unstable"];

fn names<'c>(condition: &'c Condition, found: &mut Vec<&'c str>) {
    match condition {
        Condition::Defined(name) => found.push(name),
        Condition::All(operands) | Condition::Any(operands) => {
            operands.iter().for_each(|operand| names(operand, found));
        }
        Condition::Not(operand) => names(operand, found),
        Condition::Expression(_) => {}
    }
}
