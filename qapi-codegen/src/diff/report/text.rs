//! The text format, for a terminal.

mod page;

use anstyle::{AnsiColor, Style};

use page::{TEXT_COLUMN, TextPage, pieces, styled};

use super::actions::ActionList;
use super::summary::{
    NOT_COMPARED, changed_value, compared_text, example_sides, not_compared, omitted_text, plural,
    used_text,
};
use super::view::{ReportGroup, ReportView};
use super::wording::{advice, message, other_paths};
use super::{FindingCounts, Report, ReportScope};
use crate::diff::behaviour::BehaviourNote;
use crate::diff::change::{ChangeKind, KindAttribute};
use crate::diff::finding::Finding;
use crate::diff::rule_id::RuleId;
use crate::diff::rules::Compatibility;
use crate::diff::rust::RustChanges;
use crate::json::{JsonStyle, JsonValue};
use crate::wire::render_path;

const BOLD: Style = Style::new().bold();
const DIMMED: Style = Style::new().dimmed();

/// Writes a report for a terminal of some width, with styles.
pub fn text(report: &Report<'_>, width: usize) -> String {
    let view = ReportView::new(report);
    let mut page = TextPage::new(width);
    write_head(report, &mut page);
    write_actions(report, &mut page);
    for group in &view.groups {
        write_group(group, &mut page);
    }
    for (title, findings) in &view.new_operations {
        if !findings.is_empty() {
            page.heading(title);
            let names = findings
                .iter()
                .map(|own| own.target().to_owned() + &since_text(own));
            page.wrapped("  ", 2, &names.collect::<Vec<_>>().join(", "));
        }
    }
    if !view.general.is_empty() {
        page.heading("Changes of behaviour of the protocol as a whole");
        for note in view.general {
            write_note(note, &mut page);
        }
    }
    page.heading(NOT_COMPARED);
    for item in not_compared(report) {
        page.wrapped("  ", 2, &item);
    }
    if report.scope == ReportScope::Everything {
        write_rust(&report.rust, &mut page);
    }
    page.text
}

fn style_of(effect: Compatibility) -> Style {
    match effect {
        Compatibility::Breaking => AnsiColor::Red.on_default().bold(),
        Compatibility::Dangerous => AnsiColor::Yellow.on_default(),
        Compatibility::Compatible => AnsiColor::Green.on_default(),
    }
}

/// The counts with their names, in the order of [`Compatibility::ALL`].
fn styled_counts(counts: FindingCounts) -> impl Iterator<Item = (usize, String)> {
    let counts = counts.by_effect().into_iter().zip(Compatibility::ALL);
    counts.map(|(count, effect)| {
        let text = format!("{count} {}", effect.as_str());
        (count, styled(style_of(effect), &text))
    })
}

fn write_head(report: &Report<'_>, page: &mut TextPage) {
    let title = styled(BOLD, &format!("QEMU {} to {}", report.old, report.new));
    let counts: Vec<String> = styled_counts(report.counts).map(|(_, text)| text).collect();
    page.wrapped("", 0, &format!("{title}: {}", counts.join(", ")));
    page.wrapped("", 0, &compared_text(report));
    if let Some(used) = &report.used {
        page.wrapped("", 0, &used_text(used));
    }
    if report.ignored > 0 {
        let ignored = plural(report.ignored, "finding");
        page.line(&format!("{ignored} ignored by policy."));
    }
}

fn write_actions(report: &Report<'_>, page: &mut TextPage) {
    let list = ActionList::new(report);
    if !list.actions.is_empty() {
        page.heading(list.title);
    }
    for (index, action) in list.actions.iter().enumerate() {
        let text = format!("`{}`: {}", action.target, action.advice);
        page.wrapped(&format!("  {:>2}. ", index + 1), 6, &text);
    }
    if let Some(text) = omitted_text(list.omitted) {
        page.wrapped("      ", 6, &text);
    }
}

