//! The Markdown format, for reviews and release notes.

use super::actions::{Action, ActionList};
use super::summary::{
    NOT_COMPARED, anchor, changed_value, code_list, compared_text, not_compared, omitted_text,
    plural, shortened_list, titled_messages, used_text,
};
use super::tables::{DEPRECATION_COLUMNS, deprecation_rows};
use super::view::{ReportGroup, ReportView};
use super::wording::{advice, message, other_paths};
use super::{Report, ReportScope};
use crate::diff::behaviour::BehaviourNote;
use crate::diff::finding::Finding;
use crate::diff::rust::RustChanges;
use crate::wire::render_path;

/// The title of the compatible changes.
const COMPATIBLE: &str = "Compatible changes";

/// The number of further paths that are listed.
const MAX_PATHS: usize = 4;

/// Writes a report in Markdown.
pub fn markdown(report: &Report<'_>) -> String {
    let view = ReportView::new(report);
    let mut text = head(&view) + &action_list(report) + &contents(&view);
    text.extend(
        view.groups
            .iter()
            .filter(|own| has_section(own))
            .map(group_section),
    );
    text += &compatible(&view);
    if !view.general.is_empty() {
        text += "## Not visible in the schema\n\nThese changes affect the protocol as a whole.\n\n";
        text.extend(view.general.iter().map(|note| note_item(note)));
        text += "\n";
    }
    let deprecations = table(DEPRECATION_COLUMNS, deprecation_rows(report));
    if !deprecations.is_empty() {
        text += &format!("## Deprecations\n\n{deprecations}\n");
    }
    match report.scope {
        ReportScope::Everything => text + &missing(report) + &rust(&report.rust),
        ReportScope::CommandLine => text + &missing(report),
    }
}

fn missing(report: &Report<'_>) -> String {
    let items = not_compared(report).into_iter();
    let items: String = items.map(|item| format!("- {item}\n")).collect();
    format!("## {NOT_COMPARED}\n\n{items}\n")
}

fn action_list(report: &Report<'_>) -> String {
    let list = ActionList::new(report);
    let item = |own: &Action| format!("1. `{}`: {}\n", own.target, own.advice);
    let items: String = list.actions.iter().map(item).collect();
    let more = omitted_text(list.omitted).map(|text| format!("\n{text}\n"));
    match items.is_empty() {
        true => items,
        false => format!("\n## {}\n\n{items}{}", list.title, more.unwrap_or_default()),
    }
}

fn head(view: &ReportView<'_>) -> String {
    let report = view.report;
    let used = report.used.as_ref().map(used_text);
    let used = used.map(|text| format!("\n{text}\n")).unwrap_or_default();
    let rows = view.by_direction.iter().map(|(name, counts)| {
        let [breaking, dangerous, compatible] = counts.by_effect();
        format!("| {name} | {breaking} | {dangerous} | {compatible} |\n")
    });
    let [breaking, dangerous, compatible] = report.counts.by_effect();
    format!(
        "# From QEMU {} to {}\n\n{}\n{used}\n\
         | | breaking | dangerous | compatible |\n|---|---:|---:|---:|\n{}\
         | **all** | **{breaking}** | **{dangerous}** | **{compatible}** |\n\n\
         *Breaking*: a client that was correct fails. *Dangerous*: it may fail, or its messages have\n\
         another meaning. *Compatible*: it is still correct. *Behaviour*: no schema shows it.\n",
        report.old,
        report.new,
        compared_text(report),
        rows.collect::<String>()
    )
}

fn has_section(group: &ReportGroup<'_>) -> bool {
    !group.incompatible.is_empty() || !group.notes.is_empty()
}

