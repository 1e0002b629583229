//! Words of a qmp-shell line, quoted as in a shell.

use std::borrow::Cow;

use super::framing::{FrameState, frame};
use crate::json::{JsonStyle, JsonValue, SyntaxError, parse, parse_python};

/// A word of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct ShellWord<'t> {
    /// Byte offset of the word in the line.
    pub start: usize,
    /// Byte offset of its end.
    pub end: usize,
    /// Value of the word, without quotes.
    pub value: Cow<'t, str>,
}

/// Splits a line into words, from an offset on.
///
/// A bracket directly after `=` begins a JSON value, in which quotes are those
/// of JSON.
pub fn split(line: &str, mut offset: usize) -> Result<Vec<ShellWord<'_>>, SyntaxError> {
    let mut words = Vec::new();
    loop {
        let rest = &line[offset..];
        offset += rest.len() - rest.trim_start().len();
        if offset == line.len() {
            return Ok(words);
        }
        let word = parse_word(line, offset)?;
        offset = word.end;
        words.push(word);
    }
}

fn parse_word(line: &str, start: usize) -> Result<ShellWord<'_>, SyntaxError> {
    let bytes = line.as_bytes();
    let mut value = String::new();
    let mut end = start;
    while let Some(&byte) = bytes.get(end) {
        let rest = &line[end..];
        match byte {
            b'\'' | b'"' => end = parse_quoted(line, end, &mut value)?,
            b'{' | b'[' if value.ends_with('=') => {
                let json = &rest[..json_length(rest.as_bytes())];
                value.push_str(json);
                end += json.len();
            }
            b'\\' => {
                let escaped = rest[1..].chars().next().unwrap_or('\\');
                value.push(escaped);
                end = (end + 1 + escaped.len_utf8()).min(line.len());
            }
            _ if byte.is_ascii_whitespace() => break,
            _ => {
                let plain = take_plain(rest);
                value.push_str(plain);
                end += plain.len();
            }
        }
    }
    let source = &line[start..end];
    let value = if source == value {
        Cow::Borrowed(source)
    } else {
        Cow::Owned(value)
    };
    Ok(ShellWord { start, end, value })
}

/// Returns the text before the next special character, and at least one
/// character.
fn take_plain(text: &str) -> &str {
    let mut characters = text.char_indices().skip(1);
    // A bracket is special only after `=`, which is a plain character.
    let is_special = |c: char| c.is_ascii_whitespace() || "'\"\\{[".contains(c);
    let end = characters.find(|&(_, c)| is_special(c));
    &text[..end.map_or(text.len(), |(end, _)| end)]
}

/// Returns the length of the JSON value at the beginning of a text, or of the
/// word if the value is malformed.
fn json_length(text: &[u8]) -> usize {
    match frame(text) {
        FrameState::Complete(length) => length,
        _ => {
            let space = text.iter().position(u8::is_ascii_whitespace);
            space.unwrap_or(text.len())
        }
    }
}

/// Appends the text in quotes to `value`; returns the offset after it.
fn parse_quoted(line: &str, start: usize, value: &mut String) -> Result<usize, SyntaxError> {
    let quote = char::from(line.as_bytes()[start]);
    let mut characters = line[start + 1..].char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        if character == quote {
            return Ok(start + 1 + offset + 1);
        }
        let can_escape = quote == '"' && character == '\\';
        let is_escaped = |&(_, next): &(usize, char)| can_escape && matches!(next, '"' | '\\');
        let escaped = characters.next_if(is_escaped);
        value.push(escaped.map_or(character, |(_, escaped)| escaped));
    }
    Err(SyntaxError {
        offset: start,
        message: format!("unterminated quote {quote}"),
    })
}

/// Interprets a word as the value of an argument: JSON, else a Python literal,
/// else a string.
pub fn parse_value<'t>(word: Cow<'t, str>) -> JsonValue<'t> {
    let text = match word {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => return parse_value(Cow::Borrowed(&text)).into_owned(),
    };
    let parsed = parse(text).or_else(|_| parse_python(text));
    parsed.map_or_else(|_| JsonValue::string(text), |parsed| parsed.value)
}

/// Formats a value as a word that [`parse_value`] accepts.
pub fn format_value(value: &JsonValue<'_>) -> String {
    let text = match value.as_str() {
        Some(text) if parse_value(Cow::Borrowed(text)) == *value => text.to_owned(),
        _ => JsonStyle::COMPACT.format(value),
    };
    // These characters need no quotes in any shell.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:,@%+".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_those_of_a_shell() {
        let line = r#"a='{"b": 1}' c="d \"e\"" f={"g": [1, 2]} h=i\ j"#;
        let words: Vec<_> = split(line, 0)
            .unwrap()
            .into_iter()
            .map(|word| word.value)
            .collect();
        assert_eq!(
            words,
            [r#"a={"b": 1}"#, r#"c=d "e""#, r#"f={"g": [1, 2]}"#, "h=i j"]
        );
    }

    #[test]
    fn values_are_json_or_python_or_strings() {
        let types = [
            "1",
            "-0x1",
            "true",
            "True",
            "None",
            "{'a': False}",
            "off",
            "[1",
        ];
        let types = types.map(|word| parse_value(Cow::Borrowed(word)).type_name());
        let expected = [
            "integer", "string", "boolean", "boolean", "null", "object", "string", "string",
        ];
        assert_eq!(types, expected);
    }

    #[test]
    fn formatted_values_are_parsed_back() {
        for text in [
            "off", "1", "it's", "", "a b", "true", "{", "\"x\"", "é", "a=b", "\\",
        ] {
            let line = format!("a={}", format_value(&JsonValue::string(text)));
            let words = split(&line, 0).unwrap();
            let value = words[0].value.split_once('=').unwrap().1.to_owned();
            assert_eq!(
                parse_value(Cow::Owned(value)),
                JsonValue::string(text),
                "{line}"
            );
        }
    }
}
