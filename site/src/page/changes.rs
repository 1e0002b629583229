//! The changes of an entity by series.

use qapi_codegen::diff::report::html::markup::{code, wrap};
use qapi_codegen::diff::rules::Compatibility;
use qapi_codegen::version::Series;

use crate::collect::changes::EntityChange;

/// Writes the section of all changes, the newest series first; nothing if there
/// are none.
pub fn section(series: &[Series], changes: &[EntityChange]) -> String {
    let mut parts = String::new();
    for (index, series) in series.iter().enumerate().rev() {
        let own = changes.iter().filter(|change| change.series == index);
        let items: String = own.map(item).collect();
        let head = format!("<h3 id=\"in-{series}\">{series}</h3>\n<ul class=\"changes\">\n");
        parts += &wrap(&head, items, "</ul>\n");
    }
    wrap(
        "<section aria-labelledby=\"changes\"><h2 id=\"changes\">Changes by release</h2>\n",
        parts,
        "</section>\n",
    )
}

fn item(change: &EntityChange) -> String {
    let badge = change.compatibility.map(badge).unwrap_or_default();
    let kind = match change.is_behaviour {
        true => "<span class=\"since\">not visible in the schema</span> ",
        false => "",
    };
    let advice = change.advice.as_deref().map(|text| {
        format!(
            "<p class=\"advice\"><strong>Advice:</strong> {}</p>",
            code(text)
        )
    });
    format!(
        "<li>{badge}<span class=\"text\">{kind}{}{}</span></li>\n",
        code(&change.message),
        advice.unwrap_or_default()
    )
}

/// The badge of an effect.
pub fn badge(effect: Compatibility) -> String {
    let word = effect.as_str();
    format!("<span class=\"badge {word}\">{word}</span> ")
}
