//! Reports about some commands and events only.

use super::finding::Finding;
use super::policy::matches;
use super::report::{Report, Summary};

/// Leaves in a report only what is about commands and events that fit one of
/// the patterns.
pub fn select(report: &mut Report, patterns: &[String]) {
    let fits = |name: &String| patterns.iter().any(|pattern| matches(pattern, name));
    report
        .findings
        .retain(|finding| finding.targets.iter().any(fits));
    report
        .findings
        .iter_mut()
        .for_each(|finding| put_first(finding, fits));
    report.stories.retain(|story| fits(&story.target));
    report
        .behaviour
        .retain(|note| note.commands.iter().chain(&note.events).any(fits));
    for note in &mut report.behaviour {
        note.commands.retain(fits);
        note.events.retain(fits);
    }
    report.deprecations.retain(|entry| fits(&entry.target));
    if !fits(&"device_add".to_owned()) {
        report.devices = None;
    }
    report.summary = Summary::of(&report.findings);
}

/// Puts a place first that is in one of the wanted commands.
fn put_first(finding: &mut Finding, fits: impl Fn(&String) -> bool) {
    if fits(&finding.target) {
        return;
    }
    let wanted = finding.also.iter().position(|place| {
        place
            .split_once(": ")
            .is_some_and(|(target, _)| fits(&target.to_owned()))
    });
    let Some(index) = wanted else { return };
    let place = finding.also.remove(index);
    let Some((target, path)) = place.split_once(": ") else {
        return;
    };
    let own = format!("{}: ", finding.target);
    let others = std::mem::take(&mut finding.also).into_iter().map(|place| {
        match (
            place.strip_prefix(&format!("{target}: ")),
            place.contains(": "),
        ) {
            (Some(path), _) => path.to_owned(),
            (None, true) => place,
            (None, false) => format!("{own}{place}"),
        }
    });
    finding.also = [format!("{own}{}", finding.path)]
        .into_iter()
        .chain(others)
        .collect();
    finding.message = finding
        .message
        .replace(&format!("`{}`", finding.path), &format!("`{path}`"));
    finding.migration = finding
        .migration
        .take()
        .map(|todo| todo.replace(&format!("`{}`", finding.path), &format!("`{path}`")));
    finding.targets.retain(|name| name != target);
    finding.targets.insert(0, target.to_owned());
    (finding.target, finding.path) = (target.to_owned(), path.to_owned());
    (finding.before, finding.after) = (None, None);
}
