//! The JSON of the report.

use serde::Serialize;

use qapi_codegen::introspect::{
    AbsenceReason, AbsentEntity, Contradiction, DifferenceKind, DifferenceSide,
    InterfaceDifference, WireLocation,
};
use qapi_codegen::overrides::OverrideEntry;
use qapi_codegen::version::Version;

use super::report::VerifyReport;
use crate::fit::SeriesFit;
use crate::introspected::Introspected;

/// Converts the report to JSON.
pub fn json<'r>(report: &'r VerifyReport, introspected: &'r Introspected) -> VerifyJson<'r> {
    let verification = &report.verification;
    VerifyJson {
        schema: report.version,
        qemu: introspected.version,
        package: &introspected.package,
        summary: SummaryJson {
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
            .map(|extra| difference(extra, None))
            .collect(),
        absent: verification.absent.iter().map(absent).collect(),
        refused: &report.not_executable,
        corrected: report.corrections.iter().map(correction).collect(),
        fits: &report.fits,
    }
}

/// The JSON of the report.
#[derive(Serialize)]
pub struct VerifyJson<'r> {
    schema: Version,
    qemu: Option<Version>,
    package: &'r str,
    summary: SummaryJson,
    contradictions: Vec<DifferenceJson<'r>>,
    extra: Vec<DifferenceJson<'r>>,
    absent: Vec<DifferenceJson<'r>>,
    refused: &'r [String],
    corrected: Vec<CorrectionJson<'r>>,
    #[serde(skip_serializing_if = "<[SeriesFit]>::is_empty")]
    fits: &'r [SeriesFit],
}

#[derive(Serialize)]
struct SummaryJson {
    contradictions: usize,
    extra: usize,
    absent: usize,
}

/// One difference.
#[derive(Serialize)]
struct DifferenceJson<'r> {
    part: DifferenceKind,
    #[serde(flatten)]
    place: &'r WireLocation,
    /// The shape in the schema.
    schema: Option<ShapeJson<'r>>,
    /// The shape in the reply.
    reply: Option<ShapeJson<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ReasonJson<'r>>,
}

#[derive(Serialize)]
struct ShapeJson<'r> {
    shape: &'r str,
    at: &'r str,
}

/// The reason why an item is absent.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum ReasonJson<'r> {
    Conditions(Vec<String>),
    Hidden(&'r str),
    Backported(String),
}

#[derive(Serialize)]
struct CorrectionJson<'r> {
    kind: &'r str,
    target: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'r str>,
    reason: &'r str,
}

fn contradiction(contradiction: &Contradiction) -> DifferenceJson<'_> {
    DifferenceJson {
        message: Some(&contradiction.message),
        ..difference(&contradiction.difference, None)
    }
}

fn absent(absent: &AbsentEntity) -> DifferenceJson<'_> {
    difference(&absent.difference, Some(&absent.reason))
}

fn difference<'r>(
    difference: &'r InterfaceDifference,
    absence: Option<&'r AbsenceReason>,
) -> DifferenceJson<'r> {
    DifferenceJson {
        part: difference.kind,
        place: &difference.location,
        schema: difference.left.as_ref().map(shape),
        reply: difference.right.as_ref().map(shape),
        message: None,
        reason: absence.map(reason),
    }
}

fn shape(side: &DifferenceSide) -> ShapeJson<'_> {
    ShapeJson {
        shape: &side.shape,
        at: &side.source,
    }
}

fn reason(reason: &AbsenceReason) -> ReasonJson<'_> {
    match reason {
        AbsenceReason::Conditions(conditions) => {
            ReasonJson::Conditions(conditions.iter().map(ToString::to_string).collect())
        }
        AbsenceReason::Hidden(feature) => ReasonJson::Hidden(feature),
        AbsenceReason::Backported(series) => ReasonJson::Backported(series.to_string()),
    }
}

fn correction(entry: &OverrideEntry) -> CorrectionJson<'_> {
    CorrectionJson {
        kind: entry.kind,
        target: &entry.target,
        member: entry.member.as_deref(),
        reason: &entry.reason,
    }
}
