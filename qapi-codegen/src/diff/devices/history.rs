//! The history of one device over all releases.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::{DeviceChange, addition, property_changes, removal};
use super::judgement::judge_changes;
use crate::diff::advice::find_answer;
use crate::diff::history::{History, HistoryChange, HistoryEntry};
use crate::knowledge::{BuildEvidence, DeviceStatus, MigrationRules};
use crate::version::Series;

/// The history of a device or another type over all series, given from the
/// oldest to the newest. Returns `None` if no build has it.
pub fn device_history<'s>(
    evidence: &'s BuildEvidence,
    known: &[Series],
    migrations: &'s MigrationRules,
    name: &'s str,
) -> Option<History<'s>> {
    let mut targets: BTreeMap<&str, BTreeSet<Series>> = BTreeMap::new();
    for build in evidence.builds_with(name) {
        let series = targets.entry(&build.record.target).or_default();
        series.insert(build.series);
    }
    if targets.is_empty() {
        return None;
    }
    let is_known = |series: &&Series| {
        let devices = evidence.release(**series, None);
        devices.device(name) == DeviceStatus::Known
    };
    let before = |series: Series| {
        let earlier = known.iter().rfind(|own| **own < series);
        earlier.copied().unwrap_or(series)
    };
    let mut entries: BTreeMap<Series, Vec<HistoryChange>> = BTreeMap::new();
    for mut finding in judge_changes(&all_changes(evidence, known, name)) {
        if let Some(since) = finding.since {
            finding.answer = find_answer(migrations, &finding, (before(since), since));
            let changes = entries.entry(since).or_default();
            changes.push(HistoryChange::from_finding(&finding));
        }
    }
    let entries = entries.into_iter().map(|(series, changes)| HistoryEntry {
        series,
        after: before(series),
        changes,
    });
    Some(History {
        name,
        kind: if evidence.is_device(name) {
            "device"
        } else {
            "QOM type"
        },
        series: known.iter().filter(is_known).copied().collect(),
        known: known.to_vec(),
        targets,
        entries: entries.collect(),
    })
}

/// All changes of a device. One whose series is not certain is of the first
/// series that shows it.
fn all_changes<'s>(
    evidence: &'s BuildEvidence,
    known: &[Series],
    device: &'s str,
) -> Vec<DeviceChange<'s>> {
    let releases = known.iter().map(|series| evidence.release(*series, None));
    let releases: Vec<_> = releases.collect();
    let mut changes = Vec::new();
    let mut add = |change: DeviceChange<'s>, shown: Series| {
        let since = change.since.or(Some(shown));
        changes.push(DeviceChange { since, ..change });
    };
    // Neighbouring releases show an exact addition only.
    let added = evidence.device_addition(device).filter(|own| own.is_exact);
    let mut pairs = releases.windows(2);
    if let Some(pair) = pairs.find(|pair| Some(pair[1].series()) == added.map(|own| own.since)) {
        let whole = addition(pair[0], pair[1], device);
        whole
            .into_iter()
            .for_each(|change| add(change, pair[1].series()));
    }
    if let (Some(first), Some(last)) = (releases.first(), releases.last())
        && let Some(change) = removal(*first, *last, device)
        && let Some(removal) = evidence.device_removal(device, None)
    {
        add(change, removal.since);
    }
    let listed: Vec<_> = releases
        .iter()
        .filter(|own| own.lists_device(device))
        .collect();
    for pair in listed.windows(2) {
        for change in property_changes(*pair[0], *pair[1], device) {
            add(change, pair[1].series());
        }
    }
    changes
}
