//! Conversion of QEMU's documentation to Markdown.

use crate::doc::ProseBlock;

/// A block as a paragraph or a code block.
pub fn to_markdown(block: &ProseBlock) -> String {
    match block {
        ProseBlock::Text(lines) => {
            let mut text = String::with_capacity(lines.len() * 80);
            for (index, line) in lines.iter().enumerate() {
                text += if index > 0 { "\n" } else { "" };
                escape(line, &mut text);
            }
            text
        }
        ProseBlock::Literal(lines) => format!("```text\n{}\n```", dedent(lines)),
    }
}

/// Removes common indentation, and blank lines at both ends.
fn dedent(lines: &[String]) -> String {
    let indentation = |line: &String| line.len() - line.trim_start().len();
    let nonblank = lines.iter().filter(|line| !line.trim().is_empty());
    let common = nonblank.map(indentation).min().unwrap_or(0);
    let lines = lines
        .iter()
        .map(|line| line.get(common..).unwrap_or_default());
    let text = lines.collect::<Vec<_>>().join("\n");
    text.trim_matches('\n').to_owned()
}

/// Adds a line with Markdown escaped, and with addresses as links.
fn escape(line: &str, escaped: &mut String) {
    let line = line.trim_start();
    for (index, word) in line.split(' ').enumerate() {
        if index > 0 {
            escaped.push(' ');
        }
        match split_link(word) {
            Some((before, address, after)) => {
                escape_word(before, escaped);
                escaped.extend(["<", address, ">"]);
                escape_word(after, escaped);
            }
            None => escape_word(word, escaped),
        }
    }
}

/// The address in a word, and what is around it.
fn split_link(word: &str) -> Option<(&str, &str, &str)> {
    if !word.contains(':') {
        return None;
    }
    let start = ["https://", "http://"]
        .iter()
        .find_map(|scheme| word.find(scheme))?;
    let (before, rest) = word.split_at(start);
    let address = rest.trim_end_matches(['.', ',', ')', '>', '"']);
    let after = &rest[address.len()..];
    // A scheme without a host is not an address.
    let has_host = !address.ends_with('/') || address.matches('/').count() > 2;
    has_host.then_some((before, address, after))
}

fn escape_word(word: &str, escaped: &mut String) {
    let mut rest = word;
    while let Some(index) = rest.bytes().position(is_markup) {
        escaped.push_str(&rest[..index]);
        escaped.push('\\');
        escaped.push_str(&rest[index..=index]);
        rest = &rest[index + 1..];
    }
    escaped.push_str(rest);
}

fn is_markup(byte: u8) -> bool {
    matches!(byte, b'[' | b']' | b'<' | b'>' | b'*' | b'_' | b'`' | b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_escaped_and_addresses_are_links() {
        let escape = |line: &str| {
            let mut escaped = String::new();
            escape(line, &mut escaped);
            escaped
        };
        assert_eq!(escape("  a [b] <c> d_e"), r"a \[b\] \<c\> d\_e");
        assert_eq!(
            escape("see <http://a_b.net/>."),
            r"see \<<http://a_b.net/>\>."
        );
        assert_eq!(
            escape(r#"start with "http://"."#),
            r#"start with "http://"."#
        );
    }

    #[test]
    fn common_indentation_is_removed() {
        let lines = ["", "    -> {", "         }", ""].map(str::to_owned);
        assert_eq!(dedent(&lines), "-> {\n     }");
    }
}
