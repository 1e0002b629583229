//! The words of a line, quoted as in a shell.

use std::borrow::Cow;

use super::frame::{Frame, State};
use crate::json::{JsonStyle, JsonValue, SyntaxError, parse, parse_python};

/// A word of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Word<'t> {
    /// Where it begins and ends, in bytes.
    pub start: usize,
    /// The first byte behind it.
    pub end: usize,
    /// What it says without its quotes.
    pub value: Cow<'t, str>,
}

/// The words of a line.
///
/// A value that begins with a bracket right behind its `=` is taken as it is up
/// to the bracket that closes it: its quotes are those of JSON.
pub fn words(line: &str) -> Result<Vec<Word<'_>>, SyntaxError> {
    let mut words = Vec::new();
    let mut at = 0;
    loop {
        at += space(&line[at..]);
        if at == line.len() {
            return Ok(words);
        }
        let word = word(line, at)?;
        at = word.end;
        words.push(word);
    }
}

fn space(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

fn word(line: &str, start: usize) -> Result<Word<'_>, SyntaxError> {
    let bytes = line.as_bytes();
    let mut value = String::new();
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\'' | b'"' => at = quoted(line, at, &mut value)?,
            b'{' | b'[' if value.ends_with('=') => {
                let end = at + json(&bytes[at..]);
                value.push_str(&line[at..end]);
                at = end;
            }
            b'\\' => {
                let escaped = line[at + 1..].chars().next().unwrap_or('\\');
                value.push(escaped);
                at = (at + 1 + escaped.len_utf8()).min(line.len());
            }
            _ if byte.is_ascii_whitespace() => break,
            _ => {
                let plain = plain(&line[at..]);
                value.push_str(plain);
                at += plain.len();
            }
        }
    }
    let raw = &line[start..at];
    let value = if raw == value {
        Cow::Borrowed(raw)
    } else {
        Cow::Owned(value)
    };
    Ok(Word {
        start,
        end: at,
        value,
    })
}

/// What stands before the next character with a meaning; at least one
/// character.
fn plain(text: &str) -> &str {
    let mut characters = text.char_indices().skip(1);
    // A bracket has a meaning only behind `=`, which is plain.
    let special = |c: char| c.is_ascii_whitespace() || matches!(c, '\'' | '"' | '\\' | '{' | '[');
    let end = characters
        .find(|&(_, c)| special(c))
        .map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// How long the value is that begins with a bracket, or the word where it is
/// none.
fn json(text: &[u8]) -> usize {
    let word = text
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(text.len());
    match Frame::default().advance(text) {
        State::Complete(length) => length,
        State::Open | State::Broken(..) => word,
    }
}

/// Adds what stands between quotes; gives the place behind them.
fn quoted(line: &str, start: usize, value: &mut String) -> Result<usize, SyntaxError> {
    let quote = line.as_bytes()[start];
    let mut characters = line[start + 1..].char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if character == char::from(quote) {
            return Ok(start + 1 + at + 1);
        }
        let is_escape = quote == b'"' && character == '\\';
        let escaped = |&(_, next): &(usize, char)| is_escape && matches!(next, '"' | '\\');
        value.push(
            characters
                .next_if(escaped)
                .map_or(character, |(_, next)| next),
        );
    }
    Err(SyntaxError {
        offset: start,
        message: format!("the quote {} has no end on this line", char::from(quote)),
    })
}

/// What a word means as the value of an argument: JSON, else a literal of
/// Python, else text.
pub fn value<'t>(word: Cow<'t, str>) -> JsonValue<'t> {
    let text = match word {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => return value(Cow::Borrowed(&text)).into_owned(),
    };
    let read = parse(text).or_else(|_| parse_python(text));
    read.map_or_else(|_| JsonValue::string(text), |parsed| parsed.value)
}

/// The word that means a value.
pub fn write(new: &JsonValue<'_>) -> String {
    let text = match new {
        JsonValue::String(text) if value(Cow::Borrowed(&text.value)) == *new => {
            text.value.to_string()
        }
        new => JsonStyle::COMPACT.format(new),
    };
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Whether a byte needs no quotes in any shell.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_./:,@%+".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_those_of_a_shell() {
        let line = r#"a='{"b": 1}' c="d \"e\"" f={"g": [1, 2]} h=i\ j"#;
        let words: Vec<_> = words(line)
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
    fn values_are_json_then_python_then_text() {
        let kinds = [
            "1",
            "-0x1",
            "true",
            "True",
            "None",
            "{'a': False}",
            "off",
            "[1",
        ];
        let kinds = kinds.map(|word| value(Cow::Borrowed(word)).type_name());
        let expected = [
            "integer", "string", "boolean", "boolean", "null", "object", "string", "string",
        ];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        for text in [
            "off", "1", "it's", "", "a b", "true", "{", "\"x\"", "é", "a=b", "\\",
        ] {
            let line = format!("a={}", write(&JsonValue::string(text)));
            let words = words(&line).unwrap();
            let read = words[0].value.split_once('=').unwrap().1.to_owned();
            assert_eq!(value(Cow::Owned(read)), JsonValue::string(text), "{line}");
        }
    }
}
