//! The Markdown format, for reviews and release notes.

use super::Report;
use super::rendered::{RenderedFinding, RenderedReport};
use super::summary::{anchor, code_list, compared_text, plural, used_text};
use super::view::{ReportGroup, ReportView};
use crate::diff::behaviour::BehaviourNote;
use crate::diff::devices::DeviceChanges;
use crate::diff::rust::RustChanges;

/// The number of further paths that are listed.
const MAX_PATHS: usize = 4;

/// Writes a report in Markdown.
pub fn markdown(report: &Report<'_>) -> String {
    let rendered = RenderedReport::new(report);
    let view = ReportView::new(&rendered);
    let mut text = head(&view) + &contents(&view);
    for group in view.groups.iter().filter(|group| has_section(group)) {
        text += &group_section(group);
    }
    text += "\n## Compatible changes\n\n";
    for group in view.groups.iter().filter(|own| !own.compatible.is_empty()) {
        text += &compatible_section(group);
    }
    text += &new_operations("New commands", &view.new_commands);
    text += &new_operations("New events", &view.new_events);
    if !view.general.is_empty() {
        text += "## Not visible in the schema\n\nThese changes affect the protocol as a whole.\n\n";
        text.extend(view.general.iter().map(|note| note_item(note, "")));
        text += "\n";
    }
    text += &deprecations(&rendered);
    text += &rendered.devices.map(devices).unwrap_or_default();
    text + &rust(rendered.rust)
}

fn head(view: &ReportView<'_>) -> String {
    let report = view.report;
    let used = report.used.as_ref().map(used_text);
    let used = used.map(|text| format!("\n{text}\n")).unwrap_or_default();
    let rows: String = view
        .by_direction
        .iter()
        .map(|row| {
            let [breaking, dangerous, compatible] = row.counts;
            format!(
                "| {} | {breaking} | {dangerous} | {compatible} |\n",
                row.direction
            )
        })
        .collect();
    let counts = report.counts;
    format!(
        "# From QEMU {} to {}\n\n{}\n{used}\n\
         | | breaking | dangerous | compatible |\n|---|---:|---:|---:|\n{rows}\
         | **all** | **{}** | **{}** | **{}** |\n\n\
         *Breaking*: a client that was correct fails. *Dangerous*: it may fail, or its messages have\n\
         another meaning. *Compatible*: it is still correct. *Not visible in the schema*: known from\n\
         running QEMUs.\n",
        report.old,
        report.new,
        compared_text(report),
        counts.breaking,
        counts.dangerous,
        counts.compatible
    )
}

fn has_section(group: &ReportGroup<'_>) -> bool {
    !group.incompatible.is_empty() || !group.notes.is_empty()
}

fn contents(view: &ReportView<'_>) -> String {
    let mut text = "\n## Contents\n\n".to_owned();
    for group in view.groups.iter().filter(|group| has_section(group)) {
        let event = if group.kind == "event" {
            ", an event"
        } else {
            ""
        };
        let counts = match (group.breaking, group.dangerous) {
            (0, 0) => "behaviour".to_owned(),
            (0, dangerous) => format!("{dangerous} dangerous"),
            (breaking, 0) => format!("**{breaking} breaking**"),
            (breaking, dangerous) => format!("**{breaking} breaking**, {dangerous} dangerous"),
        };
        text += &format!("- {}{event}: {counts}\n", link(group.name));
    }
    let sections = [
        ("Compatible changes", true),
        ("Not visible in the schema", !view.general.is_empty()),
        ("Deprecations", !view.report.deprecations.is_empty()),
        ("Devices", view.report.devices.is_some()),
        ("Rust types of the bindings", true),
    ];
    let present = sections.into_iter().filter(|(_, is_present)| *is_present);
    text.extend(present.map(|(title, _)| format!("- {}\n", link(title))));
    text
}

fn link(title: &str) -> String {
    format!("[{title}](#{})", anchor(title))
}

fn group_section(group: &ReportGroup<'_>) -> String {
    let mut text = format!("\n## {}\n\n", group.name);
    text.extend(group.incompatible.iter().map(|own| finding_item(own)));
    let label = "**not visible in the schema**, ";
    text.extend(group.notes.iter().map(|note| note_item(note, label)));
    text.extend(group.elsewhere.iter().map(|other| {
        let count = plural(other.count, "more finding");
        format!("- {count} under {}.\n", link(other.target))
    }));
    for (title, example) in [("Before", &group.before), ("After", &group.after)] {
        if let Some(example) = example {
            text += &format!("\n{title}:\n\n```json\n{example}\n```\n");
        }
    }
    text
}

