//! The sections after the findings: behaviour, deprecations, types.

use super::findings::note_text;
use super::markup::{code, number_row, table, wrap};
use crate::diff::report::Report;
use crate::diff::report::summary::code_list;
use crate::diff::report::tables::{DEPRECATION_COLUMNS, deprecation_rows};
use crate::diff::report::view::ReportView;
use crate::diff::rust::{NameChanges, RustChanges};

/// Writes the sections.
pub fn sections(view: &ReportView<'_>) -> String {
    let report = view.report;
    general(view) + &deprecations(report) + &rust(&report.rust)
}

fn head_cells(columns: &[&str], class: &str) -> String {
    let cell = |name: &&str| format!("<th scope=\"col\"{class}>{name}</th>");
    columns.iter().map(cell).collect()
}

/// A table of texts, unless it has no rows.
fn text_table(columns: [&str; 4], rows: &[[String; 4]]) -> String {
    let row = |row: &[String; 4]| {
        let cells = row
            .each_ref()
            .map(|cell| format!("<td>{}</td>", code(cell)));
        format!("<tr>{}</tr>\n", cells.concat())
    };
    match rows {
        [] => String::new(),
        rows => table(
            "",
            &head_cells(&columns, ""),
            &rows.iter().map(row).collect::<String>(),
        ),
    }
}

fn general(view: &ReportView<'_>) -> String {
    let notes = view.general.iter().map(|note| {
        let text = note_text(note);
        let id = note.id;
        format!("<article class=\"is-dangerous\" id=\"b-{id}\"><p>{text}</article>\n")
    });
    let heading = "<h2 id=\"not-visible\">Not visible in the schema</h2>\n\
        <p class=\"lead\">These changes affect the protocol as a whole.</p>\n";
    wrap(heading, notes.collect(), "")
}

fn deprecations(report: &Report<'_>) -> String {
    let table = text_table(DEPRECATION_COLUMNS, &deprecation_rows(report));
    wrap("<h2 id=\"deprecations\">Deprecations</h2>\n", table, "")
}

fn rust(rust: &RustChanges) -> String {
    let row = |(kind, names): (&str, &NameChanges)| number_row(kind, &names.counts());
    let columns = ["", "shared", "changed", "removed", "new"];
    let head = head_cells(&columns, " class=\"number\"");
    format!(
        "<h2 id=\"rust\">Rust types of the bindings</h2>\n<p class=\"lead\">Both releases share the \
         types whose names and wire interfaces are equal. Code that names any other type compiles for \
         one release only.</p>\n{}{}",
        table("", &head, &rust.by_kind().map(row).concat()),
        rust.by_kind().map(changed_names).concat()
    )
}

fn changed_names((kind, names): (&str, &NameChanges)) -> String {
    let list =
        |title: &str, names| wrap(&format!("<p>{title}: "), code(&code_list(names)), ".</p>\n");
    let lists = list("Changed", &names.changed) + &list("Removed", &names.removed);
    let title = format!("<details><summary>changed and removed {kind}</summary>\n");
    wrap(&title, lists, "</details>\n")
}
