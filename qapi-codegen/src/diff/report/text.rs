//! A report for a terminal: by command, the worst first, a screen a command.

use super::view::{Group, Quiet, View};
use super::{Report, Used};
use crate::diff::devices::{DeviceChanges, PropertyChange};
use crate::diff::finding::Finding;
use crate::diff::notes::Note;
use crate::diff::rules::Severity;
use crate::version::Series;

/// How wide lines are.
const WIDTH: usize = 98;

/// Where the text of a finding begins.
const INDENT: usize = 19;

/// Writes a report for a terminal.
pub fn text(report: &Report, color: bool) -> String {
    let view = View::of(report);
    let mut page = Page {
        text: String::new(),
        color,
    };
    head(&view, &mut page);
    for group in &view.groups {
        command(group, &mut page);
    }
    news(&view, &mut page);
    general(&view, &mut page);
    if let Some(devices) = &report.devices {
        device_changes(devices, &mut page);
    }
    rust(report, &mut page);
    page.text
}

/// The text so far, and whether it has colours.
struct Page {
    text: String,
    color: bool,
}

/// How a piece of text looks.
#[derive(Clone, Copy)]
enum Style {
    Bold,
    Dim,
    Of(Severity),
}

impl Page {
    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn styled(&self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Of(Severity::Breaking) => "1;31",
            Style::Of(Severity::Dangerous) => "33",
            Style::Of(Severity::Compatible) => "32",
        };
        match self.color {
            true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            false => text.to_owned(),
        }
    }

    /// Text that is broken into lines, the first of which begins with a label
    /// that is as wide as it looks.
    fn wrapped(&mut self, label: &str, width: usize, text: &str) {
        let indent = " ".repeat(width);
        let mut line = String::new();
        let mut begun = label.to_owned();
        for word in text.split_whitespace() {
            if !line.is_empty() && width + line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(&format!("{begun}{line}"));
                begun.clone_from(&indent);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(&format!("{begun}{line}"));
    }

    fn heading(&mut self, text: &str) {
        let heading = self.styled(Style::Bold, text);
        self.line("");
        self.line(&heading);
    }
}

fn head(view: &View<'_>, page: &mut Page) {
    let report = view.report;
    let title = format!("QEMU {} to {}", report.old, report.new);
    let title = page.styled(Style::Bold, &title);
    let counts = Severity::ALL.map(|severity| {
        let count = count(report, severity);
        let text = format!("{count} {}", severity.word());
        page.styled(Style::Of(severity), &text)
    });
    page.line(&format!("{title}: {}", counts.join(", ")));
    page.wrapped("", 0, &compared(report));
    if let Some(used) = &report.used {
        page.wrapped("", 0, &used_line(used));
    }
    if report.ignored > 0 {
        page.line(&format!(
            "{} findings are left out, as told.",
            report.ignored
        ));
    }
}

fn count(report: &Report, severity: Severity) -> usize {
    match severity {
        Severity::Breaking => report.summary.breaking,
        Severity::Dangerous => report.summary.dangerous,
        Severity::Compatible => report.summary.compatible,
    }
}

/// What was compared, which is worth saying of a clean result most of all.
pub fn compared(report: &Report) -> String {
    let compared = &report.compared;
    let nothing = match (report.summary.breaking, report.summary.dangerous) {
        (0, 0) => " Nothing breaks.",
        _ => "",
    };
    format!(
        "Compared: {} commands and {} events with {} and {}; of those that both have, {} commands \
         and {} events did not change.{nothing}",
        compared.commands.0,
        compared.events.0,
        compared.commands.1,
        compared.events.1,
        compared.unchanged_commands,
        compared.unchanged_events
    )
}

/// How many findings a program meets.
pub fn used_line(used: &Used) -> String {
    format!(
        "What is used meets {} of {} findings, {} of them breaking; these come first.",
        used.findings, used.of, used.breaking
    )
}

fn command(group: &Group<'_>, page: &mut Page) {
    let name = page.styled(Style::Bold, group.name);
    let counts = [
        (group.breaking, Severity::Breaking),
        (group.dangerous, Severity::Dangerous),
        (group.compatible, Severity::Compatible),
    ];
    let counts = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| {
            page.styled(Style::Of(severity), &format!("{count} {}", severity.word()))
        });
    let counts: Vec<String> = counts.collect();
    let sort = if group.sort == "event" {
        " (event)"
    } else {
        ""
    };
    page.line("");
    page.line(&format!("{name}{sort}  {}", counts.join(", ")));
    let mut told = None;
    for finding in &group.loud {
        loud(finding, told, page);
        told = finding.migration.as_deref();
    }
    group.notes.iter().for_each(|note| unseen(note, page));
    example("before", group.before.as_deref(), page);
    example("after", group.after.as_deref(), page);
    group.quiet.iter().for_each(|quiet| compatible(quiet, page));
    for other in &group.elsewhere {
        let text = format!("{} more, told under `{}`", other.all, other.target);
        page.wrapped(&label("see", None), INDENT, &text);
    }
}

