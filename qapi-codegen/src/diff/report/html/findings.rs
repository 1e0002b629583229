//! The sections of commands and events, and the findings in them.

use super::escape::{code, code_list, escape};
use crate::diff::behaviour::BehaviourNote;
use crate::diff::report::rendered::RenderedFinding;
use crate::diff::report::summary::{anchor, plural};
use crate::diff::report::view::{ReportGroup, ReportView};
use crate::json::{JsonStyle, JsonValue};

/// The number of further paths that are listed.
const MAX_PATHS: usize = 6;

/// Writes the sections of all commands and events.
pub fn sections(view: &ReportView<'_>) -> String {
    let mut html: String = view.groups.iter().map(section).collect();
    html += &new_operations("New commands", &view.new_commands);
    html + &new_operations("New events", &view.new_events)
}

fn section(group: &ReportGroup<'_>) -> String {
    let (name, anchor) = (escape(group.name), anchor(group.name));
    let has_notes = match group.notes.is_empty() {
        true => "",
        false => " data-notes=\"yes\"",
    };
    let mut html = format!(
        "<section class=\"group\" id=\"{anchor}\" data-name=\"{name}\"{has_notes} \
         aria-labelledby=\"h-{anchor}\">\n<div class=\"title\"><h2 id=\"h-{anchor}\">{name}</h2>{}\
         <a class=\"permalink\" href=\"#{anchor}\" aria-label=\"Link to {name}\">#</a></div>\n",
        badges(group)
    );
    html += &sides(group.before.as_deref(), group.after.as_deref());
    html.extend(group.incompatible.iter().map(|own| article(own)));
    html.extend(group.notes.iter().map(|note| note_article(note, &anchor)));
    html.extend(group.elsewhere.iter().map(|other| {
        format!(
            "<p class=\"count\">{} under <a href=\"#{}\">{}</a>.</p>\n",
            plural(other.count, "more finding"),
            super::anchor(other.target),
            escape(other.target)
        )
    }));
    let compatible = group.compatible.iter().flat_map(|rule| &rule.findings);
    let articles: String = compatible.map(|own| article(own)).collect();
    if !articles.is_empty() {
        html += &compatible_details(group.compatible_count, &articles);
    }
    html + "</section>\n"
}

fn badges(group: &ReportGroup<'_>) -> String {
    let event = match group.kind {
        "event" => "<span class=\"count\">event</span>",
        _ => "",
    };
    let badge = |count: usize, word: &str| match count {
        0 => String::new(),
        _ => format!("\n<span class=\"badge {word}\">{count} {word}</span>"),
    };
    let badges = [
        badge(group.breaking, "breaking"),
        badge(group.dangerous, "dangerous"),
        badge(group.compatible_count, "compatible"),
    ];
    format!("{event}{}\n", badges.concat())
}

fn compatible_details(count: usize, articles: &str) -> String {
    format!(
        "<details class=\"compatible-list\"><summary>{count} compatible</summary>\n{articles}</details>\n"
    )
}

/// A message before and after the upgrade.
fn sides(before: Option<&str>, after: Option<&str>) -> String {
    let side = |title: &str, text: Option<&str>| match text {
        Some(text) => format!("<div><h3>{title}</h3><pre>{}</pre></div>\n", escape(text)),
        None => String::new(),
    };
    match side("Before", before) + &side("After", after) {
        sides if sides.is_empty() => sides,
        sides => format!("<div class=\"sides\">\n{sides}</div>\n"),
    }
}

/// The opening tag of the article of a finding.
fn article_tag(finding: &RenderedFinding<'_>) -> String {
    let effect = finding.compatibility.as_str();
    let used = match finding.used {
        Some(true) => " data-used=\"yes\"",
        _ => "",
    };
    format!(
        "<article class=\"finding is-{effect}\" id=\"f-{}\" data-severity=\"{effect}\" \
         data-direction=\"{}\" data-targets=\"{}\"{used}>",
        finding.fingerprint,
        finding.direction,
        escape(&finding.targets.join(" "))
    )
}

