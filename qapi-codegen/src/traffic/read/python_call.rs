//! Calls of QEMU's Python classes: `vm.qmp('blockdev-add', driver='null-co')`.

use super::notation::{Block, Line, Notation, Reading, decode_utf8};
use super::python_literal::to_json;
use super::{LoggedMessage, NotatedMessages, Replace, Sender, TextPosition, evidence};
use crate::json::{self, JsonMember, JsonValue, ParsedJson, SyntaxError};

/// Calls with a command and its arguments as literals.
pub struct PythonCall<'r> {
    is_command: &'r dyn Fn(&str) -> bool,
}

/// The names of the methods.
const METHODS: [&[u8]; 4] = [b".qmp(", b".cmd(", b".qmp_log(", b".command("];

/// Parameters of the methods of some clients, which are not arguments of the
/// command.
const PARAMETERS: [&str; 7] = [
    "conv_keys",
    "filters",
    "indent",
    "timeout",
    "debug",
    "fd",
    "raise_on_error",
];

impl<'r> PythonCall<'r> {
    pub fn new(is_command: &'r dyn Fn(&str) -> bool) -> Self {
        PythonCall { is_command }
    }
}

impl Notation for PythonCall<'_> {
    fn name(&self) -> &'static str {
        "Python call"
    }

    fn find(&self, line: &Line<'_>, from: usize) -> Option<usize> {
        let begins_call = |text: &[u8]| METHODS.iter().any(|method| text.starts_with(method));
        let mut dots = memchr::memchr_iter(b'.', &line.text[from..]);
        let found = dots.find(|offset| begins_call(&line.text[from + offset..]))?;
        Some(from + found)
    }

    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a> {
        let Some(start) = block.text.iter().position(|byte| *byte == b'(') else {
            return Reading::Text;
        };
        let call = &block.text[start..];
        let is_known = command_name(call).is_some_and(self.is_command);
        match argument_list(call) {
            ArgumentList::Open if !block.is_at_end && is_known => Reading::Incomplete,
            ArgumentList::Closed(arguments) if is_known => {
                let length = start + arguments.len() + 2;
                match parse_call(arguments) {
                    Ok(request) => {
                        let position = block.position();
                        Reading::Messages(length, Box::new(CalledRequest { request, position }))
                    }
                    Err(message) => Reading::Unread(length, SyntaxError { offset: 0, message }),
                }
            }
            _ => Reading::Text,
        }
    }
}

/// The arguments of a call.
enum ArgumentList<'a> {
    /// The text between the parentheses.
    Closed(&'a str),
    /// The text ends before them.
    Open,
    /// Not the arguments of a call.
    Invalid,
}

/// Finds the end of a call from its opening parenthesis on.
fn argument_list(call: &[u8]) -> ArgumentList<'_> {
    // The inner values may be any expression, so only brackets and quotes count.
    let mut depth = 0_usize;
    let mut offset = 0;
    while let Some(&byte) = call.get(offset) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b'"' | b'\'' => match string_end(call, offset) {
                Some(end) => offset = end,
                None => return ArgumentList::Invalid,
            },
            _ => {}
        }
        if depth == 0 {
            let inner = decode_utf8(&call[1..offset]);
            return inner.map_or(ArgumentList::Invalid, ArgumentList::Closed);
        }
        offset += 1;
    }
    ArgumentList::Open
}

/// Returns the offset of the quote that ends a string on its line.
fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut offset = start + 1;
    loop {
        let rest = text.get(offset..)?;
        offset += memchr::memchr3(text[start], b'\\', b'\n', rest)?;
        match text[offset] {
            b'\\' => offset += 2,
            b'\n' => return None,
            _ => return Some(offset),
        }
    }
}

/// Returns the first argument of a call, if it is a string.
fn command_name(call: &[u8]) -> Option<&str> {
    let offset = call.len() - call[1..].trim_ascii_start().len();
    let quote = call
        .get(offset)
        .filter(|byte| matches!(byte, b'"' | b'\''))?;
    let rest = &call[offset + 1..];
    let end = memchr::memchr(*quote, &rest[..rest.len().min(80)])?;
    decode_utf8(&rest[..end])
        .ok()
        .filter(|name| evidence::is_name(name))
}

/// Returns the request of a call.
fn parse_call(arguments: &str) -> Result<JsonValue<'static>, String> {
    let mut pieces = split_arguments(arguments).into_iter();
    let command = parse_literal(pieces.next().unwrap_or_default())?;
    let mut members = Vec::new();
    for piece in pieces {
        match piece
            .split_once('=')
            .filter(|(name, _)| evidence::is_name(name.trim()))
        {
            Some((name, value)) => {
                let name = name.trim();
                if PARAMETERS.contains(&name) {
                    return Err(format!("`{name}` is not an argument of the command"));
                }
                members.push(JsonMember::new(
                    name.replace('_', "-"),
                    parse_literal(value)?,
                ));
            }
            None => match parse_literal(piece)? {
                JsonValue::Object(object) => members.extend(object),
                JsonValue::Null => {}
                _ => return Err("expected a dictionary of arguments".to_owned()),
            },
        }
    }
    Ok(JsonValue::object([
        ("execute", command),
        ("arguments", JsonValue::Object(members)),
    ]))
}

fn parse_literal(text: &str) -> Result<JsonValue<'static>, String> {
    let json = to_json(text);
    let parsed = json::parse(&json.text).map_err(|_| {
        let shown: String = text.trim().chars().take(20).collect();
        format!("not a literal: `{shown}`")
    })?;
    Ok(parsed.value.into_owned())
}

/// Splits arguments at commas outside brackets and strings.
fn split_arguments(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let (mut pieces, mut start, mut offset, mut depth) = (Vec::new(), 0, 0, 0_usize);
    while let Some(byte) = bytes.get(offset) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' | b'\'' => offset = string_end(bytes, offset).unwrap_or(bytes.len()),
            b',' if depth == 0 => {
                pieces.push(&text[start..offset]);
                start = offset + 1;
            }
            _ => {}
        }
        offset += 1;
    }
    let last = &text[start..];
    pieces.extend((!last.trim().is_empty()).then_some(last));
    pieces
}

struct CalledRequest {
    request: JsonValue<'static>,
    position: TextPosition,
}

impl NotatedMessages for CalledRequest {
    fn rewrite(&self, replace: &mut Replace<'_>) -> Result<Option<String>, String> {
        let replacement = replace(LoggedMessage {
            position: self.position,
            session: "",
            sender: Some(Sender::Client),
            notation: "Python call",
            is_bare_name: false,
            warning: None,
            json: Ok(&ParsedJson::from(self.request.clone())),
        });
        match replacement {
            None => Ok(None),
            Some(_) => Err("Calls of Python methods are not rewritten.".to_owned()),
        }
    }
}
