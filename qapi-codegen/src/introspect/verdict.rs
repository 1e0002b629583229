//! What the differences between a schema and a running QEMU mean.
//!
//! A build may leave things out, which the schema says by conditions; somebody
//! may have added things. Whatever is left says that the schema, or our reading
//! of it, is wrong. A condition explains an absence only while nothing else in
//! the same build says that it holds.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use super::compare::Comparison;
use super::difference::{Difference, Direction, Part, Place, Side};
use crate::schema::Condition;
use crate::version::{Series, Version};

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Conditions(conditions) => {
                let conditions: Vec<String> = conditions.iter().map(Condition::to_string).collect();
                write!(f, "without {}", conditions.join(" and "))
            }
            Reason::Hidden(feature) => write!(f, "what is {feature} is hidden by `-compat`"),
            Reason::Backported(series) => {
                write!(f, "a later stable release took it over from {series}")
            }
        }
    }
}

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
    /// It belongs to this later series; a later stable release than that of the
    /// QEMU took it over.
    Backported(Series),
}

/// Of which releases the two sides are.
#[derive(Debug, Clone, Copy)]
pub struct Releases {
    /// That of the schema.
    pub schema: Version,
    /// That of the QEMU, where it is known.
    pub qemu: Option<Version>,
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
pub fn judge(comparison: Comparison, releases: Releases) -> Verdict {
    let known = Known::new(&comparison.conditional, comparison.features, releases);
    let mut verdict = Verdict::default();
    for conflict in &known.conflicts {
        let (difference, message) = conflict.told();
        verdict.contradict(difference, message);
    }
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

/// Two things that one build cannot both have.
struct Conflict<'c> {
    option: &'c str,
    /// A place that is there with the option, and one that is there without it.
    places: [&'c Place; 2],
}

impl Conflict<'_> {
    fn told(&self) -> (Difference, String) {
        let [with, without] = self.places;
        let option = self.option;
        let message = format!("it is there without `{option}` only, and {with} with it only");
        (Difference::of_option(without, option), message)
    }
}

/// What is known of a build from what it has.
struct Known<'c> {
    /// Options of the build, and a place that tells of each.
    options: BTreeMap<&'c str, (bool, &'c Place)>,
    conflicts: Vec<Conflict<'c>>,
    /// The features of the things it has and could have hidden.
    features: HashSet<String>,
    releases: Releases,
}

impl<'c> Known<'c> {
    fn new(
        conditional: &'c [(Condition, Place)],
        features: HashSet<(Part, String)>,
        releases: Releases,
    ) -> Self {
        let mut known = Known {
            options: BTreeMap::new(),
            conflicts: Vec::new(),
            features: features
                .into_iter()
                .filter(|(part, _)| can_be_hidden(*part))
                .map(|(_, name)| name)
                .collect(),
            releases,
        };
        for (condition, place) in conditional {
            known.learn(condition, true, place);
        }
        known
    }

    /// Learns what a condition that holds, or does not, says of single options.
    fn learn(&mut self, condition: &'c Condition, holds: bool, place: &'c Place) {
        match (condition, holds) {
            (Condition::Defined(option), _) => {
                let (known, first) = *self.options.entry(option).or_insert((holds, place));
                if known != holds {
                    let places = if holds {
                        [place, first]
                    } else {
                        [first, place]
                    };
                    self.conflicts.push(Conflict { option, places });
                }
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
        if let Some(series) = absent.since.filter(|since| self.is_backport(*since)) {
            return Ok(Reason::Backported(series));
        }
        Err(match absent.conditions.first() {
            None => "QEMU does not have it".to_owned(),
            Some(condition) => self.evidence(condition),
        })
    }

    /// The feature for which something was hidden, unless other things that have
    /// it are there.
    fn hidden(&self, part: Part, absent: &Side) -> Option<String> {
        let hides = |feature: &&String| {
            HIDING.contains(&feature.as_str()) && !self.features.contains(*feature)
        };
        let mut features = absent.features.iter().filter(|_| can_be_hidden(part));
        features.find(hides).cloned()
    }

    /// Whether a stable release after that of the QEMU brought what belongs to a
    /// later series.
    fn is_backport(&self, since: Series) -> bool {
        let Releases { schema, qemu } = self.releases;
        let is_older = |qemu: Version| qemu.series() == schema.series() && qemu < schema;
        since > schema.series() && qemu.is_none_or(is_older)
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

/// Values of enums are told whether they are deprecated or not.
fn can_be_hidden(part: Part) -> bool {
    matches!(part, Part::Command | Part::Event | Part::Member)
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
