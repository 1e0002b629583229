//! The HTML format: one page that needs no other files.

mod appendix;
mod findings;
pub mod markup;

use super::actions::ActionList;
use super::summary::{NOT_COMPARED, anchor, compared_text, omitted_text, used_text};
use super::view::{ReportGroup, ReportView};
use super::{FindingCounts, Report};
use crate::diff::rules::Compatibility;
use markup::{code, escape, number_row, table, wrap};

/// The number of commands in the bar chart.
const MAX_BARS: usize = 24;

/// The style sheet of reports, which other pages share.
pub const STYLE: &str = include_str!("html/report.css");

/// The subjects of the entries that the filter shows.
const SUBJECTS: [&str; 8] = [
    "request",
    "reply",
    "event",
    "device",
    "option",
    "behaviour",
    "deprecation",
    "type",
];

/// Writes a report as an HTML page.
pub fn html(report: &Report<'_>) -> String {
    let view = ReportView::new(report);
    let title = format!("From QEMU {} to {}", escape(report.old), escape(report.new));
    format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n<head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <title>{title}</title>\n\
         <style>\n{}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n\
         <header>\n<h1>{title}</h1>\n{}</header>\n\
         <main>\n{}{}<div id=\"findings\" tabindex=\"-1\">\n{}</div>\n{}</main>\n\
         <footer>Made by <code>cargo xtask diff {} {} --format html</code>.</footer>\n\
         <script>\n{}</script>\n</body>\n</html>\n",
        STYLE,
        header(&view),
        overview(&view),
        filter_form(&view),
        findings::sections(&view),
        appendix::sections(&view),
        escape(report.old),
        escape(report.new),
        include_str!("html/report.js"),
    )
}

fn header(view: &ReportView<'_>) -> String {
    let used = view.report.used.as_ref().map(used_text);
    let used = used.map(|text| format!("<p><strong>{}</strong></p>\n", escape(&text)));
    format!(
        "<p class=\"lead\">{}</p>\n{}\
         <p class=\"lead\"><strong class=\"breaking\">Breaking</strong>: a client that was correct \
         fails. <strong class=\"dangerous\">Dangerous</strong>: it may fail, or its messages have \
         another meaning. <strong class=\"compatible\">Compatible</strong>: it is still correct. \
         <a href=\"#{}\">{NOT_COMPARED}</a></p>\n",
        escape(&compared_text(view.report)),
        used.unwrap_or_default(),
        anchor(NOT_COMPARED)
    )
}

/// What to do, before anything else.
fn action_list(report: &Report<'_>) -> String {
    let list = ActionList::new(report);
    let items = list.actions.iter().map(|own| {
        let (anchor, target) = (escape(&own.anchor), escape(&own.target));
        let advice = code(&own.advice);
        format!("<li><a href=\"#{anchor}\"><code>{target}</code></a>: {advice}</li>\n")
    });
    let more = omitted_text(list.omitted);
    let more = more.map(|text| format!("<p class=\"lead\">{}</p>\n", code(&text)));
    let heading = format!("<section id=\"do-this\">\n<h2>{}</h2>\n<ol>\n", list.title);
    let end = format!("</ol>\n{}</section>\n", more.unwrap_or_default());
    wrap(&heading, items.collect(), &end)
}

/// The numbers of findings.
fn overview(view: &ReportView<'_>) -> String {
    let directions = view.by_direction.iter();
    let directions = directions.map(|(name, counts)| ((*name).to_owned(), *counts));
    format!(
        "{}<section id=\"numbers\">\n{}{}</section>\n",
        action_list(view.report),
        counts_table("Findings by direction", "", directions),
        charts(view)
    )
}

