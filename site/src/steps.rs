//! The data of the comparison of releases: one file for each series with what
//! it changed, `steps/SERIES.js`.

use std::collections::BTreeMap;

use crate::collect::changes::EntityChange;
use crate::page::Site;
use crate::search_index::script_value;

/// Writes the files.
pub fn files(site: &Site<'_>) -> BTreeMap<String, String> {
    let mut steps: BTreeMap<usize, Vec<(&str, &str, EntityChange)>> = BTreeMap::new();
    let Some(emulator) = site.programs.first() else {
        return BTreeMap::new();
    };
    for entity in &emulator.entities {
        for change in emulator.changes.get(entity.name).into_iter().flatten() {
            let step = steps.entry(change.series).or_default();
            step.push((entity.kind.as_str(), entity.name, change.clone()));
        }
    }
    for device in &site.devices {
        for change in &device.changes {
            let step = steps.entry(change.series).or_default();
            step.push(("device", device.name, change.clone()));
        }
    }
    let files = steps.into_iter().map(|(index, step)| {
        let series = site.series[index];
        (
            format!("steps/{series}.js"),
            step_file(&series.to_string(), &step),
        )
    });
    files.collect()
}

fn step_file(series: &str, step: &[(&str, &str, EntityChange)]) -> String {
    let entries = step.iter().map(|(kind, name, change)| {
        let effect = change.compatibility.map_or("", |effect| effect.as_str());
        let advice = change.advice.as_deref().unwrap_or_default();
        serde_json::json!([
            kind,
            name,
            effect,
            change.is_behaviour,
            change.message,
            advice
        ])
    });
    let entries: Vec<_> = entries.collect();
    format!(
        "(window.siteSteps = window.siteSteps || {{}})[{}] = {};\n",
        script_value(series),
        script_value(&entries)
    )
}
