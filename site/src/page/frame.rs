//! What all pages share: head, header, footer, styles and scripts.

use qapi_codegen::diff::report::html::{STYLE, markup::escape};

use crate::address::path_to_top;

/// A page of the site.
#[derive(Debug)]
pub struct Page<'p> {
    /// The path from the top of the site.
    pub path: &'p str,
    /// The title, as text.
    pub title: &'p str,
    /// The content of `main`, as HTML.
    pub main: &'p str,
    /// The scripts, by their paths from the top of the site.
    pub scripts: &'p [&'p str],
}

impl Page<'_> {
    /// Writes the page.
    pub fn write(&self) -> String {
        let top = path_to_top(self.path);
        let scripts = self.scripts.iter();
        let scripts =
            scripts.map(|script| format!("<script defer src=\"{top}{script}\"></script>\n"));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <link rel=\"icon\" href=\"data:,\">\n\
             <link rel=\"stylesheet\" href=\"{top}style.css\">\n\
             <title>{}</title>\n{}</head>\n<body class=\"site\">\n\
             <a class=\"skip\" href=\"#main\">Skip to the content</a>\n\
             <header class=\"top\"><nav aria-label=\"Site\">\
             <a class=\"home\" href=\"{top}index.html\">QMP compatibility</a>\
             <a href=\"{top}upgrade.html\">Compare releases</a>\
             <a href=\"{top}check.html\">Check requests</a></nav>{}</header>\n\
             <main id=\"main\" tabindex=\"-1\">\n{}</main>\n\
             <footer>Made by <code>cargo xtask site</code> from the schemas of QEMU 2.5 and later. \
             This site is not part of the QEMU project.</footer>\n</body>\n</html>\n",
            escape(self.title),
            scripts.collect::<String>(),
            search_form(&top, self.path),
            self.main,
        )
    }
}

/// The search field of pages that have none of their own.
fn search_form(top: &str, path: &str) -> String {
    if path == "index.html" {
        return String::new();
    }
    format!(
        "<form role=\"search\" action=\"{top}index.html\"><input type=\"search\" name=\"q\" \
         aria-label=\"Search commands, events, types, members, devices and options\" \
         placeholder=\"Search\" autocomplete=\"off\"><button>Search</button></form>"
    )
}

/// The files that no data changes.
pub fn assets() -> [(String, String); 7] {
    let style = format!("{STYLE}{}", include_str!("../../assets/site.css"));
    [
        ("style.css", style.as_str()),
        ("search.js", include_str!("../../assets/search.js")),
        ("page.js", include_str!("../../assets/page.js")),
        ("checker.js", include_str!("../../assets/checker.js")),
        ("lookup.js", include_str!("../../assets/lookup.js")),
        ("upgrade.js", include_str!("../../assets/upgrade.js")),
        ("check.js", include_str!("../../assets/check.js")),
    ]
    .map(|(name, content)| (name.to_owned(), content.to_owned()))
}
