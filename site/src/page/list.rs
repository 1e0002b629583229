//! The lists of all pages of a kind.

use qapi_codegen::diff::report::html::markup::escape;
use qapi_codegen::imported::QemuProgram;

use super::frame::Page;
use super::{Program, Site, program_name};
use crate::address::{PageKind, list_path, page_path, path_to_top};
use crate::collect::entities::Entity;

/// Writes the list of a kind, with its path; nothing if it is empty.
pub fn page(site: &Site<'_>, program: &Program<'_>, kind: PageKind) -> Option<(String, String)> {
    let entries = entries(site, program, kind);
    if entries.is_empty() {
        return None;
    }
    let path = list_path(program.program(), kind);
    let top = path_to_top(&path);
    let title = match program.program() {
        QemuProgram::Emulator => kind.plural().to_owned(),
        other => format!("{} of the {}", kind.plural(), program_name(other)),
    };
    let items = entries.iter().map(|entry| {
        let path = page_path(program.program(), kind, &entry.name);
        let name = escape(&entry.name);
        let class = if entry.removed.is_some() {
            " class=\"removed\""
        } else {
            ""
        };
        let removed = entry
            .removed
            .as_ref()
            .map(|text| format!(" <span class=\"since\">{text}</span>"));
        format!(
            "<li{class}><a href=\"{top}{path}\"><code>{name}</code></a>{}</li>\n",
            removed.unwrap_or_default()
        )
    });
    let main = format!(
        "<h1>{title}</h1>\n<p class=\"lead\">{} in all releases together.</p>\n<ul class=\"names\">\n{}</ul>\n",
        entries.len(),
        items.collect::<String>()
    );
    let page = Page {
        path: &path,
        title: &title,
        main: &main,
        scripts: &[],
    };
    let text = page.write();
    Some((path, text))
}

struct Entry {
    name: String,
    removed: Option<String>,
}

fn entries(site: &Site<'_>, program: &Program<'_>, kind: PageKind) -> Vec<Entry> {
    let is_emulator = program.program() == QemuProgram::Emulator;
    let entry = |name: &str, removed: Option<String>| Entry {
        name: name.to_owned(),
        removed,
    };
    match kind {
        PageKind::Command | PageKind::Event | PageKind::Type => {
            let own = program.entities.iter().filter(|entity| entity.kind == kind);
            own.map(|own| entry(own.name, removal(program, own)))
                .collect()
        }
        _ if !is_emulator => Vec::new(),
        PageKind::Device => {
            let devices = site.devices.iter();
            devices
                .map(|own| entry(own.name, own.removed.clone()))
                .collect()
        }
        PageKind::Option | PageKind::Machine | PageKind::Cpu => {
            let own = site.command_line.iter().filter(|own| own.kind == kind);
            own.map(|own| entry(own.name, own.removed.clone()))
                .collect()
        }
    }
}

fn removal(program: &Program<'_>, entity: &Entity<'_>) -> Option<String> {
    let next = entity.presence.last()? + 1;
    let series = program.inputs.series.get(next)?;
    Some(format!("removed in {series}"))
}

/// The number of pages of a kind.
pub fn count(site: &Site<'_>, program: &Program<'_>, kind: PageKind) -> usize {
    entries(site, program, kind).len()
}
