//! Text and common elements as HTML.

use crate::diff::rules::Compatibility;

/// Escapes text.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Escapes text, and marks words in backquotes as code.
pub fn code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(index, part)| match index % 2 {
            0 => escape(part),
            _ => format!("<code>{}</code>", escape(part)),
        })
        .collect()
}

/// What the filter of the page knows of a finding, deprecation or type.
pub struct Entry<'e> {
    /// The effect on an old client.
    pub effect: Compatibility,
    /// The direction, or `device`, `option`, `behaviour`, `deprecation` or `type`.
    pub subject: &'e str,
    /// The commands and events, separated by spaces.
    pub targets: &'e str,
    /// `true` if the program uses what it is about.
    pub is_used: bool,
}

impl Entry<'_> {
    /// The attributes of its element.
    pub fn attributes(&self, class: &str) -> String {
        format!(
            " class=\"entry {class}\" data-severity=\"{}\" data-subject=\"{}\" data-targets=\"{}\"{}",
            self.effect.as_str(),
            self.subject,
            escape(self.targets),
            if self.is_used {
                " data-used=\"yes\""
            } else {
                ""
            }
        )
    }
}

/// Writes something around content, unless there is none.
pub fn wrap(before: &str, content: String, after: &str) -> String {
    match content.is_empty() {
        true => content,
        false => format!("{before}{content}{after}"),
    }
}

/// A table with attributes, the cells of its head and its rows.
pub fn table(attributes: &str, head: &str, rows: &str) -> String {
    format!(
        "<div class=\"scroll\"><table{attributes}>\n<thead><tr>{head}</tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

/// A row of numbers with a heading.
pub fn number_row(heading: &str, numbers: &[usize]) -> String {
    let cells = numbers
        .iter()
        .map(|number| format!("<td class=\"number\">{number}</td>"));
    let cells: String = cells.collect();
    format!("<tr><th scope=\"row\">{heading}</th>{cells}</tr>\n")
}

/// The advice of a finding or note.
pub fn advice(text: Option<&str>) -> String {
    let html = text.map(|text| format!("<p><strong>Advice:</strong> {}</p>\n", code(text)));
    html.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_marked_and_everything_is_escaped() {
        assert_eq!(
            code("`a<b=\"c\">` is & was"),
            "<code>a&lt;b=&quot;c&quot;&gt;</code> is &amp; was"
        );
    }
}
