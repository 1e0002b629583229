//! The sections of commands and events, and the findings in them.

use super::markup::{self, Entry, code, escape, wrap};
use crate::diff::behaviour::BehaviourNote;
use crate::diff::change::KindAttribute;
use crate::diff::finding::{Example, Finding};
use crate::diff::report::summary::{anchor, plural, shortened_list, titled_messages};
use crate::diff::report::view::{ReportGroup, ReportView};
use crate::diff::report::wording::{advice, message, other_paths};
use crate::diff::rules::Compatibility;

/// The number of further paths that are listed.
const MAX_PATHS: usize = 6;

/// Writes the sections of all commands and events.
pub fn sections(view: &ReportView<'_>) -> String {
    let groups = view.groups.iter().map(section);
    let new = view.new_operations.iter();
    let new = new.map(|(title, findings)| new_operations(title, findings));
    groups.chain(new).collect()
}

fn section(group: &ReportGroup<'_>) -> String {
    let (name, anchor) = (escape(group.name), anchor(group.name));
    let mut html = format!(
        "<section class=\"group\" id=\"{anchor}\" data-name=\"{name}\" \
         aria-labelledby=\"h-{anchor}\">\n<div class=\"title\"><h2 id=\"h-{anchor}\">{name}</h2>{}\
         <a class=\"permalink\" href=\"#{anchor}\" aria-label=\"Link to {name}\">#</a></div>\n",
        badges(group)
    );
    html += &group.example.map(messages).unwrap_or_default();
    html.extend(group.incompatible.iter().map(|own| article(own)));
    html.extend(
        group
            .notes
            .iter()
            .map(|note| note_article(note, group.name)),
    );
    html.extend(group.elsewhere.iter().map(|(target, count)| {
        format!(
            "<p class=\"count\">{} under <a href=\"#{}\">{}</a>.</p>\n",
            plural(*count, "more finding"),
            super::anchor(target),
            escape(target)
        )
    }));
    let compatible = group.compatible.values().flatten();
    let articles = compatible.map(|own| article(own)).collect();
    html + &compatible_details(group.counts.compatible, articles) + "</section>\n"
}

fn badges(group: &ReportGroup<'_>) -> String {
    let event = match group.is_event {
        true => "<span class=\"count\">event</span>",
        false => "",
    };
    let counts = group.counts.by_effect().into_iter().zip(Compatibility::ALL);
    let badges = counts
        .filter(|(count, _)| *count > 0)
        .map(|(count, effect)| {
            let word = effect.as_str();
            format!("\n<span class=\"badge {word}\">{count} {word}</span>")
        });
    format!("{event}{}\n", badges.collect::<String>())
}

fn compatible_details(count: usize, articles: String) -> String {
    let title =
        format!("<details class=\"compatible-list\"><summary>{count} compatible</summary>\n");
    wrap(&title, articles, "</details>\n")
}

/// A message before and after the upgrade.
fn messages(example: &Example<'_>) -> String {
    let messages = titled_messages(example).into_iter();
    let sides = messages
        .map(|(title, text)| format!("<div><h3>{title}</h3><pre>{}</pre></div>\n", escape(&text)));
    wrap("<div class=\"sides\">\n", sides.collect(), "</div>\n")
}

/// The opening tag of the article of a finding.
fn article_tag(finding: &Finding<'_>) -> String {
    let kind = finding.change.kind;
    let subject = match finding.direction {
        _ if kind.has(KindAttribute::Device) => "device",
        _ if kind.has(KindAttribute::CommandLine) => "option",
        direction => direction.as_str(),
    };
    let entry = Entry {
        effect: finding.compatibility,
        subject,
        targets: &finding.targets().join(" "),
        is_used: finding.used == Some(true),
    };
    let class = format!("finding is-{}", finding.compatibility.as_str());
    let attributes = entry.attributes(&class);
    format!("<article id=\"f-{}\"{attributes}>", finding.fingerprint)
}

fn permalink(finding: &Finding<'_>) -> String {
    format!(
        "<a class=\"permalink\" href=\"#f-{}\" aria-label=\"Link to this finding\">#</a>",
        finding.fingerprint
    )
}

fn since(finding: &Finding<'_>) -> String {
    let since = finding.since;
    let html = since.map(|since| format!(" <span class=\"since\">since {since}</span>"));
    html.unwrap_or_default()
}

fn article(finding: &Finding<'_>) -> String {
    let effect = finding.compatibility.as_str();
    let used = used_mark(finding.used);
    let also = code(&shortened_list(&other_paths(finding), MAX_PATHS));
    let example = messages(&finding.example);
    format!(
        "{}\n<p><span class=\"badge {effect}\">{effect}</span>{used}{} {} {}</p>\n{}{}\
         <p class=\"rule\">{}: {}</p>\n{}</article>\n",
        article_tag(finding),
        since(finding),
        code(&message(finding)),
        permalink(finding),
        markup::advice(advice(finding).as_deref()),
        wrap("<p class=\"count\">Also at ", also, ".</p>\n"),
        finding.rule.id.as_str(),
        code(&finding.rule.reason),
        wrap(
            "<details><summary>Messages</summary>",
            example,
            "</details>\n"
        )
    )
}

fn used_mark(used: Option<bool>) -> &'static str {
    match used {
        Some(true) => " <strong>used</strong>",
        _ => "",
    }
}

/// The article of a change of behaviour, under a command or event or under none.
pub fn note_article(note: &BehaviourNote<'_>, target: &str) -> String {
    let effect = note.compatibility();
    let word = effect.as_str();
    let entry = Entry {
        effect,
        subject: "behaviour",
        targets: target,
        is_used: note.used == Some(true),
    };
    let since: Vec<String> = note.since.iter().map(ToString::to_string).collect();
    let undone = if note.undone { "No longer true: " } else { "" };
    format!(
        "<article id=\"{}\"{}>\n<p><span class=\"badge {word}\">{word}</span>{} \
         <span class=\"since\">since {}</span> {undone}{}</p>\n{}\
         <p class=\"rule\">behaviour, which no schema shows</p>\n</article>\n",
        escape(&note.anchor(target)),
        entry.attributes(&format!("finding is-{word}")),
        used_mark(note.used),
        since.join(", "),
        code(note.summary),
        markup::advice(note.advice.filter(|_| !note.undone))
    )
}

fn new_operations(title: &str, findings: &[&Finding<'_>]) -> String {
    let articles = findings.iter().map(|finding| {
        format!(
            "{}<p><code>{}</code>{} {}</p></article>\n",
            article_tag(finding),
            escape(finding.target()),
            since(finding),
            permalink(finding)
        )
    });
    let heading = format!(
        "<section class=\"group\" id=\"{}\" data-name=\"\"><div class=\"title\"><h2>{title}</h2></div>\n",
        anchor(title)
    );
    let details = compatible_details(findings.len(), articles.collect());
    wrap(&heading, details, "</section>\n")
}
