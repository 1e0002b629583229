//! What to write instead: the answers to breaks, with a request before and after.

use std::cmp::Reverse;

use qapi_codegen::diff::report::html::markup::{code, escape, wrap};
use qapi_codegen::json::{self, JsonStyle};
use qapi_codegen::knowledge::{Certainty, MigrationRule};

use super::Site;
use crate::collect::entities::Entity;

/// Writes the answers for a command as a whole, and those for parts of its
/// requests, the newest first.
pub fn sections(site: &Site<'_>, command: &str) -> (String, String) {
    let rules = site.knowledge.migrations.rules.iter();
    let mut own: Vec<&MigrationRule> = rules.filter(|rule| answers_for(rule, command)).collect();
    own.sort_by_key(|rule| Reverse(rule.since));
    let has_whole = own.iter().any(|rule| rule.answers_for_command());
    let cards: String = own.into_iter().map(card).collect();
    let head =
        "<section aria-labelledby=\"instead\"><h2 id=\"instead\">What to write instead</h2>\n";
    let section = wrap(head, cards, "</section>\n");
    match has_whole {
        true => (section, String::new()),
        false => (String::new(), section),
    }
}

/// The short answer for something that was removed or is deprecated, as text.
pub fn short_answer(site: &Site<'_>, entity: &Entity<'_>) -> Option<String> {
    let rules = site.knowledge.migrations.rules.iter();
    let mut whole =
        rules.filter(|rule| answers_for(rule, entity.name) && rule.answers_for_command());
    let documented = entity.replaced_by.as_deref();
    let advice = whole.next_back().map(|rule| rule.advice.clone());
    advice.or(documented.map(|names| format!("Use `{names}`.")))
}

fn answers_for(rule: &MigrationRule, command: &str) -> bool {
    rule.commands.iter().any(|name| name == command)
}

fn card(rule: &MigrationRule) -> String {
    let id = escape(&rule.id);
    let since = match (rule.since, rule.deprecated) {
        (Some(since), _) => format!("needed from {since} on"),
        (None, Some(deprecated)) => format!("deprecated since {deprecated}"),
        (None, None) => "deprecated".to_owned(),
    };
    let certainty = match rule.certainty {
        Certainty::Certain => "",
        Certainty::Assumed => ", with an assumption",
        Certainty::Left => ", needs a decision",
    };
    let sides = [("Before", &rule.before), ("After", &rule.after)];
    let sides = sides
        .into_iter()
        .filter_map(|(title, text)| Some((title, text.as_ref()?)));
    let sides: String = sides
        .map(|(title, text)| {
            format!(
                "<div><h4>{title}</h4><pre>{}</pre></div>\n",
                escape(&pretty(text))
            )
        })
        .collect();
    format!(
        "<article class=\"answer\" id=\"r-{id}\"><p><span class=\"since\">{since}{certainty}</span> \
         {} <a class=\"permalink\" href=\"#r-{id}\" aria-label=\"Link to this answer\">#</a></p>\n\
         <p><strong>Advice:</strong> {}</p>\n{}</article>\n",
        code(&rule.reason),
        code(&rule.advice),
        wrap("<div class=\"sides\">\n", sides, "</div>\n")
    )
}

/// A request on several lines.
fn pretty(text: &str) -> String {
    match json::parse(text) {
        Ok(parsed) => JsonStyle::PRETTY.format(&parsed.value),
        Err(_) => text.to_owned(),
    }
}
