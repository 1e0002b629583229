//! Filling the templates of the formats.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

/// The templates, by name; what ends in `.html` is escaped for HTML.
const TEMPLATES: [(&str, &str); 4] = [
    ("report.md", include_str!("templates/report.md")),
    ("report.html", include_str!("templates/report.html")),
    ("report.css", include_str!("templates/report.css")),
    ("report.js", include_str!("templates/report.js")),
];

static ENVIRONMENT: LazyLock<Result<Environment<'static>, minijinja::Error>> =
    LazyLock::new(environment);

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.set_auto_escape_callback(|name| match name.ends_with(".html") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    environment.add_filter("code", code);
    environment.add_filter("anchor", anchor);
    environment.add_filter("plural", plural);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment)
}

/// Fills a template. The templates are part of the program and tests fill them,
/// so a mistake in one is the text that comes back.
pub fn fill(name: &str, value: impl Serialize) -> String {
    let filled = match &*ENVIRONMENT {
        Ok(environment) => environment
            .get_template(name)
            .and_then(|template| template.render(Serde(value)))
            .map_err(|error| format!("{name}: {error:#}")),
        Err(error) => Err(format!("{name}: {error:#}")),
    };
    debug_assert!(filled.is_ok(), "{filled:?}");
    filled.unwrap_or_else(|error| error)
}

/// Text with words in backquotes, as HTML.
fn code(text: &str) -> Value {
    let mut html = String::new();
    for (index, part) in text.split('`').enumerate() {
        let escaped = escape(part);
        match index % 2 {
            0 => html.push_str(&escaped),
            _ => html.extend(["<code>", &escaped, "</code>"]),
        }
    }
    Value::from_safe_string(html)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A name for links inside the page, as hosts of markdown make it of a heading.
fn anchor(name: &str) -> String {
    let kept = name
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '));
    kept.map(|c| {
        if c == ' ' {
            '-'
        } else {
            c.to_ascii_lowercase()
        }
    })
    .collect()
}

/// A count with its noun: `1 command`, `2 commands`.
fn plural(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_marked_and_everything_is_escaped() {
        let html = code("`a<b=\"c\">` is & was");
        assert_eq!(
            html.to_string(),
            "<code>a&lt;b=&quot;c&quot;&gt;</code> is &amp; was"
        );
    }

    #[test]
    fn counts_have_nouns() {
        assert_eq!(
            (plural(1, "event"), plural(0, "event")),
            ("1 event".into(), "0 events".into())
        );
        assert_eq!(anchor("`blockdev-add` X"), "blockdev-add-x");
    }
}
