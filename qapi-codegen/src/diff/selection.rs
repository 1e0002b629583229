//! Reports about some commands and events only.

use super::policy::matches;
use super::report::{FindingCounts, Report};

/// Restricts a report to the commands and events that match one of the
/// patterns.
pub fn select_operations(report: &mut Report<'_>, patterns: &[String]) {
    let fits = |name: &str| patterns.iter().any(|pattern| matches(pattern, name));
    report.findings.retain(|finding| finding.occurs_in(fits));
    for finding in &mut report.findings {
        finding.lead_with(fits);
    }
    report.command_examples.retain(|own| fits(own.target));
    report.behaviour.retain(|note| note.concerns(fits));
    for note in &mut report.behaviour {
        note.commands.retain(|name| fits(name));
        note.events.retain(|name| fits(name));
    }
    report.deprecations.retain(|entry| fits(entry.target));
    if !fits("device_add") {
        report.devices = None;
    }
    report.counts = FindingCounts::from_findings(&report.findings);
}
