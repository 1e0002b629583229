//! The text format, for a terminal.

use anstyle::{AnsiColor, Style};

use super::Report;
use super::rendered::{RenderedFinding, RenderedReport};
use super::summary::{compared_text, plural, used_text};
use super::view::{ReportGroup, ReportView, RuleGroup};
use crate::diff::behaviour::BehaviourNote;
use crate::diff::devices::{DeviceChanges, PropertyChange};
use crate::diff::rules::Compatibility;
use crate::diff::rust::RustChanges;
use crate::version::Series;

/// The width of a line.
const WIDTH: usize = 98;

/// The column of the text of a finding, after its label.
const TEXT_COLUMN: usize = 19;

const BOLD: Style = Style::new().bold();
const DIMMED: Style = Style::new().dimmed();

/// Writes a report for a terminal, with styles.
pub fn text(report: &Report<'_>) -> String {
    let rendered = RenderedReport::new(report);
    let view = ReportView::new(&rendered);
    let mut page = TextPage::default();
    write_head(&rendered, &mut page);
    for group in &view.groups {
        write_group(group, &mut page);
    }
    write_new_operations(&view, &mut page);
    if !view.general.is_empty() {
        page.heading("Changes of behaviour of the protocol as a whole");
        view.general
            .iter()
            .for_each(|note| write_note(note, &mut page));
    }
    if let Some(devices) = rendered.devices {
        write_devices(devices, &mut page);
    }
    write_rust(rendered.rust, &mut page);
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

fn write_head(report: &RenderedReport<'_>, page: &mut TextPage) {
    let title = styled(BOLD, &format!("QEMU {} to {}", report.old, report.new));
    let counts = Compatibility::ALL.map(|effect| {
        let text = format!("{} {}", report.counts.get(effect), effect.as_str());
        styled(style_of(effect), &text)
    });
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

fn write_group(group: &ReportGroup<'_>, page: &mut TextPage) {
    let counts = [group.breaking, group.dangerous, group.compatible_count];
    let counts: Vec<String> = counts
        .into_iter()
        .zip(Compatibility::ALL)
        .filter(|(count, _)| *count > 0)
        .map(|(count, effect)| styled(style_of(effect), &format!("{count} {}", effect.as_str())))
        .collect();
    let name = styled(BOLD, group.name);
    let kind = match group.kind {
        "event" => " (event)",
        _ => "",
    };
    page.line("");
    page.line(&format!("{name}{kind}  {}", counts.join(", ")));
    write_incompatible(&group.incompatible, page);
    group.notes.iter().for_each(|note| write_note(note, page));
    write_example("before", group.before.as_deref(), page);
    write_example("after", group.after.as_deref(), page);
    for rule in &group.compatible {
        write_compatible(rule, page);
    }
    for other in &group.elsewhere {
        let text = format!("{} more, listed under `{}`", other.count, other.target);
        page.entry((Style::new(), "see"), None, &text);
    }
}

/// Writes findings and what to do about them, the same advice only once.
fn write_incompatible(findings: &[&RenderedFinding<'_>], page: &mut TextPage) {
    let mut previous = None;
    for finding in findings {
        let mark = if finding.used == Some(true) { "!" } else { "" };
        let word = format!("{}{mark}", finding.compatibility.as_str());
        let also = match &finding.also[..] {
            [] => String::new(),
            [only] => format!("; also at `{only}`"),
            [first, others @ ..] => format!("; also at `{first}` and {} more", others.len()),
        };
        let text = format!("{}{also} [{}]", finding.message, finding.rule);
        let label = (style_of(finding.compatibility), &*word);
        page.entry(label, finding.since, &text);
        let advice = finding.advice.as_deref();
        if let Some(advice) = advice.filter(|own| previous != Some(*own)) {
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

fn write_example(word: &str, text: Option<&str>, page: &mut TextPage) {
    let mut word = word;
    for line in text.into_iter().flat_map(str::lines) {
        let label = styled(DIMMED, &format!("  {word:<17}"));
        page.line(&format!("{label}{line}"));
        word = "";
    }
}

fn write_compatible(group: &RuleGroup<'_>, page: &mut TextPage) {
    let places = group.findings.iter().map(|finding| {
        let value = finding.enum_value().map(|value| format!("={value}"));
        let value = value.unwrap_or_default();
        format!("{}{value}{}", finding.path, since_text(finding))
    });
    let places: Vec<String> = places.collect();
    let text = format!("{}: {}", group.rule, places.join(", "));
    page.entry((DIMMED, "compatible"), None, &text);
}

fn since_text(finding: &RenderedFinding<'_>) -> String {
    let since = finding.since.map(|since| format!(" ({since})"));
    since.unwrap_or_default()
}

fn write_new_operations(view: &ReportView<'_>, page: &mut TextPage) {
    for (title, findings) in [
        ("New commands", &view.new_commands),
        ("New events", &view.new_events),
    ] {
        if !findings.is_empty() {
            page.heading(title);
            let names = findings
                .iter()
                .map(|finding| format!("{}{}", finding.target, since_text(finding)));
            page.wrapped("  ", 2, &names.collect::<Vec<_>>().join(", "));
        }
    }
}

fn write_devices(devices: &DeviceChanges, page: &mut TextPage) {
    page.heading("Devices that device_add accepts, according to one build of each release");
    if !devices.removed.is_empty() {
        page.wrapped("  removed: ", 11, &devices.removed.join(", "));
    }
    let describe = |change: &PropertyChange| match &change.new {
        Some(new) => format!("{}: {} became {new}", change.property, change.old),
        None => format!("{} ({}) removed", change.property, change.old),
    };
    let removed = devices.removed_properties.iter();
    for change in removed.chain(&devices.changed_properties) {
        let text = format!("{}: {}", describe(change), change.devices.join(", "));
        page.wrapped("  ", 4, &text);
    }
    page.line(&format!(
        "  {} new devices; {} new properties of the {} devices of both releases",
        devices.added.len(),
        devices.added_properties,
        devices.compared
    ));
}

fn write_rust(rust: &RustChanges, page: &mut TextPage) {
    page.heading("Rust types of the bindings");
    for (kind, names) in rust.by_kind() {
        page.line(&format!(
            "  {kind}: {} shared, {} changed, {} removed, {} new",
            names.same,
            names.changed.len(),
            names.removed.len(),
            names.added.len()
        ));
    }
}
