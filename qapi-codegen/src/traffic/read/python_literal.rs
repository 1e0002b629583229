//! Dictionaries of Python, in source text or as `repr` prints them.

use memchr::memmem::Finder;

use super::decoded::DecodedText;
use super::embedded::FoundValue;
use super::evidence;
use super::framing::{FrameState, frame};
use super::json_text::{first_member, unread};
use super::notation::{Block, Line, Notation, Reading, decode_utf8};
use crate::json::{self, SyntaxError};

/// `{'execute': 'x', 'id': None}` and `OrderedDict([('execute', 'x')])`.
pub struct PythonLiteral {
    finder: Finder<'static>,
}

const ORDERED: &[u8] = b"OrderedDict([(";

impl PythonLiteral {
    pub fn new() -> Self {
        PythonLiteral {
            finder: Finder::new(ORDERED),
        }
    }
}

impl Notation for PythonLiteral {
    fn name(&self) -> &'static str {
        "Python"
    }

    fn find(&self, line: &Line<'_>, from: usize) -> Option<usize> {
        let text = &line.text[from..];
        let is_message =
            |&offset: &usize| first_member(&text[offset..]).is_some_and(evidence::is_first_member);
        let dictionary = memchr::memchr_iter(b'{', text).find(is_message);
        let ordered = self.finder.find(text);
        let found = dictionary.into_iter().chain(ordered).min();
        found.map(|offset| from + offset)
    }

    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a> {
        match frame(block.text) {
            FrameState::Complete(length) => {
                read_value(block, length).unwrap_or_else(|error| unread(block, error))
            }
            FrameState::Incomplete(_) if !block.is_at_end => Reading::Incomplete,
            FrameState::Incomplete(message) => unread(block, SyntaxError { offset: 0, message }),
            FrameState::Malformed(error) | FrameState::Foreign(error) => unread(block, error),
        }
    }
}

fn read_value<'a>(block: &Block<'a>, length: usize) -> Result<Reading<'a>, SyntaxError> {
    let source = decode_utf8(&block.text[..length])?;
    let decoded = to_json(source);
    let json = json::parse(&decoded.text)?.into_owned();
    let is_ordered = source.contains("OrderedDict(");
    let found = FoundValue {
        source,
        decoded,
        json,
        encode: Box::new(move |json| (!is_ordered).then(|| to_python(json))),
        notation: "Python",
    };
    Ok(found.into_reading(block))
}

/// Returns the JSON text of a Python literal. Text that has no counterpart in
/// JSON stays as it is.
pub fn to_json(source: &str) -> DecodedText<'static> {
    let mut decoded = DecodedText::new();
    let mut open = Vec::new();
    let mut offset = 0;
    while offset < source.len() {
        let token = next_token(&source[offset..]);
        let after = source[offset + token.len()..].trim_start();
        match translate(token, after, &mut open) {
            Some(json) => decoded.push(json, offset..offset + token.len()),
            None => decoded.push_plain(token, offset),
        }
        offset += token.len();
    }
    decoded
}

/// An open bracket of a Python literal.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum OpenBracket {
    /// `OrderedDict(`
    Call,
    /// The list of the pairs of an `OrderedDict`.
    Pairs,
    /// A pair, before its comma.
    Pair,
    /// A pair, after its comma.
    PairValue,
    /// A tuple.
    Tuple,
    /// A list or a dictionary.
    Other,
}

/// Returns the JSON text of a token, if it differs.
fn translate(token: &str, after: &str, open: &mut Vec<OpenBracket>) -> Option<&'static str> {
    let innermost = open.last_mut();
    match token {
        "True" => Some("true"),
        "False" => Some("false"),
        "None" => Some("null"),
        "u" | "b" => Some("").filter(|_| after.starts_with(['"', '\''])),
        "," if after.starts_with(['}', ']', ')']) => Some(""),
        "," => innermost
            .filter(|bracket| **bracket == OpenBracket::Pair)
            .map(|bracket| {
                *bracket = OpenBracket::PairValue;
                ":"
            }),
        "OrderedDict" => {
            open.push(OpenBracket::Call);
            Some(if after.starts_with("()") { "{}" } else { "" })
        }
        "(" | "[" | "{" => open_bracket(token, open),
        ")" | "]" | "}" => close_bracket(open),
        _ => None,
    }
}

fn open_bracket(token: &str, open: &mut Vec<OpenBracket>) -> Option<&'static str> {
    let (bracket, json) = match (open.last(), token) {
        // The word before it is the open bracket already.
        (Some(OpenBracket::Call), "(") => return Some(""),
        (Some(OpenBracket::Call), "[") => (OpenBracket::Pairs, Some("{")),
        (Some(OpenBracket::Pairs), "(") => (OpenBracket::Pair, Some("")),
        (_, "(") => (OpenBracket::Tuple, Some("[")),
        _ => (OpenBracket::Other, None),
    };
    open.push(bracket);
    json
}

fn close_bracket(open: &mut Vec<OpenBracket>) -> Option<&'static str> {
    match open.pop()? {
        OpenBracket::Call | OpenBracket::Pair | OpenBracket::PairValue => Some(""),
        OpenBracket::Pairs => Some("}"),
        OpenBracket::Tuple => Some("]"),
        OpenBracket::Other => None,
    }
}

/// Returns Python text of JSON text.
pub fn to_python(mut json: &str) -> String {
    let mut python = String::new();
    while !json.is_empty() {
        let token = next_token(json);
        python.push_str(match token {
            "true" => "True",
            "false" => "False",
            "null" => "None",
            token => token,
        });
        json = &json[token.len()..];
    }
    python
}

/// Returns the first string, word, or other character of a text.
fn next_token(text: &str) -> &str {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_.+-".contains(c);
    let length = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => string_length(text, quote),
        Some(first) if is_word(first) => text.find(|c| !is_word(c)).unwrap_or(text.len()),
        first => first.map_or(0, char::len_utf8),
    };
    &text[..length]
}

/// Returns the length of the string at the beginning of a text.
fn string_length(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1);
    while let Some((offset, character)) = characters.next() {
        if character == quote {
            return offset + 1;
        }
        if character == '\\' {
            characters.next();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_have_json_text() {
        for (python, json) in [
            ("{'a': True, u'b': None,}", "{'a': true, 'b': null}"),
            (
                "OrderedDict([('a', (1, 'None')), ('b', OrderedDict())])",
                "{'a': [1, 'None'], 'b': {}}",
            ),
            ("{'a': 'it\\'s, (True)'}", "{'a': 'it\\'s, (True)'}"),
        ] {
            assert_eq!(to_json(python).text, json);
        }
        assert_eq!(
            to_python("{\"a\": [true, 'true']}"),
            "{\"a\": [True, 'true']}"
        );
    }
}
