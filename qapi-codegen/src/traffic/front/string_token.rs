//! Strings as QEMU's parser reads them, from 3.1 on.

use super::token_parser::TextProblem;

/// Returns the content of a string with its quotes, or its first problem.
pub fn check_string(token: &[u8]) -> Result<Vec<u8>, TextProblem> {
    let mut content = Vec::new();
    let mut rest = token.get(1..token.len() - 1).unwrap_or_default();
    while let [first, after @ ..] = rest {
        let character = match first {
            b'\\' => {
                // The closing quote is part of what QEMU quotes.
                let escape = &token[token.len() - 1 - rest.len()..];
                let (character, length) = read_escape(escape)?;
                rest = &rest[length..];
                character
            }
            0..0x80 => {
                rest = after;
                char::from(*first)
            }
            _ => {
                let (character, length) = read_utf8(rest).ok_or(("syntax-utf8", Vec::new()))?;
                rest = &rest[length..];
                character
            }
        };
        content.extend(character.to_string().bytes());
    }
    Ok(content)
}

/// Reads an escape sequence at the start of a text.
fn read_escape(text: &[u8]) -> Result<(char, usize), TextProblem> {
    let character = match text.get(1) {
        Some(byte @ (b'"' | b'\'' | b'\\' | b'/')) => char::from(*byte),
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return read_unicode_escape(text),
        _ => return Err(("syntax-escape", Vec::new())),
    };
    Ok((character, 2))
}

fn read_unicode_escape(text: &[u8]) -> Result<(char, usize), TextProblem> {
    let problem = |length: usize| ("syntax-unicode", text[..length.min(text.len())].to_vec());
    let first = read_hexadecimal(text).ok_or_else(|| problem(6))?;
    if !(0xD800..0xDC00).contains(&first) {
        let character = char::from_u32(first).filter(|own| !is_noncharacter(*own));
        return character.map(|own| (own, 6)).ok_or_else(|| problem(6));
    }
    let second = text.get(6..).and_then(read_hexadecimal);
    let second = second.filter(|second| (0xDC00..0xE000).contains(second));
    let second = second.ok_or_else(|| problem(6))?;
    let character = char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
    let character = character.filter(|own| !is_noncharacter(*own));
    character.map(|own| (own, 12)).ok_or_else(|| problem(12))
}

/// Reads `\u` and four digits.
fn read_hexadecimal(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let is_valid = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_valid)?;
    u32::from_str_radix(digits, 16).ok()
}

/// Reads a character that is not ASCII. QEMU also takes the long form of NUL.
fn read_utf8(text: &[u8]) -> Option<(char, usize)> {
    if text.starts_with(&[0xC0, 0x80]) {
        return Some(('\0', 2));
    }
    let read = |length| {
        std::str::from_utf8(text.get(..length)?)
            .ok()?
            .chars()
            .next()
    };
    let character = (2..=4).find_map(read)?;
    (!is_noncharacter(character)).then(|| (character, character.len_utf8()))
}

fn is_noncharacter(character: char) -> bool {
    let code = u32::from(character);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_name_what_qemu_quotes() {
        let problem = |text: &[u8]| match check_string(text) {
            Ok(content) => String::from_utf8(content).unwrap(),
            Err((problem, value)) => format!("{problem} {}", String::from_utf8_lossy(&value)),
        };
        for (text, expected) in [
            (&b"\"a\\u00e9\\ud83d\\ude00'\""[..], "aé😀'"),
            (b"'it\\'s \xC3\xA9'", "it's é"),
            (b"\"\xC0\x80\"", "\0"),
            (b"\"\\ud83d\\ude0\"", "syntax-unicode \\ud83d"),
            (b"\"\\u12\"", "syntax-unicode \\u12\""),
            (b"\"\\uFDD0\"", "syntax-unicode \\uFDD0"),
            (b"\"\\q\"", "syntax-escape "),
            (b"\"\xED\xA0\x80\"", "syntax-utf8 "),
            (b"\"\xEF\xBF\xBF\"", "syntax-utf8 "),
            (b"\"\xC3\"", "syntax-utf8 "),
        ] {
            assert_eq!(problem(text), expected);
        }
    }
}