fn counts_table(
    label: &str,
    heading: &str,
    rows: impl Iterator<Item = (String, FindingCounts)>,
) -> String {
    let rows: String = rows
        .map(|(name, counts)| number_row(&name, &counts.by_effect()))
        .collect();
    let columns = Compatibility::ALL.map(|effect| {
        let word = effect.as_str();
        format!("<th scope=\"col\" class=\"number {word}\">{word}</th>")
    });
    let head = format!("<th scope=\"col\">{heading}</th>{}", columns.concat());
    table(&format!(" aria-label=\"{label}\""), &head, &rows)
}

/// The breaking changes by command and by series, unless there are none.
fn charts(view: &ReportView<'_>) -> String {
    let length = |group: &&ReportGroup<'_>| group.counts.breaking + group.counts.dangerous;
    let groups = view.groups.iter();
    let incompatible = groups.filter(|group| length(group) > 0);
    let bars: Vec<_> = incompatible.take(MAX_BARS).collect();
    let Some(widest) = bars.iter().map(length).max() else {
        return String::new();
    };
    let bars: String = bars
        .iter()
        .map(|group| {
            let [breaking, dangerous, _] = group.counts.by_effect();
            format!(
                "<li><a href=\"#{}\">{}</a><svg viewBox=\"0 0 {widest} 1\" \
                 preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{breaking} breaking, \
                 {dangerous} dangerous\"><rect class=\"breaking\" width=\"{breaking}\" \
                 height=\"1\"/><rect class=\"dangerous\" x=\"{breaking}\" width=\"{dangerous}\" \
                 height=\"1\"/></svg><span class=\"count\" aria-hidden=\"true\">{breaking} + \
                 {dangerous}</span></li>\n",
                anchor(group.name),
                escape(group.name)
            )
        })
        .collect();
    let series = view.by_series.iter();
    let series = series.map(|(series, counts)| (series.to_string(), *counts));
    format!(
        "<h2>Commands and events with most breaking changes</h2>\n\
         <p class=\"legend\"><span class=\"breaking\"></span>breaking + \
         <span class=\"dangerous\"></span>dangerous</p>\n<ul class=\"bars\">\n{bars}</ul>\n\
         <h2>Changes by series</h2>\n{}",
        counts_table("Findings by series", "series", series)
    )
}

fn filter_form(view: &ReportView<'_>) -> String {
    let mut names: Vec<&str> = view.groups.iter().map(|group| group.name).collect();
    names.sort_unstable();
    let options = names
        .iter()
        .map(|name| format!("<option>{}</option>\n", escape(name)));
    let used = match view.report.used {
        Some(_) => {
            "<label><input type=\"checkbox\" name=\"used\" value=\"yes\"> only what affects this program</label>\n"
        }
        None => "",
    };
    format!(
        "<form id=\"filter\" role=\"search\" aria-label=\"Filter the report\" hidden>\n{}{}\
         <label class=\"field\">Command or event <select name=\"command\">\
         <option value=\"\">all</option>\n{}</select></label>\n\
         <label class=\"field\">Text <input type=\"search\" name=\"text\" autocomplete=\"off\"></label>\n\
         {used}<button type=\"reset\">Reset</button>\n\
         <output id=\"count\" for=\"filter\" aria-live=\"polite\"></output>\n</form>\n\
         <p id=\"nothing\" role=\"status\" hidden>Nothing in this report matches the filter.</p>\n",
        fieldset(
            "Severity",
            "severity",
            &Compatibility::ALL.map(Compatibility::as_str)
        ),
        fieldset("Subject", "subject", &SUBJECTS),
        options.collect::<String>()
    )
}

fn fieldset(legend: &str, name: &str, values: &[&str]) -> String {
    let boxes = values.iter().map(|value| {
        format!(
            "<label><input type=\"checkbox\" name=\"{name}\" value=\"{value}\" checked> \
             <span class=\"{value}\">{value}</span></label>\n"
        )
    });
    format!(
        "<fieldset><legend>{legend}</legend>\n{}</fieldset>\n",
        boxes.collect::<String>()
    )
}
