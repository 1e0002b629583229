//! Conversion of QEMU's documentation to Markdown.

use crate::doc::ProseBlock;

/// A block as a paragraph or a code block.
pub fn to_markdown(block: &ProseBlock) -> String {
    match block {
        ProseBlock::Text(lines) => {
            let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
            lines.join("\n")
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

/// Escapes Markdown and makes addresses links.
fn escape(line: &str) -> String {
    let words = line.trim_start().split(' ');
    let escaped = words.map(|word| link(word).unwrap_or_else(|| escape_word(word)));
    escaped.collect::<Vec<_>>().join(" ")
}

fn link(word: &str) -> Option<String> {
    let start = ["https://", "http://"]
        .iter()
        .find_map(|scheme| word.find(scheme))?;
    let (before, rest) = word.split_at(start);
    let address = rest.trim_end_matches(['.', ',', ')', '>', '"']);
    let after = &rest[address.len()..];
    // A scheme without a host is not an address.
    let has_host = !address.ends_with('/') || address.matches('/').count() > 2;
    has_host.then(|| format!("{}<{address}>{}", escape_word(before), escape_word(after)))
}

fn escape_word(word: &str) -> String {
    let mut escaped = String::new();
    for character in word.chars() {
        if matches!(character, '[' | ']' | '<' | '>' | '*' | '_' | '`' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_escaped_and_addresses_are_links() {
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
