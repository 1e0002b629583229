//! Where inside a value an error is.
//!
//! serde_json tells a line and a column. Only when something went wrong, the
//! text is walked through again up to there, so that reading costs nothing more
//! and no type has to be compiled a second time.

use std::fmt::Write;

/// An error of serde_json, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Located {
    /// The path inside the value, such as `[0].stats.rd_bytes`.
    pub(crate) path: String,
    /// What is wrong there.
    pub(crate) message: String,
}

/// Finds where in `text` an error is.
pub(crate) fn locate(text: &[u8], error: &serde_json::Error) -> Located {
    let mut trail = walk(text, offset(text, error));
    let mut message = text_alone(error);
    // What a union read before its tag is decoded later; the error then is where
    // the tag is, and says itself which member it means.
    while let Some((member, rest)) = message
        .strip_prefix("in `")
        .and_then(|message| message.split_once("`: "))
    {
        if !std::mem::take(&mut trail.is_container) {
            trail.path.pop();
        }
        trail.path.push(Step::Path(member.to_owned()));
        trail.is_container = true;
        message = rest.to_owned();
    }
    Located {
        path: written(&trail.path),
        message,
    }
}

/// What an error says, without the line and the column.
fn text_alone(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).map(str::to_owned).unwrap_or(text)
}

/// How many bytes are before the place of an error.
fn offset(text: &[u8], error: &serde_json::Error) -> usize {
    let lines = text.split_inclusive(|&byte| byte == b'\n');
    let before: usize = lines
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    before + error.column()
}

#[derive(Debug, Clone)]
enum Step {
    Member(String),
    Item(usize),
    /// Several steps that were written down before.
    Path(String),
}

fn written(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Item(index) => drop(write!(path, "[{index}]")),
            Step::Path(rest) if rest.starts_with('[') => path.push_str(rest),
            Step::Member(name) | Step::Path(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
            }
        }
    }
    path
}

/// The value that was looked at last.
#[derive(Debug, Default)]
struct Trail {
    path: Vec<Step>,
    is_container: bool,
}

/// A container that is open: the member or the item that is read in it.
enum Open {
    Object(Option<String>),
    Array(usize),
}

/// Follows the text up to an offset.
fn walk(text: &[u8], offset: usize) -> Trail {
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
        let steps = open.iter().filter_map(|open| match open {
            Open::Object(name) => name.clone().map(Step::Member),
            Open::Array(index) => Some(Step::Item(*index)),
        });
        Trail {
            path: steps.collect(),
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

/// The tokens of a text, and whether each begins before an offset.
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
    fn a_message_stands_alone() {
        let error = serde_json::from_str::<Empty>("[]").unwrap_err();
        let located = locate(b"[]", &error);
        assert_eq!(
            located.message,
            "invalid type: sequence, expected an object (empty)"
        );
    }
}
