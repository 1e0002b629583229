//! The page of a device.

use qapi_codegen::diff::report::html::markup::{escape, table};
use qapi_codegen::imported::QemuProgram;

use super::frame::Page;
use super::strip::Strip;
use super::{Site, changes};
use crate::address::{PageKind, page_path, path_to_top};
use crate::collect::devices::{Device, Property};
use crate::presence::Presence;

/// Writes the page, with its path.
pub fn page(site: &Site<'_>, device: &Device<'_>) -> (String, String) {
    let path = page_path(QemuProgram::Emulator, PageKind::Device, device.name);
    let top = path_to_top(&path);
    let kind = kind(device);
    let page = Page {
        path: &path,
        title: &format!("{} ({kind})", device.name),
        main: &main(site, device, &top),
        scripts: &[],
    };
    let text = page.write();
    (path, text)
}

fn kind(device: &Device<'_>) -> &'static str {
    match device.is_cpu {
        true => "CPU model",
        false => "device",
    }
}

fn main(site: &Site<'_>, device: &Device<'_>, top: &str) -> String {
    let none = Presence::default();
    let strip = Strip {
        series: site.series,
        presence: &device.presence,
        deprecated: &none,
        changes: &device.changes,
        unknown: &device.unknown,
    };
    let removed = device.removed.as_ref();
    let removed = removed.map(|text| format!(" <span class=\"badge breaking\">{text}</span>"));
    format!(
        "<p class=\"crumbs\"><a href=\"{top}devices.html\">Devices</a></p>\n\
         <h1><code>{}</code> <span class=\"kind\">{}</span>{}</h1>\n\
         <p class=\"lead\">For <a href=\"{top}command/device_add.html\"><code>device_add</code></a>. \
         Known from builds of {}; builds of QEMU may leave devices out.</p>\n{}{}{}{}",
        escape(device.name),
        kind(device),
        removed.unwrap_or_default(),
        escape(&device.presence.describe(site.series)),
        strip.write(),
        properties(site, device),
        targets(site, &device.targets),
        changes::section(site.series, &device.changes),
    )
}

fn properties(site: &Site<'_>, device: &Device<'_>) -> String {
    let head = "<section aria-labelledby=\"properties\"><h2 id=\"properties\">Properties</h2>\n";
    if device.properties.is_empty() {
        return format!("{head}<p>No build is known that lists them.</p></section>\n");
    }
    let (present, removed): (Vec<_>, Vec<_>) = device
        .properties
        .iter()
        .partition(|own| own.removed.is_none());
    let rows = present.into_iter().chain(removed).map(|own| row(site, own));
    let columns = ["name", "type", "since", "until"];
    let columns = columns.map(|name| format!("<th scope=\"col\">{name}</th>"));
    let listed = device.listed.describe(site.series);
    format!(
        "{head}<p class=\"since wide\">Listed by builds of {}.</p>\n{}</section>\n",
        escape(&listed),
        table(
            " class=\"members\"",
            &columns.concat(),
            &rows.collect::<String>()
        )
    )
}

fn row(site: &Site<'_>, property: &Property<'_>) -> String {
    let id = format!("m-{}", escape(property.name));
    let types = property.types.iter().enumerate();
    let types = types.map(|(position, (_, ty))| match position {
        0 => format!("<code>{}</code>", escape(ty)),
        _ => {
            let next = property.types[position - 1].0;
            format!(
                "<br><span class=\"since\">before {}: </span><code>{}</code>",
                site.series[next],
                escape(ty)
            )
        }
    });
    let class = match property.removed {
        Some(_) => " class=\"removed\"",
        None => "",
    };
    format!(
        "<tr id=\"{id}\"{class}><th scope=\"row\"><a class=\"self\" href=\"#{id}\"><code>{}</code></a></th>\
         <td>{}</td><td>{}</td><td>{}</td></tr>\n",
        escape(property.name),
        types.collect::<String>(),
        property.since,
        property.removed.as_deref().unwrap_or_default(),
    )
}

/// Writes the section of targets; nothing without any.
pub fn targets(site: &Site<'_>, targets: &[(&str, Presence)]) -> String {
    if targets.is_empty() {
        return String::new();
    }
    let rows = targets.iter().map(|(target, presence)| {
        format!(
            "<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n",
            escape(target),
            escape(&presence.describe(site.series))
        )
    });
    let head = "<th scope=\"col\">target</th><th scope=\"col\">builds of</th>";
    format!(
        "<section aria-labelledby=\"targets\"><h2 id=\"targets\">Targets</h2>\n{}</section>\n",
        table("", head, &rows.collect::<String>())
    )
}
