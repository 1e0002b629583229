//! The start page, and the pages that compare releases and check requests.

use super::frame::Page;
use super::{Site, list};
use crate::address::{PageKind, list_path};
use crate::page::program_name;

/// Writes the pages, with their paths.
pub fn pages(site: &Site<'_>) -> [(String, String); 3] {
    [
        (
            "index.html",
            "QMP compatibility",
            index(site),
            &["names.js", "search.js"][..],
        ),
        (
            "upgrade.html",
            "Compare releases",
            upgrade(site),
            match site.has_checker {
                true => &["names.js", "page.js", "checker.js", "upgrade.js"],
                false => &["names.js", "page.js", "upgrade.js"],
            },
        ),
        (
            "check.html",
            "Check requests",
            check(site),
            match site.has_checker {
                true => &["names.js", "page.js", "checker.js", "check.js"],
                false => &["names.js", "page.js", "lookup.js", "check.js"],
            },
        ),
    ]
    .map(|(path, title, main, scripts)| {
        let page = Page {
            path,
            title,
            main: &main,
            scripts,
        };
        (path.to_owned(), page.write())
    })
}

fn index(site: &Site<'_>) -> String {
    let (first, last) = ends(site);
    format!(
        "<h1>QMP compatibility</h1>\n\
         <p class=\"lead\">Every command, event, type, device, option, machine type and CPU model of QEMU {first} to {last}: \
         since when it is there, what changed, and what to write instead.</p>\n\
         <form id=\"search\" class=\"search\" role=\"search\">\n\
         <label for=\"q\">Search</label>\n\
         <input id=\"q\" type=\"search\" name=\"q\" autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\" \
         aria-describedby=\"hint\" aria-controls=\"results\">\n\
         <p id=\"hint\" class=\"since wide\">A command, event, type, member, value, device, option, machine type or CPU model, also an old name: \
         <a href=\"?q=change\">change</a>, <a href=\"?q=blockdev-add+node-name\">blockdev-add node-name</a>, \
         <a href=\"?q=virtio-blk-pci+scsi\">virtio-blk-pci scsi</a>, \
         <a href=\"?q=migrate+8.2+10.2\">migrate 8.2 10.2</a></p>\n</form>\n\
         <p id=\"status\" class=\"since wide\" role=\"status\" aria-live=\"polite\"></p>\n\
         <ol id=\"results\" class=\"results\" aria-label=\"Results\"></ol>\n\
         <noscript><p>The search needs JavaScript. The lists below do not.</p></noscript>\n\
         <div class=\"cards\">\n\
         <section class=\"card\"><h2>I upgrade</h2>\n{}</section>\n\
         <section class=\"card\"><h2>I have requests or a log</h2>\n\
         <p>Paste them, and see what breaks and what to write instead. Nothing leaves this page.</p>\n\
         <p><a class=\"button\" href=\"check.html\">Check requests</a></p></section>\n\
         <section class=\"card\"><h2>Browse</h2>\n{}</section>\n</div>\n",
        pair_form(site),
        lists(site),
    )
}

fn ends(site: &Site<'_>) -> (String, String) {
    let text = |series: Option<&qapi_codegen::version::Series>| series.map(ToString::to_string);
    (
        text(site.series.first()).unwrap_or_default(),
        text(site.series.last()).unwrap_or_default(),
    )
}

/// The form that selects two releases.
fn pair_form(site: &Site<'_>) -> String {
    let options = |selected: usize| -> String {
        let series = site.series.iter().enumerate();
        series
            .map(|(index, series)| match index == selected {
                true => format!("<option selected>{series}</option>"),
                false => format!("<option>{series}</option>"),
            })
            .collect()
    };
    let last = site.series.len().saturating_sub(1);
    let old = site
        .series
        .iter()
        .position(|own| own.to_string() == "8.2")
        .unwrap_or(0);
    format!(
        "<form class=\"pair\" action=\"upgrade.html\">\
         <label class=\"field\">from <select name=\"from\">{}</select></label>\
         <label class=\"field\">to <select name=\"to\">{}</select></label>\
         <button>Show what breaks</button></form>\n",
        options(old),
        options(last)
    )
}

