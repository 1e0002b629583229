//! Words of a qmp-shell line, quoted as in a shell.

use std::borrow::Cow;
use std::fmt::Write as _;

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
/// A word that begins with `#` begins a comment.
///
/// A bracket directly after `=` begins a JSON value, in which quotes are those
/// of JSON.
pub fn split(line: &str, mut offset: usize) -> Result<Vec<ShellWord<'_>>, SyntaxError> {
    let mut words = Vec::new();
    loop {
        let rest = &line[offset..];
        offset += rest.len() - rest.trim_start_matches(is_blank).len();
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
                let json = &rest[..json_length(rest)];
                value.push_str(json);
                end += json.len();
            }
            b'\\' => {
                let escaped = rest[1..].chars().next().unwrap_or('\\');
                value.push(escaped);
                end = (end + 1 + escaped.len_utf8()).min(line.len());
            }
            _ if rest.starts_with(is_blank) => break,
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
    let is_special = |c: char| is_blank(c) || "'\"\\{[".contains(c);
    let end = characters.find(|&(_, c)| is_special(c));
    &text[..end.map_or(text.len(), |(end, _)| end)]
}

/// Returns whether qmp-shell ends a word at a character.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// Returns the length of the JSON value at the beginning of a text, or of the
/// word if the value is malformed.
fn json_length(text: &str) -> usize {
    match frame(text.as_bytes()) {
        FrameState::Complete(length) => length,
        _ => text.find(is_blank).unwrap_or(text.len()),
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

/// Interprets a word as the value of an argument, as QEMU's own qmp-shell does: an
/// integer or a boolean of Python, an object or array of JSON or Python, or else a
/// string.
pub fn parse_value<'t>(word: Cow<'t, str>) -> JsonValue<'t> {
    let text = match word {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => return parse_value(Cow::Borrowed(&text)).into_owned(),
    };
    let is_word = |word: &str| text.eq_ignore_ascii_case(word);
    match () {
        () if is_word("true") || is_word("false") => JsonValue::Bool(is_word("true")),
        () if text.starts_with(['{', '[']) => {
            let parsed = parse(text).or_else(|_| parse_python(text));
            parsed.map_or_else(|_| JsonValue::string(text), |parsed| parsed.value)
        }
        () => parse_integer(text).unwrap_or_else(|| JsonValue::string(text)),
    }
}

/// Parses an integer as Python does, with any sign, leading zeros, and underscores
/// between digits.
fn parse_integer(text: &str) -> Option<JsonValue<'static>> {
    let text = text.trim_matches(is_blank);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_group = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    if !digits.split('_').all(is_group) {
        return None;
    }
    let digits = digits.replace('_', "");
    let digits = match digits.trim_start_matches('0') {
        "" => return Some(JsonValue::number(0)),
        digits => digits,
    };
    let sign = if text.starts_with('-') { "-" } else { "" };
    Some(JsonValue::number(format!("{sign}{digits}")))
}

/// Formats a value as a word that QEMU's own qmp-shell and [`parse_value`] read
/// alike. Returns `None` if there is no such word.
///
/// That shell splits a line at white space, keeps quotes as part of the text, and
/// has no word for numbers with a fraction and for `null`.
pub fn format_value(value: &JsonValue<'_>) -> Option<String> {
    let (text, is_plain) = match value {
        JsonValue::Object(_) | JsonValue::Array(_) => {
            // Not in its original spelling, which may have single quotes.
            let json = escape_blanks(&serde_json::to_string(value).ok()?);
            let is_plain = !json.contains(is_blank);
            (json, is_plain)
        }
        JsonValue::String(string) => {
            let text = string.value.clone().into_owned();
            let is_special = |c: char| is_blank(c) || "'\"\\".contains(c);
            let is_plain = !text.contains(is_special) && !text.starts_with(['{', '[', '#']);
            (text, is_plain)
        }
        value => (JsonStyle::COMPACT.format(value), true),
    };
    let is_read_back = || parse_value(Cow::Borrowed(&text)) == *value;
    (is_plain && is_read_back()).then_some(text)
}

/// Replaces blanks and apostrophes, which are inside strings, by their escapes.
fn escape_blanks(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\'' => escaped.push_str("\\u0027"),
            c if is_blank(c) => write!(escaped, "\\u{:04x}", u32::from(c)).unwrap_or_default(),
            c => escaped.push(c),
        }
    }
    escaped
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
    fn values_are_those_of_python() {
        for (word, json) in [
            ("1", "1"),
            ("+007", "7"),
            ("-1_000", "-1000"),
            ("-0", "0"),
            ("1__0", r#""1__0""#),
            ("-0x1", r#""-0x1""#),
            ("1.5", r#""1.5""#),
            ("true", "true"),
            ("FALSE", "false"),
            ("None", r#""None""#),
            ("null", r#""null""#),
            ("off", r#""off""#),
            ("{'a': False}", r#"{"a": false}"#),
            ("[1", r#""[1""#),
        ] {
            let expected = parse(json).unwrap().value;
            assert_eq!(parse_value(Cow::Borrowed(word)), expected, "{word}");
        }
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
            r#"{'b': "it's \"b\""}"#,
            r#"{"a": "it's \"b\" c\u00a0", "d": [null, 0.5]}"#,
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