fn permalink(finding: &RenderedFinding<'_>) -> String {
    format!(
        "<a class=\"permalink\" href=\"#f-{}\" aria-label=\"Link to this finding\">#</a>",
        finding.fingerprint
    )
}

fn since(finding: &RenderedFinding<'_>) -> String {
    let since = finding.since;
    let html = since.map(|since| format!(" <span class=\"since\">since {since}</span>"));
    html.unwrap_or_default()
}

fn article(finding: &RenderedFinding<'_>) -> String {
    let effect = finding.compatibility.as_str();
    let used = match finding.used {
        Some(true) => " <strong>used</strong>",
        _ => "",
    };
    let advice = finding.advice.as_ref();
    let advice = advice.map(|advice| format!("<p><strong>Advice:</strong> {}</p>\n", code(advice)));
    format!(
        "{}\n<p><span class=\"badge {effect}\">{effect}</span>{used}{} {} {}</p>\n{}{}\
         <p class=\"rule\">{}: {}</p>\n{}</article>\n",
        article_tag(finding),
        since(finding),
        code(&finding.message),
        permalink(finding),
        advice.unwrap_or_default(),
        other_paths(&finding.also),
        finding.rule,
        code(finding.reason),
        messages(finding)
    )
}

fn other_paths(paths: &[String]) -> String {
    let more = paths.len().saturating_sub(MAX_PATHS);
    let listed = code_list(&paths[..paths.len() - more]);
    match (paths.is_empty(), more) {
        (true, _) => String::new(),
        (_, 0) => format!("<p class=\"count\">Also at {listed}.</p>\n"),
        _ => format!("<p class=\"count\">Also at {listed} and {more} more.</p>\n"),
    }
}

fn messages(finding: &RenderedFinding<'_>) -> String {
    let text = |value: Option<&JsonValue<'_>>| Some(JsonStyle::PRETTY.format(value?));
    let (before, after) = (text(finding.before), text(finding.after));
    match sides(before.as_deref(), after.as_deref()) {
        sides if sides.is_empty() => sides,
        sides => format!("<details><summary>Messages</summary>{sides}</details>\n"),
    }
}

fn note_article(note: &BehaviourNote<'_>, anchor: &str) -> String {
    format!(
        "<article class=\"note is-dangerous\" id=\"b-{}-{anchor}\"><p>\
         <span class=\"badge dangerous\">not visible in the schema</span> {}</article>\n",
        note.id,
        note_text(note)
    )
}

/// The text of a note, from within a paragraph.
pub fn note_text(note: &BehaviourNote<'_>) -> String {
    let since: Vec<String> = note.since.iter().map(ToString::to_string).collect();
    let undone = if note.undone { "No longer true: " } else { "" };
    let advice = note.advice.filter(|_| !note.undone);
    let advice = advice.map(|advice| format!("<p><strong>Advice:</strong> {}</p>\n", code(advice)));
    format!(
        "<span class=\"since\">since {}</span> {undone}{}</p>\n{}",
        since.join(", "),
        code(note.summary),
        advice.unwrap_or_default()
    )
}

fn new_operations(title: &str, findings: &[&RenderedFinding<'_>]) -> String {
    let articles: String = findings
        .iter()
        .map(|finding| {
            format!(
                "{}<p><code>{}</code>{} {}</p></article>\n",
                article_tag(finding),
                escape(finding.target),
                since(finding),
                permalink(finding)
            )
        })
        .collect();
    if articles.is_empty() {
        return articles;
    }
    format!(
        "<section class=\"group\" id=\"{}\" data-name=\"\"><div class=\"title\"><h2>{title}</h2></div>\n\
         {}</section>\n",
        anchor(title),
        compatible_details(findings.len(), &articles)
    )
}