fn contents(view: &ReportView<'_>) -> String {
    let mut text = "\n## Contents\n\n".to_owned();
    for group in view.groups.iter().filter(|group| has_section(group)) {
        let event = if group.is_event { ", an event" } else { "" };
        let counts = match (group.counts.breaking, group.counts.dangerous) {
            (0, 0) => "behaviour, compatible".to_owned(),
            (0, dangerous) => format!("{dangerous} dangerous"),
            (breaking, 0) => format!("**{breaking} breaking**"),
            (breaking, dangerous) => format!("**{breaking} breaking**, {dangerous} dangerous"),
        };
        text += &format!("- {}{event}: {counts}\n", link(group.name));
    }
    let sections = [
        (COMPATIBLE, true),
        ("Not visible in the schema", !view.general.is_empty()),
        ("Deprecations", !view.report.deprecations.is_empty()),
        (NOT_COMPARED, true),
        (
            "Rust types of the bindings",
            view.report.scope == ReportScope::Everything,
        ),
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
    text.extend(group.notes.iter().map(|note| note_item(note)));
    for (target, count) in &group.elsewhere {
        let count = plural(*count, "more finding");
        text += &format!("- {count} under {}.\n", link(target));
    }
    for (title, message) in group.example.map(titled_messages).unwrap_or_default() {
        text += &format!("\n{title}:\n\n```json\n{message}\n```\n");
    }
    text
}

fn finding_item(finding: &Finding<'_>) -> String {
    let since = finding.since.map(|since| format!(", since {since}"));
    let used = if finding.used == Some(true) {
        ", **used**"
    } else {
        ""
    };
    let also = match &other_paths(finding)[..] {
        [] => String::new(),
        paths => format!("; also at {}", shortened_list(paths, MAX_PATHS)),
    };
    format!(
        "- **{}**{}{used}: {}{also}.{} ({})\n",
        finding.compatibility.as_str(),
        since.unwrap_or_default(),
        message(finding),
        emphasized(advice(finding).as_deref()),
        finding.rule.id.as_str()
    )
}

fn emphasized(advice: Option<&str>) -> String {
    advice
        .map(|advice| format!(" *{advice}*"))
        .unwrap_or_default()
}

fn note_item(note: &BehaviourNote<'_>) -> String {
    let since: Vec<String> = note.since.iter().map(ToString::to_string).collect();
    let undone = if note.undone { "no longer true: " } else { "" };
    let used = if note.used == Some(true) {
        ", **used**"
    } else {
        ""
    };
    format!(
        "- **{}**, since {}{used}: {undone}{}{} (behaviour)\n",
        note.compatibility().as_str(),
        since.join(", "),
        note.summary,
        emphasized(note.advice.filter(|_| !note.undone))
    )
}

/// The compatible changes, collapsed by hosts of code.
fn compatible(view: &ReportView<'_>) -> String {
    let groups = view.groups.iter().filter(|own| !own.compatible.is_empty());
    let changed: String = groups.map(compatible_section).collect();
    let count = view.report.counts.compatible;
    let mut text = format!("\n## {COMPATIBLE}\n\n");
    for (title, findings) in &view.new_operations {
        text += &new_operations(title, findings);
    }
    match changed.is_empty() {
        true => text,
        false => text + &details(&format!("{count} compatible changes in all"), &changed),
    }
}

/// A part that hosts of code collapse. The empty lines make its content Markdown.
fn details(title: &str, content: &str) -> String {
    format!(
        "<details>\n<summary>{title}</summary>\n\n{}\n\n</details>\n\n",
        content.trim_end()
    )
}

fn compatible_section(group: &ReportGroup<'_>) -> String {
    let mut text = format!("### {}\n\n", group.name);
    for (rule, findings) in &group.compatible {
        let places: Vec<String> = findings.iter().map(|own| compatible_place(own)).collect();
        text += &format!("- {}: {}\n", rule.as_str(), places.join(", "));
    }
    text + "\n"
}

fn compatible_place(finding: &Finding<'_>) -> String {
    let since = finding.since.map(|since| format!("({since})"));
    let path = render_path(finding.path());
    let path = (!path.is_empty()).then(|| match changed_value(finding) {
        Some(value) => format!("`{path}` = `{value}`"),
        None => format!("`{path}`"),
    });
    let parts: Vec<String> = path.into_iter().chain(since).collect();
    parts.join(" ")
}

fn new_operations(title: &str, findings: &[&Finding<'_>]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let names = findings.iter().map(|finding| match finding.since {
        Some(since) => format!("`{}` ({since})", finding.target()),
        None => format!("`{}`", finding.target()),
    });
    let names: Vec<String> = names.collect();
    format!("### {title}\n\n{}\n\n", names.join(", "))
}

/// A table, unless it has no rows.
fn table(columns: [&str; 4], rows: Vec<[String; 4]>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut text = format!("| {} |\n|---|---|---|---|\n", columns.join(" | "));
    text.extend(rows.iter().map(|row| format!("| {} |\n", row.join(" | "))));
    text
}

fn rust(rust: &RustChanges) -> String {
    let mut text = "## Rust types of the bindings\n\n\
        Both releases share the types whose names and wire interfaces are equal. Code that names any\n\
        other type compiles for one release only.\n\n\
        | | shared | changed | removed | new |\n|---|---:|---:|---:|---:|\n"
        .to_owned();
    for (kind, names) in rust.by_kind() {
        let [shared, changed, removed, added] = names.counts();
        text += &format!("| {kind} | {shared} | {changed} | {removed} | {added} |\n");
    }
    let mut lists = String::new();
    for (kind, names) in rust.by_kind() {
        for (title, names) in [("Changed", &names.changed), ("Removed", &names.removed)] {
            if !names.is_empty() {
                lists += &format!("{title} {kind}: {}.\n\n", code_list(names));
            }
        }
    }
    match lists.is_empty() {
        true => text,
        false => text + "\n" + details("changed and removed types", &lists).trim_end() + "\n",
    }
}
