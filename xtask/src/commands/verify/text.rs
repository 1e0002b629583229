//! The text of the report.

use std::collections::BTreeMap;

use qapi_codegen::introspect::{Contradiction, DifferenceSide, InterfaceDifference};
use qapi_codegen::overrides::OverrideEntry;

use super::report::VerifyReport;
use crate::fit::SeriesFit;
use crate::introspected::Introspected;
use crate::monitor::printable;
use crate::render::count;

/// The largest number of matches that are listed.
const LISTED_FITS: usize = 5;

/// Formats the report; what matters most comes last, at the end of a terminal.
pub fn text(report: &VerifyReport, introspected: &Introspected) -> String {
    let fits = &report.fits[..report.fits.len().min(LISTED_FITS)];
    let verification = &report.verification;
    let mut parts = vec![
        absent(report),
        section("corrected by overrides", &report.corrections, correction),
        section(
            "introspected, but not in query-commands",
            &report.not_executable,
            |name| format!("  {}", printable(name)),
        ),
        section("not in the schema", &verification.extra, extra),
        section(
            "contradictions",
            &verification.contradictions,
            contradiction,
        ),
        section("best matches", fits, fit),
        summary(report, introspected),
    ];
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn section<T>(title: &str, entries: &[T], line: impl Fn(&T) -> String) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let lines = entries.iter().map(|entry| line(entry) + "\n");
    format!("{title}:\n{}", lines.collect::<String>())
}

/// The absent items, grouped by reason.
fn absent(report: &VerifyReport) -> String {
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for absent in &report.verification.absent {
        let place = printable(&absent.difference.location.to_string());
        reasons
            .entry(absent.reason.to_string())
            .or_default()
            .push(format!("    {place}\n"));
    }
    let groups = reasons
        .iter()
        .map(|(reason, places)| format!("  {reason}:\n{}", places.concat()));
    match groups.collect::<String>() {
        groups if groups.is_empty() => groups,
        groups => format!("absent from this build:\n{groups}"),
    }
}

fn correction(entry: &OverrideEntry) -> String {
    let OverrideEntry {
        target,
        kind,
        reason,
        ..
    } = entry;
    match &entry.member {
        Some(member) => format!("  {target}: {member} ({kind}): {reason}"),
        None => format!("  {target} ({kind}): {reason}"),
    }
}

fn extra(difference: &InterfaceDifference) -> String {
    let shape = difference.right.as_ref().map_or("", |side| &side.shape);
    printable(&format!("  {}: {shape}", difference.location))
}

fn contradiction(contradiction: &Contradiction) -> String {
    let difference = &contradiction.difference;
    let side = |name: &str, side: &Option<DifferenceSide>| match side {
        Some(side) => format!(
            "\n    {name}: `{}` at {}",
            printable(&side.shape),
            printable(&side.source)
        ),
        None => String::new(),
    };
    format!(
        "  {}: {}{}{}",
        printable(&difference.location.to_string()),
        printable(&contradiction.message),
        side("schema", &difference.left),
        side("reply", &difference.right),
    )
}

fn fit(fit: &SeriesFit) -> String {
    let contradictions = count(fit.contradictions, "contradiction");
    format!(
        "  {}: {contradictions}, {} not in the schema",
        fit.series, fit.extra
    )
}

fn summary(report: &VerifyReport, introspected: &Introspected) -> String {
    let qemu = match (introspected.version, introspected.package.as_str()) {
        (None, _) => "QEMU (release not stated)".to_owned(),
        (Some(version), "") => format!("QEMU {version}"),
        (Some(version), package) => format!("QEMU {version} ({package})"),
    };
    let verification = &report.verification;
    format!(
        "{qemu} compared with schema {}: {}, {} not in the schema, {} absent\n",
        report.version,
        count(verification.contradictions.len(), "contradiction"),
        verification.extra.len(),
        verification.absent.len(),
    )
}
