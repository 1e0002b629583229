//! The sections after the findings: behaviour, deprecations, devices, types.

use super::escape::{code, code_list, escape};
use super::findings::note_text;
use crate::diff::devices::DeviceChanges;
use crate::diff::report::rendered::{RenderedDeprecation, RenderedReport};
use crate::diff::report::summary::plural;
use crate::diff::report::view::ReportView;
use crate::diff::rust::{NameChanges, RustChanges};

/// Writes the sections.
pub fn sections(view: &ReportView<'_>) -> String {
    let report = view.report;
    general(view)
        + &deprecations(report)
        + &report.devices.map(devices).unwrap_or_default()
        + &rust(report.rust)
}

fn table(columns: &[&str], class: &str, rows: &str) -> String {
    let columns = columns
        .iter()
        .map(|name| format!("<th scope=\"col\"{class}>{name}</th>"));
    format!(
        "<div class=\"scroll\"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{rows}</tbody>\n\
         </table></div>\n",
        columns.collect::<String>()
    )
}

fn general(view: &ReportView<'_>) -> String {
    let notes = view.general.iter().map(|note| {
        let text = note_text(note);
        format!(
            "<article class=\"is-dangerous\" id=\"b-{}\"><p>{text}</article>\n",
            note.id
        )
    });
    let notes: String = notes.collect();
    match notes.is_empty() {
        true => notes,
        false => format!(
            "<h2 id=\"not-visible\">Not visible in the schema</h2>\n\
             <p class=\"lead\">These changes affect the protocol as a whole.</p>\n{notes}"
        ),
    }
}

fn deprecations(report: &RenderedReport<'_>) -> String {
    let row = |entry: &RenderedDeprecation<'_>| {
        let path = match &*entry.path {
            "" => String::new(),
            path => format!(" <code>{}</code>", escape(path)),
        };
        let since = entry.since.map(|since| since.to_string());
        format!(
            "<tr><td><code>{}</code>{path}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            escape(entry.target),
            since.unwrap_or_default(),
            entry.source(),
            code(entry.advice.as_deref().unwrap_or_default())
        )
    };
    let rows: String = report.deprecations.iter().map(row).collect();
    match rows.is_empty() {
        true => rows,
        false => {
            let columns = ["entity", "since", "source", "instead"];
            let table = table(&columns, "", &rows);
            format!("<h2 id=\"deprecations\">Deprecations</h2>\n{table}")
        }
    }
}

fn devices(devices: &DeviceChanges) -> String {
    let mut html = format!(
        "<h2 id=\"devices\">Devices</h2>\n<p class=\"lead\">The devices that <code>device_add</code> \
         accepts in one build of each release; other builds may have more or fewer. {} compared; {} \
         and {} new properties.</p>\n",
        plural(devices.compared, "device"),
        plural(devices.added.len(), "new device"),
        devices.added_properties
    );
    if !devices.removed.is_empty() {
        html += &format!("<p>Removed: {}.</p>\n", code_list(&devices.removed));
    }
    let removed = devices.removed_properties.iter();
    let rows: String = removed
        .chain(&devices.changed_properties)
        .map(|change| {
            format!(
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                escape(&change.property),
                escape(&change.old),
                escape(change.new.as_deref().unwrap_or("removed")),
                escape(&change.devices.join(", "))
            )
        })
        .collect();
    match rows.is_empty() {
        true => html,
        false => html + &table(&["property", "old type", "new type", "devices"], "", &rows),
    }
}

fn rust(rust: &RustChanges) -> String {
    let row = |(kind, names): (&str, &NameChanges)| {
        let counts = [
            names.same,
            names.changed.len(),
            names.removed.len(),
            names.added.len(),
        ];
        let cells = counts.map(|count| format!("<td class=\"number\">{count}</td>"));
        format!("<tr><th scope=\"row\">{kind}</th>{}</tr>\n", cells.concat())
    };
    let rows = rust.by_kind().map(row).concat();
    let columns = ["", "shared", "changed", "removed", "new"];
    format!(
        "<h2 id=\"rust\">Rust types of the bindings</h2>\n<p class=\"lead\">Both releases share the \
         types whose names and wire interfaces are equal. Code that names any other type compiles for \
         one release only.</p>\n{}{}",
        table(&columns, " class=\"number\"", &rows),
        rust.by_kind().map(changed_names).concat()
    )
}

fn changed_names((kind, names): (&str, &NameChanges)) -> String {
    let list = |title: &str, names: &[String]| match names {
        [] => String::new(),
        names => format!("<p>{title}: {}.</p>\n", code_list(names)),
    };
    match list("Changed", &names.changed) + &list("Removed", &names.removed) {
        lists if lists.is_empty() => lists,
        lists => {
            format!("<details><summary>changed and removed {kind}</summary>\n{lists}</details>\n")
        }
    }
}
