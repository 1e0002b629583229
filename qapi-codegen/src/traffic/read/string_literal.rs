//! Messages in string literals: of programs, shell scripts, and logs that
//! escape text.

use super::decoded::DecodedText;
use super::embedded::FoundValue;
use super::evidence;
use super::framing::{FrameState, frame};
use super::json_text::first_member;
use super::notation::{Block, Line, Notation, Reading, decode_utf8};
use super::python_literal;
use crate::json::{self, ParsedJson, SyntaxError};

/// `"{\"execute\": \"stop\"}"`, with any depth of escapes, and literals in
/// pieces, such as `"{'execute':" " 'stop'}"`.
pub struct StringLiteral;

/// The greatest depth of escapes. A log in a log in a log has three.
const MAX_DEPTH: usize = 4;

/// The greatest length of a literal.
const MAX_LENGTH: usize = 1 << 24;

impl Notation for StringLiteral {
    fn name(&self) -> &'static str {
        "string literal"
    }

    fn find(&self, line: &Line<'_>, from: usize) -> Option<usize> {
        let brackets = memchr::memchr_iter(b'{', &line.text[from..]);
        let mut offsets = brackets.map(|offset| from + offset);
        offsets.find(|&offset| {
            let before = line.text[..offset].trim_ascii_end().last();
            LiteralQuotes::detect(&line.text[offset..], before.copied()).is_some()
        })
    }

    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a> {
        let Some(quotes) = LiteralQuotes::detect(block.text, block.byte_before()) else {
            return Reading::Text;
        };
        let text = &block.text[..block.text.len().min(MAX_LENGTH)];
        // A literal of another encoding ends before the first other byte.
        let text = decode_utf8(text)
            .or_else(|error| decode_utf8(&text[..error.offset]))
            .unwrap_or_default();
        let literal = quotes.decode(text);
        let is_open = literal.is_open && text.len() < MAX_LENGTH && !block.is_at_end;
        match frame(literal.decoded.text.as_bytes()) {
            FrameState::Complete(length) => read_value(block, literal.decoded, length, quotes),
            FrameState::Incomplete(_) if is_open => Reading::Incomplete,
            FrameState::Incomplete(message) => unread(&literal.decoded, &message),
            FrameState::Malformed(error) | FrameState::Foreign(error) => {
                unread(&literal.decoded, &error.message)
            }
        }
    }
}

fn read_value<'a>(
    block: &Block<'a>,
    mut decoded: DecodedText<'static>,
    length: usize,
    quotes: LiteralQuotes,
) -> Reading<'a> {
    decoded.truncate(length);
    let json = match parse(&decoded.text) {
        Ok(json) => json,
        Err(error) => return unread(&decoded, &error.message),
    };
    let end = decoded.source(0..length).end;
    let source = decode_utf8(&block.text[..end]).unwrap_or_default();
    let found = FoundValue {
        source,
        decoded,
        json,
        encode: Box::new(move |json| quotes.encode(json)),
        notation: "string literal",
    };
    found.into_reading(block)
}

/// Parses JSON text, or Python text that is nearly JSON.
fn parse(text: &str) -> Result<ParsedJson<'static>, SyntaxError> {
    let parsed = json::parse(text).map(ParsedJson::into_owned);
    let as_python =
        |_| json::parse(&python_literal::to_json(text).text).map(ParsedJson::into_owned);
    parsed.or_else(as_python)
}

/// A request in a literal that is not whole, such as a format string.
fn unread<'a>(decoded: &DecodedText<'_>, message: &str) -> Reading<'a> {
    let name = first_member(decoded.text.as_bytes());
    if !name.is_some_and(evidence::is_request_member) {
        return Reading::Text;
    }
    let (offset, message) = (0, message.to_owned());
    Reading::Unread(1, SyntaxError { offset, message })
}

/// The quotes around and in a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct LiteralQuotes {
    /// The quote that ends the literal.
    delimiter: char,
    /// How many times the text is escaped.
    depth: usize,
}

/// A literal without its escapes.
struct DecodedLiteral {
    decoded: DecodedText<'static>,
    /// Set if the text ends before the literal.
    is_open: bool,
}

impl LiteralQuotes {
    /// Determines the quotes of a literal that has a message from its opening
    /// bracket on.
    fn detect(text: &[u8], before: Option<u8>) -> Option<LiteralQuotes> {
        let name = skip_escaped_space(text.strip_prefix(b"{")?);
        let backslashes = name.iter().take_while(|&&byte| byte == b'\\').count();
        let quote = *name.get(backslashes)?;
        let rest = &name[backslashes + 1..];
        let is_message = |name: &&[u8]| evidence::is_first_member(name);
        let end = rest
            .iter()
            .take(16)
            .position(|&byte| byte == b'\\' || byte == quote)?;
        Some(&rest[..end]).filter(is_message)?;
        match (backslashes, quote, before) {
            // In a literal that is escaped n times, a quote has 2^n - 1 backslashes.
            (1.., b'"' | b'\'', _) => {
                let depth = (backslashes + 1).ilog2() as usize;
                (backslashes + 1 == 1 << depth && depth <= MAX_DEPTH).then_some(LiteralQuotes {
                    delimiter: char::from(quote),
                    depth,
                })
            }
            (0, b'\'', Some(b'"')) | (0, b'"', Some(b'\'')) => Some(LiteralQuotes {
                delimiter: char::from(before?),
                depth: 1,
            }),
            _ => None,
        }
    }

