//! Reports about some commands and events only.

use super::command_line::COMMAND_LINE;
use super::policy::matches;
use super::report::{Report, ReportScope};
use super::usage::Usage;

/// Restricts a report to the commands and events that match one of the
/// patterns.
pub fn select_operations(report: &mut Report<'_>, patterns: &[String]) {
    retain_operations(report, |name| {
        patterns.iter().any(|pattern| matches(pattern, name))
    });
}

/// Restricts a report to what affects a program.
pub fn select_used(report: &mut Report<'_>, usage: &Usage) {
    report.findings.retain(|finding| finding.used == Some(true));
    report.behaviour.retain(|note| note.used == Some(true));
    let is_used = |name: &str| {
        usage
            .commands()
            .chain(usage.events())
            .any(|own| own == name)
            || (name == COMMAND_LINE && usage.has_options())
    };
    retain_operations(report, is_used);
}

/// Restricts a report to the command line of QEMU.
pub fn select_command_line(report: &mut Report<'_>) {
    retain_operations(report, |name| name == COMMAND_LINE);
    report.scope = ReportScope::CommandLine;
}

fn retain_operations(report: &mut Report<'_>, fits: impl Fn(&str) -> bool + Copy) {
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
    if !fits(COMMAND_LINE) {
        report.command_line = None;
    }
    report.count();
}
