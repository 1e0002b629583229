//! Text as HTML.

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

/// Escapes names and marks each as code.
pub fn code_list<N: AsRef<str>>(names: &[N]) -> String {
    let names = names
        .iter()
        .map(|name| format!("<code>{}</code>", escape(name.as_ref())));
    names.collect::<Vec<_>>().join(", ")
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
