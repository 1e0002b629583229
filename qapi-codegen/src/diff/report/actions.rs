//! What a program has to change for an upgrade, as a list.

use super::Report;
use super::wording::advice;
use crate::diff::rules::Compatibility;

/// The title of the list.
pub const TITLE: &str = "Do this";

/// The changes of a program whose use is recorded, the worst first: what breaks,
/// and what has a documented replacement. Without a
/// record there are none, because most findings do not concern a program.
pub fn actions(report: &Report<'_>) -> Vec<String> {
    let mut actions = Vec::new();
    for effect in [Compatibility::Breaking, Compatibility::Dangerous] {
        let used = report.findings.iter().filter(|own| own.used == Some(true));
        let is_due = |effect| effect == Compatibility::Breaking;
        let used = used.filter(|own| is_due(effect) || own.answer.is_some());
        for finding in used.filter(|own| own.compatibility == effect) {
            let action = advice(finding).map(|advice| format!("`{}`: {advice}", finding.target()));
            actions.extend(action.filter(|action| !actions.contains(action)));
        }
    }
    actions
}