fn finding_item(finding: &RenderedFinding<'_>) -> String {
    let since = finding.since.map(|since| format!(", since {since}"));
    let used = match finding.used {
        Some(true) => ", **used**",
        _ => "",
    };
    let also = match finding.also.len().saturating_sub(MAX_PATHS) {
        _ if finding.also.is_empty() => String::new(),
        0 => format!("; also at {}", code_list(&finding.also)),
        more => format!(
            "; also at {} and {more} more",
            code_list(&finding.also[..MAX_PATHS])
        ),
    };
    let advice = finding.advice.as_ref().map(|advice| format!(" *{advice}*"));
    format!(
        "- **{}**{}{used}: {}{also}.{} ({})\n",
        finding.compatibility.as_str(),
        since.unwrap_or_default(),
        finding.message,
        advice.unwrap_or_default(),
        finding.rule
    )
}

fn note_item(note: &BehaviourNote<'_>, label: &str) -> String {
    let since: Vec<String> = note.since.iter().map(ToString::to_string).collect();
    let undone = if note.undone { "no longer true: " } else { "" };
    let advice = note.advice.filter(|_| !note.undone);
    let advice = advice.map(|advice| format!(" *{advice}*"));
    format!(
        "- {label}since {}: {undone}{}{}\n",
        since.join(", "),
        note.summary,
        advice.unwrap_or_default()
    )
}

fn compatible_section(group: &ReportGroup<'_>) -> String {
    let mut text = format!("### {}\n\n", group.name);
    for rule in &group.compatible {
        let places: Vec<String> = rule
            .findings
            .iter()
            .map(|own| compatible_place(own))
            .collect();
        text += &format!("- {}: {}\n", rule.rule, places.join(", "));
    }
    text + "\n"
}

fn compatible_place(finding: &RenderedFinding<'_>) -> String {
    let since = finding.since.map(|since| format!("({since})"));
    let path = (!finding.path.is_empty()).then(|| match finding.enum_value() {
        Some(value) => format!("`{}` = `{value}`", finding.path),
        None => format!("`{}`", finding.path),
    });
    let parts: Vec<String> = path.into_iter().chain(since).collect();
    parts.join(" ")
}

fn new_operations(title: &str, findings: &[&RenderedFinding<'_>]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let names = findings.iter().map(|finding| match finding.since {
        Some(since) => format!("`{}` ({since})", finding.target),
        None => format!("`{}`", finding.target),
    });
    let names: Vec<String> = names.collect();
    format!("### {title}\n\n{}\n\n", names.join(", "))
}

fn deprecations(report: &RenderedReport<'_>) -> String {
    if report.deprecations.is_empty() {
        return String::new();
    }
    let mut text =
        "## Deprecations\n\n| entity | since | source | instead |\n|---|---|---|---|\n".to_owned();
    for entry in &report.deprecations {
        let path = match &*entry.path {
            "" => String::new(),
            path => format!(" `{path}`"),
        };
        let since = entry.since.map(|since| since.to_string());
        text += &format!(
            "| `{}`{path} | {} | {} | {} |\n",
            entry.target,
            since.unwrap_or_default(),
            entry.source(),
            entry.advice.as_deref().unwrap_or_default()
        );
    }
    text + "\n"
}

fn devices(devices: &DeviceChanges) -> String {
    let mut text = format!(
        "## Devices\n\nThe devices that `device_add` accepts in one build of each release; other \
         builds may have\nmore or fewer. {} compared.\n\n",
        plural(devices.compared, "device")
    );
    if !devices.removed.is_empty() {
        text += &format!("Removed: {}.\n\n", code_list(&devices.removed));
    }
    let changes = || {
        devices
            .removed_properties
            .iter()
            .chain(&devices.changed_properties)
    };
    if changes().next().is_some() {
        text += "| property | old type | new type | devices |\n|---|---|---|---|\n";
        text.extend(changes().map(|change| {
            let new = change.new.as_deref().unwrap_or("removed");
            let devices = change.devices.join(", ");
            format!(
                "| `{}` | {} | {new} | {devices} |\n",
                change.property, change.old
            )
        }));
        text += "\n";
    }
    text + &format!(
        "New: {} and {} of the compared devices.\n\n",
        plural(devices.added.len(), "device"),
        match devices.added_properties {
            1 => "1 property".to_owned(),
            count => format!("{count} properties"),
        }
    )
}

fn rust(rust: &RustChanges) -> String {
    let mut text = "## Rust types of the bindings\n\n\
        Both releases share the types whose names and wire interfaces are equal. Code that names any\n\
        other type compiles for one release only.\n\n\
        | | shared | changed | removed | new |\n|---|---:|---:|---:|---:|\n"
        .to_owned();
    for (kind, names) in rust.by_kind() {
        text += &format!(
            "| {kind} | {} | {} | {} | {} |\n",
            names.same,
            names.changed.len(),
            names.removed.len(),
            names.added.len()
        );
    }
    for (kind, names) in rust.by_kind() {
        for (title, names) in [("Changed", &names.changed), ("Removed", &names.removed)] {
            if !names.is_empty() {
                text += &format!("\n{title} {kind}: {}.\n", code_list(names));
            }
        }
    }
    text
}