/// The label before a text: a word and a series.
fn label(word: &str, since: Option<Series>) -> String {
    let since = since.map(|since| since.to_string()).unwrap_or_default();
    format!("  {word:<10} {since:<4}  ")
}

/// A finding, and what to do about it unless that was told just before.
fn loud(finding: &Finding, told: Option<&str>, page: &mut Page) {
    let word = match finding.used {
        Some(true) => format!("{}!", finding.severity.word()),
        _ => finding.severity.word().to_owned(),
    };
    let plain = label(&word, finding.since);
    let styled = plain.replacen(&word, &page.styled(Style::Of(finding.severity), &word), 1);
    let also = match finding.also.len() {
        0 => String::new(),
        1 => format!(" Also at `{}`.", finding.also[0]),
        more => format!(" Also at `{}` and {} more.", finding.also[0], more - 1),
    };
    page.wrapped(
        &styled,
        INDENT,
        &format!("{}{also} [{}]", finding.message, finding.rule),
    );
    if let Some(todo) = finding
        .migration
        .as_deref()
        .filter(|todo| told != Some(*todo))
    {
        let arrow = format!("{}> ", " ".repeat(INDENT));
        page.wrapped(&arrow, INDENT + 2, todo);
    }
}

fn unseen(note: &Note, page: &mut Page) {
    let plain = label("unseen", note.since.last().copied());
    let styled = plain.replacen(
        "unseen",
        &page.styled(Style::Of(Severity::Dangerous), "unseen"),
        1,
    );
    let undone = if note.undone { "No longer true: " } else { "" };
    page.wrapped(
        &styled,
        INDENT,
        &format!("{undone}{} [not visible in the schema]", note.what),
    );
    if let Some(todo) = note.todo.as_ref().filter(|_| !note.undone) {
        page.wrapped(&format!("{}> ", " ".repeat(INDENT)), INDENT + 2, todo);
    }
}

fn example(word: &str, text: Option<&str>, page: &mut Page) {
    let Some(text) = text else { return };
    for (index, line) in text.lines().enumerate() {
        let label = if index == 0 {
            label(word, None)
        } else {
            " ".repeat(INDENT)
        };
        page.line(&format!("{}{line}", page.styled(Style::Dim, &label)));
    }
}

fn compatible(quiet: &Quiet<'_>, page: &mut Page) {
    let places = quiet.findings.iter().map(|finding| {
        let value = match (&finding.new, finding.rule.contains("-value-")) {
            (Some(value), true) => format!("={value}"),
            _ => String::new(),
        };
        let since = finding
            .since
            .map(|since| format!(" ({since})"))
            .unwrap_or_default();
        format!("{}{value}{since}", finding.path)
    });
    let places: Vec<String> = places.collect();
    let plain = label("compatible", None);
    let text = format!("{}: {}", quiet.rule, places.join(", "));
    page.wrapped(&page.styled(Style::Dim, &plain), INDENT, &text);
}

fn news(view: &View<'_>, page: &mut Page) {
    for (title, findings) in [
        ("New commands", &view.new_commands),
        ("New events", &view.new_events),
    ] {
        if findings.is_empty() {
            continue;
        }
        page.heading(title);
        let names = findings.iter().map(|finding| {
            let since = finding
                .since
                .map(|since| format!(" ({since})"))
                .unwrap_or_default();
            format!("{}{since}", finding.target)
        });
        page.wrapped("  ", 2, &names.collect::<Vec<_>>().join(", "));
    }
}

fn general(view: &View<'_>, page: &mut Page) {
    if view.general.is_empty() {
        return;
    }
    page.heading("Not visible in the schema, about no command in particular");
    view.general.iter().for_each(|note| unseen(note, page));
}

fn device_changes(devices: &DeviceChanges, page: &mut Page) {
    page.heading("What device_add accepts, asked of one build of each release");
    let list = |names: &[String]| names.join(", ");
    if !devices.removed.is_empty() {
        page.wrapped("  gone: ", 8, &list(&devices.removed));
    }
    let property = |change: &PropertyChange| match &change.new {
        Some(new) => format!("{} was {} and is {new}: ", change.property, change.old),
        None => format!("{} ({}) is gone: ", change.property, change.old),
    };
    for change in devices
        .removed_properties
        .iter()
        .chain(&devices.changed_properties)
    {
        page.wrapped(
            "  ",
            4,
            &format!("{}{}", property(change), list(&change.devices)),
        );
    }
    page.line(&format!(
        "  {} devices are new, and {} properties of the {} that both have.",
        devices.added.len(),
        devices.added_properties,
        devices.compared
    ));
}

fn rust(report: &Report, page: &mut Page) {
    let rust = &report.rust;
    page.heading("Rust types of the bindings");
    for (what, names) in [
        ("types", &rust.types),
        ("commands", &rust.commands),
        ("events", &rust.events),
    ] {
        page.line(&format!(
            "  {} {what} are the same in both releases, {} are others of the same name, {} are \
             gone, {} are new.",
            names.same,
            names.changed.len(),
            names.gone.len(),
            names.fresh.len()
        ));
    }
}
