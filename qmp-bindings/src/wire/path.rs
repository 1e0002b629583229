//! Paths of decoding errors.
//!
//! serde_json reports a line and a column. After an error the text is scanned up to
//! there to find the path, so decoding itself costs nothing more.

use std::fmt::Write;

/// The parts of a serde_json error.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Located {
    /// The path in the value, such as `[0].stats.rd_bytes`.
    pub(crate) path: String,
    /// The message without the position.
    pub(crate) message: String,
}

/// Finds the path of an error in `text`.
pub(crate) fn locate(text: &[u8], error: &serde_json::Error) -> Located {
    let mut trail = scan(text, offset(text, error));
    let mut message = message_of(error);
    // Members that precede the discriminator of a union are decoded after it. Their
    // errors have the position of the discriminator, and the member in the message.
    while let Some((member, rest)) = message
        .strip_prefix("in `")
        .and_then(|message| message.split_once("`: "))
    {
        if !std::mem::take(&mut trail.is_container) {
            trail.path.pop();
        }
        trail.path.push(PathSegment::Path(member.to_owned()));
        trail.is_container = true;
        message = rest.to_owned();
    }
    Located {
        path: format_path(&trail.path),
        message,
    }
}

/// Returns the message of an error without the position.
fn message_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).map(str::to_owned).unwrap_or(text)
}

/// Returns the position of an error in bytes.
fn offset(text: &[u8], error: &serde_json::Error) -> usize {
    let lines = text.split_inclusive(|&byte| byte == b'\n');
    let before: usize = lines
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    before + error.column()
}

#[derive(Debug, Clone)]
enum PathSegment {
    Member(String),
    Item(usize),
    /// Several segments in text form.
    Path(String),
}

fn format_path(segments: &[PathSegment]) -> String {
    let mut path = String::new();
    for segment in segments {
        match segment {
            PathSegment::Item(index) => drop(write!(path, "[{index}]")),
            PathSegment::Path(rest) if rest.starts_with('[') => path.push_str(rest),
            PathSegment::Member(name) | PathSegment::Path(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
            }
        }
    }
    path
}

/// The last scanned value.
#[derive(Debug, Default)]
struct Trail {
    path: Vec<PathSegment>,
    is_container: bool,
}

/// An open container, with its current member or index.
enum Open {
    Object(Option<String>),
    Array(usize),
}

/// Scans the text up to an offset.
fn scan(text: &[u8], offset: usize) -> Trail {
    let mut open: Vec<Open> = Vec::new();
    let mut trail = Trail::default();
    for (token, is_before) in tokens(text, offset) {
        let begins = matches!(token, Token::Begin(_));
        if !is_before && !begins {
            break;
        }
        match token {
            Token::Begin(container) => {
                trail = Trail::new(&open, true);
                open.push(container);
            }
            Token::End => {
                open.pop();
                trail = Trail::new(&open, true);
            }
            Token::Comma => match open.last_mut() {
                Some(Open::Object(name)) => *name = None,
                Some(Open::Array(index)) => *index += 1,
                None => {}
            },
            Token::Text(text) => {
                if let Some(Open::Object(name @ None)) = open.last_mut() {
                    *name = Some(String::from_utf8_lossy(text).into_owned());
                }
                trail = Trail::new(&open, false);
            }
            Token::Scalar => trail = Trail::new(&open, false),
        }
        if !is_before {
            break;
        }
    }
    trail
}

impl Trail {
    fn new(open: &[Open], is_container: bool) -> Self {
        let segments = open.iter().filter_map(|open| match open {
            Open::Object(name) => name.clone().map(PathSegment::Member),
            Open::Array(index) => Some(PathSegment::Item(*index)),
        });
        Trail {
            path: segments.collect(),
            is_container,
        }
    }
}

enum Token<'t> {
    Begin(Open),
    End,
    Comma,
    Text(&'t [u8]),
    Scalar,
}

/// Returns the tokens of a text, each with `true` if it begins before an offset.
fn tokens(text: &[u8], offset: usize) -> impl Iterator<Item = (Token<'_>, bool)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while text
            .get(at)
            .is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b':')
        {
            at += 1;
        }
        let start = at;
        let (token, length) = match *text.get(at)? {
            b'{' => (Token::Begin(Open::Object(None)), 1),
            b'[' => (Token::Begin(Open::Array(0)), 1),
            b'}' | b']' => (Token::End, 1),
            b',' => (Token::Comma, 1),
            b'"' => string(&text[at..]),
            _ => (Token::Scalar, scalar(&text[at..])),
        };
        at += length;
        Some((token, start < offset))
    })
}

fn string(text: &[u8]) -> (Token<'_>, usize) {
    let mut escaped = false;
    let end = text[1..].iter().position(|&byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    let end = end.map_or(text.len(), |end| end + 1);
    (Token::Text(&text[1..end]), (end + 1).min(text.len()))
}

fn scalar(text: &[u8]) -> usize {
    let end = text
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || b",:{}[]\"".contains(byte));
    end.unwrap_or(text.len()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Empty;
    use std::collections::BTreeMap;

    type Nested = Vec<BTreeMap<String, Vec<BTreeMap<String, u8>>>>;

    #[test]
    fn errors_are_found_in_the_text() {
        let cases = [
            (r#"[{"a": [{"b": "x"}]}]"#, "[0].a[0].b"),
            (r#"[{}, {"a": [{"b": 1, "c": 300}]}]"#, "[1].a[0].c"),
            (r#"[{"a": [{}, []]}]"#, "[0].a[1]"),
            ("[\r\n  {\r\n    \"a\": {}\r\n  }\r\n]", "[0].a"),
            ("{}", ""),
            (r#"[{"a": [{"b": 1}"#, "[0].a[0]"),
        ];
        for (text, expected) in cases {
            let error = serde_json::from_str::<Nested>(text).unwrap_err();
            assert_eq!(
                locate(text.as_bytes(), &error).path,
                expected,
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn the_message_has_no_position() {
        let error = serde_json::from_str::<Empty>("[]").unwrap_err();
        let located = locate(b"[]", &error);
        assert_eq!(
            located.message,
            "invalid type: sequence, expected an object (empty)"
        );
    }
}
