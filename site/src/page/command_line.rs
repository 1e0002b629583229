//! The page of an option, a machine type or a CPU model.

use qapi_codegen::diff::report::html::markup::{code, escape, table, wrap};
use qapi_codegen::imported::QemuProgram;

use super::frame::Page;
use super::strip::Strip;
use super::{Site, changes, device};
use crate::address::{PageKind, list_path, page_path, path_to_top};
use crate::collect::command_line::{CommandLineEntity, Parameter};

/// Writes the page, with its path.
pub fn page(site: &Site<'_>, entity: &CommandLineEntity<'_>) -> (String, String) {
    let path = page_path(QemuProgram::Emulator, entity.kind, entity.name);
    let top = path_to_top(&path);
    let page = Page {
        path: &path,
        title: &format!("{} ({})", entity.name, entity.kind.noun()),
        main: &main(site, entity, &top),
        scripts: &[],
    };
    let text = page.write();
    (path, text)
}

fn main(site: &Site<'_>, entity: &CommandLineEntity<'_>, top: &str) -> String {
    let strip = Strip {
        series: site.series,
        presence: &entity.presence,
        deprecated: &entity.deprecated,
        changes: &entity.changes,
        unknown: &entity.unknown,
    };
    let kind = entity.kind;
    format!(
        "<p class=\"crumbs\"><a href=\"{top}{}\">{}</a></p>\n\
         <h1><code>{}</code> <span class=\"kind\">{}</span>{}</h1>\n{}{}{}{}{}{}",
        list_path(QemuProgram::Emulator, kind),
        kind.plural(),
        escape(entity.name),
        kind.noun(),
        badge(site, entity),
        summary(site, entity, top),
        strip.write(),
        instead(entity),
        parameters(entity),
        targets(site, entity),
        changes::section(site.series, &entity.changes),
    )
}

fn badge(site: &Site<'_>, entity: &CommandLineEntity<'_>) -> String {
    let newest = site.series.len().saturating_sub(1);
    match &entity.removed {
        Some(text) => format!(" <span class=\"badge breaking\">{text}</span>"),
        None if entity.deprecated.contains(newest) => {
            " <span class=\"badge dangerous\">deprecated</span>".to_owned()
        }
        None => String::new(),
    }
}

fn summary(site: &Site<'_>, entity: &CommandLineEntity<'_>, top: &str) -> String {
    let same_as = entity.same_as.map(|name| {
        let name = match entity.kind {
            PageKind::Option => format!("-{name}"),
            _ => name.to_owned(),
        };
        let path = page_path(QemuProgram::Emulator, entity.kind, &name);
        let name = escape(&name);
        format!("Another name of <a href=\"{top}{path}\"><code>{name}</code></a>. ")
    });
    let series = escape(&entity.presence.describe(site.series));
    let text = match entity.kind {
        PageKind::Option => format!("On the command line of QEMU {series}."),
        PageKind::Machine => format!(
            "For <a href=\"{top}option/-machine.html\"><code>-machine</code></a>. \
             Known from builds of {series}; builds of QEMU may leave machine types out."
        ),
        _ => format!(
            "For <a href=\"{top}option/-cpu.html\"><code>-cpu</code></a>. Known from builds of {series}."
        ),
    };
    format!(
        "<p class=\"lead\">{}{text}</p>\n",
        same_as.unwrap_or_default()
    )
}

fn instead(entity: &CommandLineEntity<'_>) -> String {
    let replacement = entity
        .replacement
        .map(|text| format!("<pre>{}</pre>\n", escape(text)));
    let reason = entity.reason.map(|text| format!("<p>{}</p>\n", code(text)));
    wrap(
        "<section aria-labelledby=\"instead\"><h2 id=\"instead\">What to write instead</h2>\n",
        reason.unwrap_or_default() + &replacement.unwrap_or_default(),
        "</section>\n",
    )
}

fn parameters(entity: &CommandLineEntity<'_>) -> String {
    if entity.parameters.is_empty() {
        return String::new();
    }
    let columns = ["name", "type", "since", "until"];
    let columns = columns.map(|name| format!("<th scope=\"col\">{name}</th>"));
    let (present, removed): (Vec<_>, Vec<_>) = entity
        .parameters
        .iter()
        .partition(|own| own.removed.is_none());
    let rows = present.into_iter().chain(removed).map(row);
    format!(
        "<section aria-labelledby=\"parameters\"><h2 id=\"parameters\">Parameters</h2>\n{}</section>\n",
        table(
            " class=\"members\"",
            &columns.concat(),
            &rows.collect::<String>()
        )
    )
}

fn row(parameter: &Parameter<'_>) -> String {
    let name = match parameter.values {
        [] => parameter.name.to_owned(),
        values => format!("{}={}", parameter.name, values.join("|")),
    };
    let id = format!("m-{}", escape(&name));
    let ty = parameter
        .ty
        .map(|ty| format!("<code>{}</code>", escape(ty)));
    let class = match parameter.removed {
        Some(_) => " class=\"removed\"",
        None => "",
    };
    let deprecated = match parameter.is_deprecated && parameter.removed.is_none() {
        true => " <span class=\"badge dangerous\">deprecated</span>",
        false => "",
    };
    let instead = parameter.replacement.map(|text| {
        format!(
            "<br><span class=\"since\">instead: </span>{}",
            code(&format!("`{text}`"))
        )
    });
    format!(
        "<tr id=\"{id}\"{class}><th scope=\"row\"><a class=\"self\" href=\"#{id}\"><code>{}</code></a>{deprecated}</th>\
         <td>{}{}</td><td>{}</td><td>{}</td></tr>\n",
        escape(&name),
        ty.unwrap_or_default(),
        instead.unwrap_or_default(),
        parameter.since,
        parameter.removed.as_deref().unwrap_or_default(),
    )
}

fn targets(site: &Site<'_>, entity: &CommandLineEntity<'_>) -> String {
    if entity.kind != PageKind::Option {
        return device::targets(site, &entity.targets);
    }
    let names: Vec<&str> = entity.targets.iter().map(|(name, _)| *name).collect();
    wrap(
        "<section aria-labelledby=\"targets\"><h2 id=\"targets\">Targets</h2>\n<p>Only for ",
        escape(&names.join(", ")),
        ".</p></section>\n",
    )
}
