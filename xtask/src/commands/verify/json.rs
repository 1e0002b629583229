//! The report for programs.

use serde::Serialize;

use qapi_codegen::introspect::{
    AbsenceReason, AbsentEntity, Contradiction, DifferenceKind, DifferenceSide,
    InterfaceDifference, WireLocation,
};
use qapi_codegen::overrides::Entry;
use qapi_codegen::version::Version;

use super::fit::Fit;
use super::report::Report;
use crate::failure::Failure;
use crate::introspected::Introspected;

/// The report as one JSON object.
///
/// # Errors
///
/// It cannot be written.
pub fn json(report: &Report, told: &Introspected) -> Result<String, Failure> {
    let verification = &report.verification;
    let json = Json {
        schema: report.version,
        qemu: told.version,
        package: &told.package,
        summary: Summary {
            contradictions: verification.contradictions.len(),
            extra: verification.extra.len(),
            absent: verification.absent.len(),
        },
        contradictions: verification
            .contradictions
            .iter()
            .map(contradiction)
            .collect(),
        extra: verification
            .extra
            .iter()
            .map(|extra| found(extra, None))
            .collect(),
        absent: verification.absent.iter().map(absent).collect(),
        refused: &report.refused,
        corrected: report.corrections.iter().map(corrected).collect(),
        fits: &report.fits,
    };
    let text = serde_json::to_string(&json);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::new(error.to_string()))
}

#[derive(Serialize)]
struct Json<'r> {
    schema: Version,
    qemu: Option<Version>,
    package: &'r str,
    summary: Summary,
    contradictions: Vec<Found<'r>>,
    extra: Vec<Found<'r>>,
    absent: Vec<Found<'r>>,
    refused: &'r [String],
    corrected: Vec<Corrected<'r>>,
    #[serde(skip_serializing_if = "<[Fit]>::is_empty")]
    fits: &'r [Fit],
}

#[derive(Serialize)]
struct Summary {
    contradictions: usize,
    extra: usize,
    absent: usize,
}

/// One difference.
#[derive(Serialize)]
struct Found<'r> {
    part: DifferenceKind,
    #[serde(flatten)]
    place: &'r WireLocation,
    /// What the schema has there, and where it says so.
    schema: Option<Told<'r>>,
    /// What the reply has there, and where it says so.
    reply: Option<Told<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Why<'r>>,
}

#[derive(Serialize)]
struct Told<'r> {
    shape: &'r str,
    at: &'r str,
}

/// Why something is absent.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Why<'r> {
    Conditions(Vec<String>),
    Hidden(&'r str),
    Backported(String),
}

#[derive(Serialize)]
struct Corrected<'r> {
    kind: &'r str,
    target: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'r str>,
    reason: &'r str,
}

fn contradiction(contradiction: &Contradiction) -> Found<'_> {
    Found {
        message: Some(&contradiction.message),
        ..found(&contradiction.difference, None)
    }
}

fn absent(absent: &AbsentEntity) -> Found<'_> {
    found(&absent.difference, Some(&absent.reason))
}

fn found<'r>(difference: &'r InterfaceDifference, reason: Option<&'r AbsenceReason>) -> Found<'r> {
    Found {
        part: difference.kind,
        place: &difference.location,
        schema: difference.left.as_ref().map(told),
        reply: difference.right.as_ref().map(told),
        message: None,
        reason: reason.map(why),
    }
}

fn told(side: &DifferenceSide) -> Told<'_> {
    Told {
        shape: &side.shape,
        at: &side.source,
    }
}

fn why(reason: &AbsenceReason) -> Why<'_> {
    match reason {
        AbsenceReason::Conditions(conditions) => {
            Why::Conditions(conditions.iter().map(ToString::to_string).collect())
        }
        AbsenceReason::Hidden(feature) => Why::Hidden(feature),
        AbsenceReason::Backported(series) => Why::Backported(series.to_string()),
    }
}

fn corrected(entry: &Entry) -> Corrected<'_> {
    Corrected {
        kind: entry.kind,
        target: &entry.target,
        member: entry.member.as_deref(),
        reason: &entry.reason,
    }
}
