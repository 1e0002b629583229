//! Explaining the differences between a schema and a running QEMU.
//!
//! A build may lack what is conditional in the schema, and a distribution may
//! have added entities. All other differences are contradictions: the schema or
//! its interpretation is wrong. A condition explains an absence only if nothing
//! else shows that the condition holds in this build.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use super::compare::InterfaceComparison;
use super::difference::{DifferenceKind, DifferenceSide, InterfaceDifference, WireLocation};
use crate::schema::Condition;
use crate::version::{Series, Version};
use crate::wire::Direction;

/// The differences between a schema and a running QEMU, explained.
#[derive(Debug, Default)]
pub struct Verification {
    /// Entities that this build lacks for a known reason.
    pub absent: Vec<AbsentEntity>,
    /// Entities that only this build has.
    pub extra: Vec<InterfaceDifference>,
    /// Differences without an explanation.
    pub contradictions: Vec<Contradiction>,
}

/// An entity that a build lacks.
#[derive(Debug)]
pub struct AbsentEntity {
    /// The difference; its right side is empty.
    pub difference: InterfaceDifference,
    /// The explanation.
    pub reason: AbsenceReason,
}

/// The reason why a build lacks an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AbsenceReason {
    /// Not all of these conditions hold.
    Conditions(Vec<Condition>),
    /// `-compat` hides entities with this feature.
    Hidden(String),
    /// The entity belongs to this later series, and a stable release after that
    /// of the QEMU backported it.
    Backported(Series),
}

/// The releases of the schema and of the QEMU.
#[derive(Debug, Clone, Copy)]
pub struct ComparedReleases {
    /// The release of the schema.
    pub schema: Version,
    /// The release of the QEMU, if it is known.
    pub qemu: Option<Version>,
}

/// A difference without an explanation.
#[derive(Debug, Clone)]
pub struct Contradiction {
    /// The difference.
    pub difference: InterfaceDifference,
    /// One sentence without a full stop.
    pub message: String,
}

impl fmt::Display for AbsenceReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AbsenceReason::Conditions(conditions) => {
                let conditions: Vec<String> = conditions.iter().map(Condition::to_string).collect();
                write!(f, "not built with {}", conditions.join(" and "))
            }
            AbsenceReason::Hidden(feature) => write!(f, "{feature}, hidden by `-compat`"),
            AbsenceReason::Backported(series) => {
                write!(f, "backported from {series} by a later stable release")
            }
        }
    }
}

/// Explains the differences between a schema, on the left, and a reply.
pub fn explain(comparison: InterfaceComparison, releases: ComparedReleases) -> Verification {
    let build = BuildFacts::new(&comparison.satisfied, comparison.features, releases);
    let mut verification = Verification {
        contradictions: build.conflicts.clone(),
        ..Verification::default()
    };
    for difference in comparison.differences {
        let message = match (&difference.left, &difference.right) {
            (Some(left), None) => match build.explain_absence(difference.kind, left) {
                Ok(reason) => {
                    let absent = AbsentEntity { difference, reason };
                    verification.absent.push(absent);
                    continue;
                }
                Err(message) => message,
            },
            (None, Some(right)) if is_required_argument(&difference, right) => {
                "QEMU requires an argument that the schema lacks".to_owned()
            }
            (None, _) => {
                verification.extra.push(difference);
                continue;
            }
            (Some(left), Some(right)) => {
                format!("`{}` in the schema, `{}` in QEMU", left.shape, right.shape)
            }
        };
        let contradiction = Contradiction {
            difference,
            message,
        };
        verification.contradictions.push(contradiction);
    }
    verification
}

/// Returns `true` if QEMU rejects requests that follow the schema.
fn is_required_argument(difference: &InterfaceDifference, right: &DifferenceSide) -> bool {
    difference.location.direction == Direction::Request
        && difference.kind == DifferenceKind::Member
        && !right.optional
}

/// A contradiction between two entities, of which only one needs a build option.
fn option_conflict(option: &str, with: &WireLocation, without: &WireLocation) -> Contradiction {
    let left = DifferenceSide::new(format!("not({option})"), without.to_string());
    Contradiction {
        difference: InterfaceDifference {
            location: without.clone(),
            kind: DifferenceKind::BuildOption,
            left: Some(left),
            right: None,
        },
        message: format!(
            "present, which requires `{option}` to be off, but so is {with}, which requires it to be on"
        ),
    }
}

/// Facts about a build, derived from the entities that it has.
struct BuildFacts<'c> {
    /// The build options that are known, each with an entity that shows it.
    options: BTreeMap<&'c str, (bool, &'c WireLocation)>,
    /// The options that would have to be both on and off.
    conflicts: Vec<Contradiction>,
    /// The features of entities that could have been hidden.
    features: HashSet<String>,
    releases: ComparedReleases,
}

