//! The report for people.

use std::collections::BTreeMap;

use qapi_codegen::introspect::{Contradiction, DifferenceSide, InterfaceDifference};
use qapi_codegen::overrides::Entry;

use super::fit::Fit;
use super::report::Report;
use crate::introspected::Introspected;
use crate::monitor::printable;

/// How many of the series that were tried are shown.
const SHOWN_FITS: usize = 5;

/// The report as text: what matters most comes last, where a terminal shows it.
pub fn text(report: &Report, told: &Introspected) -> String {
    let mut parts = vec![absent(report)];
    parts.push(section(
        "corrected, since the wire differs",
        &report.corrections,
        correction,
    ));
    parts.push(section("told and refused here", &report.refused, |name| {
        format!("  {}", printable(name))
    }));
    parts.push(section("extra here", &report.verification.extra, extra));
    parts.push(section(
        "contradictions",
        &report.verification.contradictions,
        contradiction,
    ));
    let shown = &report.fits[..report.fits.len().min(SHOWN_FITS)];
    parts.push(section("the series that fit best", shown, fit));
    parts.push(counts(report, told));
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

/// What is absent, by the reason.
fn absent(report: &Report) -> String {
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
        groups => format!("absent here:\n{groups}"),
    }
}

fn correction(entry: &Entry) -> String {
    let member = entry
        .member
        .as_ref()
        .map_or(String::new(), |member| format!(": {member}"));
    format!(
        "  {}{member} ({}): {}",
        entry.target, entry.kind, entry.reason
    )
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

fn fit(fit: &Fit) -> String {
    format!(
        "  {}: {} contradictions, {} extra",
        fit.series, fit.contradictions, fit.extra
    )
}

fn counts(report: &Report, told: &Introspected) -> String {
    let qemu = match (told.version, told.package.as_str()) {
        (None, _) => "a QEMU of unknown release".to_owned(),
        (Some(version), "") => format!("QEMU {version}"),
        (Some(version), package) => format!("QEMU {version} ({package})"),
    };
    format!(
        "{qemu} and the schema of {}\n{:5} contradictions\n{:5} extra here\n{:5} absent here\n",
        report.version,
        report.verification.contradictions.len(),
        report.verification.extra.len(),
        report.verification.absent.len(),
    )
}
