//! The text format, for a terminal.

use anstyle::{AnsiColor, Style};

use super::actions::{TITLE, actions};
use super::summary::{compared_text, enum_value, plural, titled_messages, used_text};
use super::view::{ReportGroup, ReportView};
use super::wording::{advice, message, other_paths};
use super::{FindingCounts, Report};
use crate::diff::behaviour::BehaviourNote;
use crate::diff::change::KindAttribute;
use crate::diff::finding::Finding;
use crate::diff::rules::{Compatibility, RuleId};
use crate::diff::rust::RustChanges;
use crate::version::Series;
use crate::wire::render_path;

/// The width of a line.
const WIDTH: usize = 98;

/// The column of the text of a finding, after its label.
const TEXT_COLUMN: usize = 19;

const BOLD: Style = Style::new().bold();
const DIMMED: Style = Style::new().dimmed();

/// Writes a report for a terminal, with styles.
pub fn text(report: &Report<'_>) -> String {
    let view = ReportView::new(report);
    let mut page = TextPage::default();
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
    write_rust(&report.rust, &mut page);
    page.text
}

/// The text so far.
#[derive(Default)]
struct TextPage {
    text: String,
}

impl TextPage {
    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, text: &str) {
        let heading = styled(BOLD, text);
        self.line("");
        self.line(&heading);
    }

    /// Writes text in lines after a label of some width.
    fn wrapped(&mut self, label: &str, width: usize, text: &str) {
        let mut start = label.to_owned();
        let mut line = String::new();
        for word in text.split_whitespace() {
            let end = width + line.chars().count() + 1 + word.chars().count();
            if !line.is_empty() && end > WIDTH {
                self.line(&format!("{start}{line}"));
                start = " ".repeat(width);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(&format!("{start}{line}"));
    }

    /// Writes text after a label of a word and a series.
    fn entry(&mut self, (style, word): (Style, &str), since: Option<Series>, text: &str) {
        let label = styled(style, &format!("{word:<10}"));
        let since = since.map(|since| since.to_string()).unwrap_or_default();
        self.wrapped(&format!("  {label} {since:<4}  "), TEXT_COLUMN, text);
    }

    /// Writes what to do about the entry before.
    fn advice(&mut self, text: &str) {
        let label = format!("{}> ", " ".repeat(TEXT_COLUMN));
        self.wrapped(&label, TEXT_COLUMN + 2, text);
    }
}

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
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
    page.line(&format!("{title}: {}", counts.join(", ")));
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
    let actions = actions(report);
    if !actions.is_empty() {
        page.heading(TITLE);
    }
    for (index, action) in actions.iter().enumerate() {
        page.wrapped(&format!("  {:>2}. ", index + 1), 6, action);
    }
}

fn write_group(group: &ReportGroup<'_>, page: &mut TextPage) {
    let counts = styled_counts(group.counts).filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(_, text)| text).collect();
    let name = styled(BOLD, group.name);
    let kind = if group.is_event { " (event)" } else { "" };
    page.line("");
    page.line(&format!("{name}{kind}  {}", counts.join(", ")));
    write_incompatible(&group.incompatible, page);
    for note in &group.notes {
        write_note(note, page);
    }
    for (title, message) in group.example.map(titled_messages).unwrap_or_default() {
        write_message(&title.to_lowercase(), &message, page);
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
    let text = format!("{undone}{} [not in the schema]", note.summary);
    let label = (style_of(Compatibility::Dangerous), "behaviour");
    page.entry(label, note.since.last().copied(), &text);
    if let Some(advice) = note.advice.filter(|_| !note.undone) {
        page.advice(advice);
    }
}

fn write_message(word: &str, text: &str, page: &mut TextPage) {
    for (index, line) in text.lines().enumerate() {
        let word = if index == 0 { word } else { "" };
        let label = styled(DIMMED, &format!("  {word:<17}"));
        page.line(&format!("{label}{line}"));
    }
}

fn write_compatible(rule: RuleId, findings: &[&Finding<'_>], page: &mut TextPage) {
    let places = findings.iter().map(|finding| {
        let value = enum_value(finding).map(|value| format!("={value}"));
        let path = render_path(finding.path()) + &value.unwrap_or_default();
        path + &others_text(finding) + &since_text(finding)
    });
    let places: Vec<String> = places.collect();
    let text = format!("{}: {}", rule.as_str(), places.join(", "));
    page.entry((DIMMED, "compatible"), None, &text);
}

/// The number of other devices that a change is about.
fn others_text(finding: &Finding<'_>) -> String {
    match finding.occurrences.len() - 1 {
        0 => String::new(),
        others if finding.change.kind.has(KindAttribute::Device) => format!(" and {others} more"),
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
        page.line(&format!(
            "  {kind}: {shared} shared, {changed} changed, {removed} removed, {added} new"
        ));
    }
}