fn write_group(group: &ReportGroup<'_>, page: &mut TextPage) {
    let counts = styled_counts(group.counts).filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(_, text)| text).collect();
    let name = styled(BOLD, group.name);
    let kind = if group.is_event { " (event)" } else { "" };
    page.line("");
    page.wrapped("", 0, &format!("{name}{kind}: {}", counts.join(", ")));
    write_incompatible(&group.incompatible, page);
    for note in &group.notes {
        write_note(note, page);
    }
    for (title, message) in group.example.map(example_sides).into_iter().flatten() {
        write_message(&title.to_lowercase(), message, page);
    }
    for (rule, findings) in &group.compatible {
        write_compatible(*rule, findings, page);
    }
    for (target, count) in &group.elsewhere {
        let text = format!("{count} more, listed under `{target}`");
        page.entry((Style::new(), "see"), None, &text);
    }
}

/// Writes findings and what to do about them, the same advice only once.
fn write_incompatible(findings: &[&Finding<'_>], page: &mut TextPage) {
    let mut previous = None;
    for finding in findings {
        let mark = if finding.used == Some(true) { "!" } else { "" };
        let word = format!("{}{mark}", finding.compatibility.as_str());
        let also = match &other_paths(finding)[..] {
            [] => String::new(),
            [only] => format!("; also at `{only}`"),
            [first, others @ ..] => format!("; also at `{first}` and {} more", others.len()),
        };
        let text = format!("{}{also} [{}]", message(finding), finding.rule.id.as_str());
        let label = (style_of(finding.compatibility), &*word);
        page.entry(label, finding.since, &text);
        let advice = advice(finding);
        if let Some(advice) = advice
            .as_ref()
            .filter(|own| previous.as_ref() != Some(*own))
        {
            page.advice(advice);
        }
        previous = advice;
    }
}

fn write_note(note: &BehaviourNote<'_>, page: &mut TextPage) {
    let undone = if note.undone { "No longer true: " } else { "" };
    let text = format!("{undone}{} [behaviour]", note.summary);
    let effect = note.compatibility();
    let mark = if note.used == Some(true) { "!" } else { "" };
    let word = format!("{}{mark}", effect.as_str());
    page.entry((style_of(effect), &word), note.since.last().copied(), &text);
    if let Some(advice) = note.advice.filter(|_| !note.undone) {
        page.advice(advice);
    }
}

fn write_message(word: &str, message: &JsonValue<'_>, page: &mut TextPage) {
    let style = JsonStyle::PRETTY.with_width(page.width - TEXT_COLUMN);
    let text = style.format(message);
    let room = page.width - TEXT_COLUMN;
    let lines = text.lines().flat_map(|line| pieces(line, room));
    for (index, line) in lines.enumerate() {
        let word = if index == 0 { word } else { "" };
        let label = styled(DIMMED, &format!("  {word:<17}"));
        page.line(&format!("{label}{line}"));
    }
}

fn write_compatible(rule: RuleId, findings: &[&Finding<'_>], page: &mut TextPage) {
    let places = findings.iter().map(|finding| {
        let value = changed_value(finding).map(|value| format!("={value}"));
        let path = render_path(finding.path()) + &value.unwrap_or_default();
        path + &others_text(finding) + &since_text(finding)
    });
    let places: Vec<String> = places.collect();
    let text = format!("{}: {}", rule.as_str(), places.join(", "));
    page.entry((DIMMED, "compatible"), None, &text);
}

/// Returns whether a finding lists all entities with the same change.
fn is_list(kind: ChangeKind) -> bool {
    kind.has(KindAttribute::Device) || kind.has(KindAttribute::Grouped)
}

/// The number of other devices that a change is about.
fn others_text(finding: &Finding<'_>) -> String {
    match finding.occurrences.len() - 1 {
        0 => String::new(),
        others if is_list(finding.change.kind) => format!(" and {others} more"),
        _ => String::new(),
    }
}

fn since_text(finding: &Finding<'_>) -> String {
    let since = finding.since.map(|since| format!(" ({since})"));
    since.unwrap_or_default()
}

fn write_rust(rust: &RustChanges, page: &mut TextPage) {
    page.heading("Rust types of the bindings");
    for (kind, names) in rust.by_kind() {
        let [shared, changed, removed, added] = names.counts();
        page.wrapped(
            "  ",
            2,
            &format!("{kind}: {shared} shared, {changed} changed, {removed} removed, {added} new"),
        );
    }
}
