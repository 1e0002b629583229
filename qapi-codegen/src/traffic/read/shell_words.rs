//! Words of a qmp-shell line, quoted as in a shell.

use std::borrow::Cow;

use super::framing::{FrameState, frame};
use crate::json::{JsonStyle, JsonValue, SyntaxError, is_integer, parse, parse_python};

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
/// A word that begins with `#` begins a comment.
///
/// A bracket directly after `=` begins a JSON value, in which quotes are those
/// of JSON.
pub fn split(line: &str, mut offset: usize) -> Result<Vec<ShellWord<'_>>, SyntaxError> {
    let mut words = Vec::new();
    loop {
        let rest = &line[offset..];
        offset += rest.len() - rest.trim_start().len();
        if offset == line.len() || line[offset..].starts_with('#') {
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

/// Formats a value as a word that QEMU's own qmp-shell and [`parse_value`] read
/// alike. Returns `None` if there is no such word.
///
/// That shell splits a line at white space, keeps quotes as part of the text, and
/// takes as JSON only integers, booleans, objects and arrays.
pub fn format_value(value: &JsonValue<'_>) -> Option<String> {
    let text = match value {
        JsonValue::Null => return None,
        JsonValue::String(string) => string.value.clone().into_owned(),
        value => escape_blanks(&JsonStyle::COMPACT.format(value)),
    };
    let is_quoted = |text: &str| text.contains(['\'', '"', '\\']);
    let is_split = text.contains(|c: char| c.is_whitespace());
    let is_json = matches!(value, JsonValue::Object(_) | JsonValue::Array(_));
    let is_literal = !is_json && (is_quoted(&text) || text.starts_with(['{', '[', '#']));
    let is_read_back = || parse_value(Cow::Borrowed(&text)) == *value;
    let is_word = !is_split && !is_literal && !is_python_word(value) && is_read_back();
    is_word.then_some(text)
}

/// Replaces blanks and apostrophes, which are inside strings, by their escapes.
fn escape_blanks(json: &str) -> String {
    json.replace(' ', "\\u0020").replace('\'', "\\u0027")
}

/// Returns whether that shell reads a string as a boolean, or a number as text.
fn is_python_word(value: &JsonValue<'_>) -> bool {
    match value {
        JsonValue::String(string) => {
            let is_word = |word: &str| string.value.eq_ignore_ascii_case(word);
            is_word("true") || is_word("false") || string.value.parse::<i128>().is_ok()
        }
        JsonValue::Number(number) => !is_integer(number),
        _ => false,
    }
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
        for json in [
            r#""off""#,
            r#""""#,
            r#""é""#,
            r#""a=b""#,
            "1",
            "true",
            r#"{"a": "it's \"b\" c", "d": [null, 0.5]}"#,
        ] {
            let value = parse(json).unwrap().value;
            let line = format!("a={}", format_value(&value).unwrap());
            let words = split(&line, 0).unwrap();
            let word = words[0].value.split_once('=').unwrap().1.to_owned();
            assert_eq!(parse_value(Cow::Owned(word)), value, "{line}");
        }
    }

    #[test]
    fn values_without_a_word_are_not_formatted() {
        for json in [
            r#""1""#,
            r#""True""#,
            r#""a b""#,
            r#""it's""#,
            r#""{""#,
            r##""#""##,
            "null",
            "0.5",
        ] {
            assert_eq!(format_value(&parse(json).unwrap().value), None, "{json}");
        }
    }
}
