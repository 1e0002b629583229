//! Words in a list of string literals, as programs start a process with.

use super::shell::Split;
use super::word::{CommandWord, WordBuilder};

/// Splits a list into words, from the first literal to the bracket that closes
/// the list. Elements that are not literals are variables.
pub fn split(text: &str) -> Split<'_> {
    let mut words = Vec::new();
    let mut offset = 0;
    loop {
        offset = skip_space(text, offset);
        match text[offset..].chars().next() {
            None => return Split::Incomplete,
            Some(']' | ')' | '}') => return Split::Words(words),
            Some(',') => offset += 1,
            Some(_) => match read_element(text, offset) {
                Some((word, end)) => {
                    words.push(word);
                    offset = end;
                }
                None => return Split::Incomplete,
            },
        }
    }
}

/// Skips white space and comments.
fn skip_space(text: &str, mut offset: usize) -> usize {
    loop {
        let rest = &text[offset..];
        let trimmed = rest.trim_start();
        offset += rest.len() - trimmed.len();
        if !(trimmed.starts_with('#') || trimmed.starts_with("//")) {
            return offset;
        }
        offset += trimmed.find('\n').unwrap_or(trimmed.len());
    }
}

/// Reads an element and returns the offset after it.
fn read_element(text: &str, start: usize) -> Option<(CommandWord<'_>, usize)> {
    let prefix = text[start..]
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(0);
    let quote = text[start + prefix..].chars().next()?;
    if matches!(quote, '"' | '\'') && prefix <= 2 {
        let is_format = text[start..start + prefix].contains(['f', 'F']);
        let (word, end) = read_literal(text, start, start + prefix, is_format)?;
        let next = text[skip_space(text, end)..].chars().next()?;
        if matches!(next, ',' | ']' | ')' | '}') {
            return Some((word, end));
        }
    }
    let end = expression_end(text, start)?;
    let mut word = WordBuilder::new(start);
    let expression = text[start..end].trim_end();
    word.push_variable(expression, start);
    word.is_list = expression.starts_with('*') || expression.ends_with("...");
    Some((word.finish(start + expression.len()), end))
}

/// Reads the literal whose quote is at an offset.
fn read_literal(
    text: &str,
    start: usize,
    quote_offset: usize,
    is_format: bool,
) -> Option<(CommandWord<'_>, usize)> {
    let quote = text[quote_offset..].chars().next()?;
    let mut word = WordBuilder::new(start);
    let mut offset = quote_offset + 1;
    while let Some(character) = text[offset..].chars().next() {
        let rest = &text[offset..];
        let length = character.len_utf8();
        match character {
            _ if character == quote => return Some((word.finish(offset + 1), offset + 1)),
            '\n' => return None,
            '\\' => {
                let escaped = rest[1..].chars().next()?;
                let end = offset + 1 + escaped.len_utf8();
                word.push(unescape(escaped), offset..end);
                offset = end;
                continue;
            }
            '{' if is_format || rest.starts_with("{}") => {
                let end = rest.find('}')? + 1;
                word.push_variable(&rest[..end], offset);
                offset += end;
                continue;
            }
            '%' if rest[1..].starts_with(['s', 'd', 'v']) => {
                word.push_variable(&rest[..2], offset);
                offset += 2;
                continue;
            }
            '$' if rest.starts_with("${") => {
                let end = rest.find('}')? + 1;
                word.push_variable(&rest[..end], offset);
                offset += end;
                continue;
            }
            _ => word.push_plain(&rest[..length], offset),
        }
        offset += length;
    }
    None
}

fn unescape(escaped: char) -> char {
    match escaped {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        other => other,
    }
}

/// Returns the offset after an expression: before a comma or a closing bracket
/// outside of its brackets and literals.
fn expression_end(text: &str, start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    let mut characters = text[start..].char_indices();
    while let Some((offset, character)) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => drop(characters.next()),
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ',' | ')' | ']' | '}') if depth == 0 => return Some(start + offset),
            (None, ')' | ']' | '}') => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_words_and_expressions_are_variables() {
        let text = "\"q\", # comment\n '-a',f\"b{c}\", str(d, [1]), *e, \"x\\\"y\" + z]";
        let Split::Words(words) = split(text) else {
            panic!("{text}");
        };
        let values: Vec<&str> = words.iter().map(CommandWord::value).collect();
        assert_eq!(
            values,
            ["q", "-a", "b{c}", "str(d, [1])", "*e", "\"x\\\"y\" + z"]
        );
        let variables: Vec<bool> = words.iter().map(CommandWord::is_variable).collect();
        assert_eq!(variables, [false, false, false, true, true, true]);
        assert!(words[4].is_list);
    }

    #[test]
    fn a_list_without_its_end_is_incomplete() {
        for text in ["\"q\"", "\"q\", \"a", "\"q\", f(", "\"q\", \"\\"] {
            assert!(matches!(split(text), Split::Incomplete), "{text}");
        }
    }
}