impl<'c> BuildFacts<'c> {
    fn new(
        satisfied: &'c [(Condition, WireLocation)],
        features: HashSet<(DifferenceKind, String)>,
        releases: ComparedReleases,
    ) -> Self {
        let mut facts = BuildFacts {
            options: BTreeMap::new(),
            conflicts: Vec::new(),
            features: features
                .into_iter()
                .filter(|(kind, _)| can_be_hidden(*kind))
                .map(|(_, name)| name)
                .collect(),
            releases,
        };
        for (condition, location) in satisfied {
            facts.learn(condition, true, location);
        }
        facts
    }

    /// Derives single options from a condition that holds or does not.
    fn learn(&mut self, condition: &'c Condition, holds: bool, location: &'c WireLocation) {
        match (condition, holds) {
            (Condition::Defined(option), _) => {
                let entry = self.options.entry(option).or_insert((holds, location));
                if entry.0 != holds {
                    let (with, without) = match holds {
                        true => (location, entry.1),
                        false => (entry.1, location),
                    };
                    self.conflicts.push(option_conflict(option, with, without));
                }
            }
            (Condition::Not(operand), _) => self.learn(operand, !holds, location),
            (Condition::All(operands), true) | (Condition::Any(operands), false) => {
                operands
                    .iter()
                    .for_each(|operand| self.learn(operand, holds, location));
            }
            _ => {}
        }
    }

    /// The reason why an entity is absent, or a message that there is none.
    fn explain_absence(
        &self,
        kind: DifferenceKind,
        absent: &DifferenceSide,
    ) -> Result<AbsenceReason, String> {
        let mut conditions = absent.conditions.iter();
        if conditions.any(|condition| self.evaluate(condition) != Some(true)) {
            return Ok(AbsenceReason::Conditions(absent.conditions.clone()));
        }
        if let Some(feature) = self.hiding_feature(kind, absent) {
            return Ok(AbsenceReason::Hidden(feature));
        }
        if let Some(series) = absent.since.filter(|since| self.is_backport(*since)) {
            return Ok(AbsenceReason::Backported(series));
        }
        Err(match absent.conditions.first() {
            None => "missing from this build".to_owned(),
            Some(condition) => self.describe_evidence(condition),
        })
    }

    /// The feature for which an entity was hidden. If another entity with the
    /// feature is present, nothing is hidden.
    fn hiding_feature(&self, kind: DifferenceKind, absent: &DifferenceSide) -> Option<String> {
        let hides = |feature: &&String| {
            HIDING_FEATURES.contains(&feature.as_str()) && !self.features.contains(*feature)
        };
        let mut features = absent.features.iter().filter(|_| can_be_hidden(kind));
        features.find(hides).cloned()
    }

    /// Returns `true` if a stable release after that of the QEMU may have
    /// backported an entity of a later series.
    fn is_backport(&self, since: Series) -> bool {
        let ComparedReleases { schema, qemu } = self.releases;
        let is_older = |qemu: Version| qemu.series() == schema.series() && qemu < schema;
        since > schema.series() && qemu.is_none_or(is_older)
    }

    /// Evaluates a condition as far as the options are known.
    fn evaluate(&self, condition: &Condition) -> Option<bool> {
        let evaluate_all = |operands: &[Condition], neutral: bool| {
            let results = operands.iter().map(|operand| self.evaluate(operand));
            let results: Vec<Option<bool>> = results.collect();
            if results.contains(&Some(!neutral)) {
                return Some(!neutral);
            }
            (!results.contains(&None)).then_some(neutral)
        };
        match condition {
            Condition::Defined(name) => self.options.get(name.as_str()).map(|(on, _)| *on),
            Condition::All(operands) => evaluate_all(operands, true),
            Condition::Any(operands) => evaluate_all(operands, false),
            Condition::Not(operand) => self.evaluate(operand).map(|holds| !holds),
            Condition::Expression(_) => None,
        }
    }

    fn describe_evidence(&self, condition: &Condition) -> String {
        let message = format!("missing from this build although its condition `{condition}` holds");
        match self.evidence(condition) {
            Some(location) => format!("{message} ({location} is present)"),
            None => message,
        }
    }

    /// The entity that shows the first known option of a condition.
    fn evidence(&self, condition: &Condition) -> Option<&'c WireLocation> {
        match condition {
            Condition::Defined(name) => self.options.get(name.as_str()).map(|known| known.1),
            Condition::All(operands) | Condition::Any(operands) => {
                operands.iter().find_map(|operand| self.evidence(operand))
            }
            Condition::Not(operand) => self.evidence(operand),
            Condition::Expression(_) => None,
        }
    }
}

/// The features whose entities `-compat` hides.
const HIDING_FEATURES: [&str; 2] = ["deprecated", "unstable"];

/// Returns `true` if `-compat` hides entities of a kind; it keeps values of enums.
fn can_be_hidden(kind: DifferenceKind) -> bool {
    matches!(
        kind,
        DifferenceKind::Command | DifferenceKind::Event | DifferenceKind::Member
    )
}