fn lists(site: &Site<'_>) -> String {
    let mut items = String::new();
    for program in &site.programs {
        let mut links = Vec::new();
        for kind in PageKind::ALL {
            let count = list::count(site, program, kind);
            if count > 0 {
                let path = list_path(program.program(), kind);
                let name = match kind {
                    PageKind::Cpu => kind.plural().to_owned(),
                    other => other.plural().to_lowercase(),
                };
                links.push(format!("<a href=\"{path}\">{count} {name}</a>"));
            }
        }
        items += &format!(
            "<p><strong>{}</strong>: {}</p>\n",
            program_name(program.program()),
            links.join(", ")
        );
    }
    items
}

fn upgrade(site: &Site<'_>) -> String {
    let (lead, save) = match site.has_checker {
        true => (
            "What an upgrade breaks, as <code>cargo xtask diff</code> reports it.",
            "<p><button type=\"button\" id=\"save\">Save the whole report</button></p>\n",
        ),
        false => (NO_COMPARISON, ""),
    };
    format!(
        "<h1>Compare releases</h1>\n<p class=\"lead\">{lead}</p>\n{}\
         <form id=\"filter\" class=\"filter\" role=\"search\" aria-label=\"Filter the changes\">\n\
         <label class=\"field\">Name <input type=\"search\" name=\"name\" autocomplete=\"off\"></label>\n\
         <label><input type=\"checkbox\" name=\"all\" value=\"1\"> compatible changes, too</label>\n</form>\n\
         <p id=\"status\" role=\"status\" aria-live=\"polite\"></p>\n{save}\
         <div id=\"changes\"></div>\n\
         <noscript><p>The comparison needs JavaScript.</p></noscript>\n",
        pair_form(site).replace("class=\"pair\"", "id=\"pair\" class=\"pair\""),
    )
}

/// What the page of the comparison says without the checker.
const NO_COMPARISON: &str = "What each series changed, from one release to the other. What appeared and \
    went again between the two is listed, too: this copy of the site was written without the checker. \
    <code>cargo xtask diff OLD NEW</code> compares the two releases themselves.";

/// What the page of the check says without the checker.
const NO_CHECKER: &str = "Paste QMP requests, lines of qmp-shell, command lines or a log. The names in them \
    are looked up; nothing leaves this page. This copy of the site was written without the checker, which reads values and \
    rewrites requests: run <code>qmp-compat check</code> and <code>qmp-compat migrate</code> for that, or \
    <code>rustup target add wasm32-wasip1</code> and write the site again.";

/// What it says with the checker.
const CHECKER: &str =
    "Paste QMP requests, lines of qmp-shell, command lines or a log. Nothing leaves this page.";

fn check(site: &Site<'_>) -> String {
    let lead = match site.has_checker {
        true => CHECKER,
        false => NO_CHECKER,
    };
    format!(
        "<h1>Check requests</h1>\n<p class=\"lead\">{lead}</p>\n{}\
         <form id=\"check\">\n<label for=\"text\">Requests, command lines or log</label>\n\
         <textarea id=\"text\" name=\"text\" rows=\"8\" spellcheck=\"false\"></textarea>\n\
         <p><button>Check</button> <button type=\"button\" id=\"example\">Example</button></p>\n</form>\n\
         <p id=\"status\" role=\"status\" aria-live=\"polite\"></p>\n\
         <div id=\"answers\"></div>\n\
         <noscript><p>The check needs JavaScript.</p></noscript>\n",
        pair_form(site)
            .replace(
                "class=\"pair\" action=\"upgrade.html\"",
                "id=\"pair\" class=\"pair\""
            )
            .replace("<button>Show what breaks</button>", ""),
    )
}