    fn decode(self, text: &str) -> DecodedLiteral {
        let mut literal = decode_literal(text, self.delimiter);
        for _ in 1..self.depth {
            let again = decode_literal(&literal.decoded.text, self.delimiter);
            literal.decoded = literal.decoded.decoded_again(again.decoded);
        }
        literal
    }

    /// Escapes text. Whether a dollar sign is special depends on the language.
    fn encode(self, json: &str) -> Option<String> {
        if json.contains(['$', '`']) {
            return None;
        }
        let escape = |text: String| {
            let text = text.replace('\\', "\\\\").replace('\n', "\\n");
            text.replace(self.delimiter, &format!("\\{}", self.delimiter))
        };
        Some((0..self.depth).fold(json.to_owned(), |text, _| escape(text)))
    }
}

/// Skips white space, which may be escaped.
fn skip_escaped_space(mut text: &[u8]) -> &[u8] {
    loop {
        let trimmed = text.trim_ascii_start();
        let backslashes = trimmed.iter().take_while(|&&byte| byte == b'\\').count();
        match trimmed.get(backslashes) {
            Some(b'n' | b't' | b'r') if backslashes > 0 => text = &trimmed[backslashes + 1..],
            _ => return trimmed,
        }
    }
}

/// Removes the escapes of a literal, from inside it to its end.
fn decode_literal(text: &str, delimiter: char) -> DecodedLiteral {
    let mut decoded = DecodedText::new();
    let mut offset = 0;
    while let Some(character) = text[offset..].chars().next() {
        let rest = &text[offset..];
        if character == '\\' {
            let Some((length, value)) = decode_escape(rest) else {
                break;
            };
            let value = value.map(String::from).unwrap_or_default();
            decoded.push(&value, offset..offset + length);
            offset += length;
        } else if character == delimiter {
            match skip_to_next_piece(&rest[1..], delimiter) {
                NextPiece::At(length) => offset += 1 + length,
                NextPiece::Unknown => break,
                NextPiece::None => {
                    let is_open = false;
                    return DecodedLiteral { decoded, is_open };
                }
            }
        } else {
            let end = rest.find(['\\', delimiter]).unwrap_or(rest.len());
            decoded.push_plain(&rest[..end], offset);
            offset += end;
        }
    }
    let is_open = true;
    DecodedLiteral { decoded, is_open }
}

/// The place where a literal continues after a closing quote.
enum NextPiece {
    /// After this number of bytes.
    At(usize),
    /// The text does not determine it.
    Unknown,
    /// Nowhere.
    None,
}

/// Looks for the next piece of a literal, as in `"a" "b"` of C and Python and
/// `"a" + "b"` of other languages.
fn skip_to_next_piece(text: &str, delimiter: char) -> NextPiece {
    let rest = text.trim_start();
    let rest = rest
        .strip_prefix(['+', '.', '\\'])
        .unwrap_or(rest)
        .trim_start();
    match rest.chars().next() {
        Some(next) if next == delimiter => NextPiece::At(text.len() - rest.len() + 1),
        Some(_) => NextPiece::None,
        None => NextPiece::Unknown,
    }
}

/// Returns the length of the escape sequence at the beginning of a text, and
/// its value; a line continuation has none. Returns `None` if it is cut off.
fn decode_escape(text: &str) -> Option<(usize, Option<char>)> {
    let escaped = text[1..].chars().next()?;
    let value = match escaped {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        '\n' => return Some((2, None)),
        'x' => return Some(decode_number(text, 2, 2, 16)),
        'u' => return Some(decode_number(text, 2, 4, 16)),
        '0'..='7' => return Some(decode_number(text, 1, 3, 8)),
        other => other,
    };
    Some((1 + escaped.len_utf8(), Some(value)))
}

/// Decodes the digits of an escape sequence; a sequence without digits is the
/// character after the backslash.
fn decode_number(text: &str, start: usize, max: usize, radix: u32) -> (usize, Option<char>) {
    let digits = text[start..].bytes().take(max);
    let length = digits
        .take_while(|byte| char::from(*byte).is_digit(radix))
        .count();
    let number = u32::from_str_radix(&text[start..start + length], radix);
    match number {
        Ok(number) => (start + length, char::from_u32(number)),
        Err(_) => (2, text[1..].chars().next()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &str) -> Option<String> {
        let quotes = LiteralQuotes::detect(text.as_bytes(), Some(b'"'))?;
        Some(quotes.decode(text).decoded.text.into_owned())
    }

    #[test]
    fn escapes_are_removed_at_any_depth() {
        let json = r#"{"execute": "a\"b"}"#;
        let mut text = json.to_owned();
        for depth in 1..=3 {
            let delimiter = '"';
            text = LiteralQuotes {
                delimiter,
                depth: 1,
            }
            .encode(&text)
            .unwrap();
            assert_eq!(
                decode(&format!("{text}\" x")).as_deref(),
                Some(json),
                "{depth}"
            );
        }
    }

    #[test]
    fn pieces_are_joined() {
        for text in [
            "{ 'execute':\"\n   \" 'a'}\");",
            "{ 'execute':\" +\n \" 'a'}\"",
            "{ \\x27execute\\047:\\\n 'a'}\"",
        ] {
            let decoded = decode(text);
            assert!(
                decoded.is_none_or(|text| text == "{ 'execute': 'a'}"),
                "{text}"
            );
        }
        assert_eq!(
            decode("{ 'execute':\"\n \"'a'}\"").unwrap(),
            "{ 'execute':'a'}"
        );
        assert_eq!(
            decode("{ 'execute': \" PRIu64 \"}\"").unwrap(),
            "{ 'execute': "
        );
    }
}
