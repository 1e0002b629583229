//! The sections after the findings: behaviour, deprecations, what was not
//! compared, types.

use super::findings::note_article;
use super::markup::{Entry, code, escape, number_row, table, wrap};
use crate::diff::report::summary::{NOT_COMPARED, anchor, not_compared};
use crate::diff::report::tables::{DEPRECATION_COLUMNS, deprecation_rows};
use crate::diff::report::view::ReportView;
use crate::diff::report::{Report, ReportScope};
use crate::diff::rules::Compatibility;
use crate::diff::rust::{NameChanges, RustChanges};

/// Writes the sections.
pub fn sections(view: &ReportView<'_>) -> String {
    let report = view.report;
    let rust = match report.scope {
        ReportScope::Everything => rust(&report.rust),
        ReportScope::CommandLine => String::new(),
    };
    general(view) + &deprecations(report) + &missing(report) + &rust
}

/// A section with entries, unless it has none. The filter hides it with them.
fn section(id: &str, title: &str, content: String) -> String {
    let head = format!("<section class=\"group\" id=\"{id}\" data-name=\"\">\n<h2>{title}</h2>\n");
    wrap(&head, content, "</section>\n")
}

fn head_cells(columns: &[&str], class: &str) -> String {
    let cell = |name: &&str| format!("<th scope=\"col\"{class}>{name}</th>");
    columns.iter().map(cell).collect()
}

fn general(view: &ReportView<'_>) -> String {
    let notes = view.general.iter().map(|note| note_article(note, ""));
    section(
        "general",
        "Behaviour of the protocol as a whole",
        notes.collect(),
    )
}

fn deprecations(report: &Report<'_>) -> String {
    let rows = report.deprecations.iter().zip(deprecation_rows(report));
    let rows: String = rows
        .map(|(entry, cells)| {
            let entry = Entry {
                effect: Compatibility::Dangerous,
                subject: "deprecation",
                targets: entry.target,
                is_used: false,
            };
            let cells = cells.iter().map(|cell| format!("<td>{}</td>", code(cell)));
            format!(
                "<tr{}>{}</tr>\n",
                entry.attributes(""),
                cells.collect::<String>()
            )
        })
        .collect();
    let table = |rows: String| table("", &head_cells(&DEPRECATION_COLUMNS, ""), &rows);
    let content = (!rows.is_empty()).then(|| table(rows));
    section("deprecations", "Deprecations", content.unwrap_or_default())
}

fn missing(report: &Report<'_>) -> String {
    let items = not_compared(report).into_iter();
    let items: String = items
        .map(|item| format!("<li>{}</li>\n", code(&item)))
        .collect();
    format!(
        "<section id=\"{}\">\n<h2>{NOT_COMPARED}</h2>\n<ul>\n{items}</ul>\n</section>\n",
        anchor(NOT_COMPARED)
    )
}

fn rust(rust: &RustChanges) -> String {
    let row = |(kind, names): (&str, &NameChanges)| number_row(kind, &names.counts());
    let columns = ["", "shared", "changed", "removed", "new"];
    let head = head_cells(&columns, " class=\"number\"");
    let lists = rust.by_kind().map(changed_names).concat();
    format!(
        "<section class=\"types\" id=\"rust\">\n<h2>Rust types of the bindings</h2>\n\
         <p class=\"lead\">Both releases share the types whose names and wire interfaces are equal. Code \
         that names any other type compiles for one release only.</p>\n{}{lists}</section>\n",
        table("", &head, &rust.by_kind().map(row).concat()),
    )
}

fn changed_names((kind, names): (&str, &NameChanges)) -> String {
    let list = |title: &str, names: &[String]| {
        let items = names.iter().map(|name| {
            let entry = Entry {
                effect: Compatibility::Compatible,
                subject: "type",
                targets: "",
                is_used: false,
            };
            format!(
                "<li{}><code>{}</code></li>\n",
                entry.attributes(""),
                escape(name)
            )
        });
        let head = format!("<p>{title}:</p>\n<ul class=\"names\">\n");
        wrap(&head, items.collect(), "</ul>\n")
    };
    let lists = list("Changed", &names.changed) + &list("Removed", &names.removed);
    let title = format!("<details><summary>changed and removed {kind}</summary>\n");
    wrap(&title, lists, "</details>\n")
}
