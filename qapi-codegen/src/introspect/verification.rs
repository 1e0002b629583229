//! Explaining the differences between a schema and a running QEMU.
//!
//! A build may lack what is conditional in the schema, and a distribution may
//! have added entities. All other differences are contradictions: the schema or
//! its interpretation is wrong. A condition explains an absence only if nothing
//! else shows that the condition holds in this build.

use std::collections::HashSet;
use std::fmt;

use super::build_options::BuildOptions;
use super::compare::InterfaceComparison;
use super::difference::{DifferenceKind, DifferenceSide, InterfaceDifference, WireLocation};
use crate::schema::Condition;
use crate::version::Version;
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
    /// The entity belongs to this later release, and a stable release after that
    /// of the QEMU brought it.
    Backported(Version),
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
            AbsenceReason::Backported(since) => {
                write!(f, "of {since:#}, brought by a later stable release")
            }
        }
    }
}

/// Explains the differences between a schema, on the left, and a reply.
pub fn explain(comparison: InterfaceComparison, releases: ComparedReleases) -> Verification {
    let build = BuildFacts::new(&comparison.satisfied, comparison.features, releases);
    let mut verification = Verification::default();
    for conflict in &build.options.conflicts {
        let (difference, message) = conflict.to_difference();
        let contradiction = Contradiction {
            difference,
            message,
        };
        verification.contradictions.push(contradiction);
    }
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

/// Facts about a build, derived from the entities that it has.
struct BuildFacts<'c> {
    options: BuildOptions<'c>,
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
        let features = features
            .into_iter()
            .filter(|(kind, _)| can_be_hidden(*kind));
        BuildFacts {
            options: BuildOptions::new(satisfied),
            features: features.map(|(_, name)| name).collect(),
            releases,
        }
    }

    /// The reason why an entity is absent, or a message that there is none.
    fn explain_absence(
        &self,
        kind: DifferenceKind,
        absent: &DifferenceSide,
    ) -> Result<AbsenceReason, String> {
        let mut conditions = absent.conditions.iter();
        if conditions.any(|condition| self.options.evaluate(condition) != Some(true)) {
            return Ok(AbsenceReason::Conditions(absent.conditions.clone()));
        }
        if let Some(feature) = self.hiding_feature(kind, absent) {
            return Ok(AbsenceReason::Hidden(feature));
        }
        if let Some(since) = absent.since.filter(|since| self.is_backport(*since)) {
            return Ok(AbsenceReason::Backported(since));
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
    /// brought an entity of a later release.
    fn is_backport(&self, since: Version) -> bool {
        let ComparedReleases { schema, qemu } = self.releases;
        if since.series() == schema.series() {
            return qemu.is_none_or(|qemu| qemu < since) && since.micro > 0;
        }
        let is_older = |qemu: Version| qemu.series() == schema.series() && qemu < schema;
        since.series() > schema.series() && qemu.is_none_or(is_older)
    }

    fn describe_evidence(&self, condition: &Condition) -> String {
        let message = format!("missing from this build although its condition `{condition}` holds");
        match self.options.evidence(condition) {
            Some(location) => format!("{message} ({location} is present)"),
            None => message,
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
