//! Calls of QEMU's Python classes: `vm.qmp('blockdev-add', driver='null-co')`.

use super::notation::{Block, Line, Notation, Reading, decode_utf8};
use super::python_literal::to_json;
use super::{LoggedMessage, NotatedMessages, Replace, Sender, TextPosition, evidence};
use crate::json::{self, JsonMember, JsonValue, ParsedJson, SyntaxError};

/// Calls with a command and its arguments as literals.
pub struct PythonCall<'r> {
    is_command: &'r dyn Fn(&str) -> bool,
}

/// A method that sends commands.
struct Method {
    /// Its name, with the characters around it.
    call: &'static [u8],
    /// Its parameters that are not arguments of the command, and change nothing in it.
    ignored: &'static [&'static str],
    /// `true` if no other library has a method of this name.
    is_certain: bool,
}

const METHODS: [Method; 4] = [
    Method {
        call: b".qmp(",
        ignored: &[],
        is_certain: true,
    },
    Method {
        call: b".cmd(",
        ignored: &[],
        is_certain: false,
    },
    Method {
        call: b".qmp_log(",
        ignored: &["filters", "indent"],
        is_certain: true,
    },
    Method {
        call: b".command(",
        ignored: &[],
        is_certain: false,
    },
];

/// The parameter that says whether underscores in names become hyphens.
const CONVERSION: &str = "conv_keys";

/// Parameters of the methods of some clients, which are not arguments of the
/// command.
const PARAMETERS: [&str; 6] = [
    "filters",
    "indent",
    "timeout",
    "debug",
    "fd",
    "raise_on_error",
];

/// The greatest number of lines of a call whose command is not known.
const MAX_LINES: usize = 20;

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
        let begins_call = |text: &[u8]| METHODS.iter().any(|own| text.starts_with(own.call));
        let mut dots = memchr::memchr_iter(b'.', &line.text[from..]);
        let found = dots.find(|offset| begins_call(&line.text[from + offset..]))?;
        Some(from + found)
    }

    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a> {
        let method = METHODS.iter().find(|own| block.text.starts_with(own.call));
        let Some(method) = method else {
            return Reading::Text;
        };
        let start = method.call.len() - 1;
        let call = &block.text[start..];
        let command = command_argument(call);
        let is_known = command.name().is_some_and(self.is_command);
        let may_be_known = command == CommandArgument::Missing
            || command == CommandArgument::Expression && method.is_certain;
        let is_short = || memchr::memchr_iter(b'\n', call).count() < MAX_LINES;
        match argument_list(call) {
            ArgumentList::Open if block.is_at_end => Reading::Text,
            ArgumentList::Open if is_known || may_be_known && is_short() => Reading::Incomplete,
            ArgumentList::Closed(arguments) if is_known || may_be_known => {
                let length = start + arguments.len() + 2;
                match parse_call(arguments, method) {
                    Ok(request) => Reading::Messages(
                        length,
                        Box::new(CalledRequest {
                            request: request.into(),
                            position: block.position(),
                            notation: "Python call",
                        }),
                    ),
                    Err(message) => Reading::Unread(length, SyntaxError { offset: 0, message }),
                }
            }
            _ => Reading::Text,
        }
    }
}

/// The arguments of a call.
pub enum ArgumentList<'a> {
    /// The text between the parentheses.
    Closed(&'a str),
    /// The text ends before them.
    Open,
    /// Not the arguments of a call.
    Invalid,
}

/// Finds the end of a call from its opening parenthesis on.
pub fn argument_list(call: &[u8]) -> ArgumentList<'_> {
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

/// The first argument of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CommandArgument<'a> {
    /// A string that is the name of a command.
    Name(&'a str),
    /// A variable, or a member of an object.
    Expression,
    /// The text ends before it.
    Missing,
    /// Something else.
    Other,
}

impl<'a> CommandArgument<'a> {
    fn name(self) -> Option<&'a str> {
        match self {
            CommandArgument::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// Returns the first argument of a call, from its opening parenthesis on.
fn command_argument(call: &[u8]) -> CommandArgument<'_> {
    let text = call[1..].trim_ascii_start();
    let text = text.strip_prefix(b"\\").unwrap_or(text).trim_ascii_start();
    let Some(&first) = text.first() else {
        return CommandArgument::Missing;
    };
    let rest = &text[1..];
    if matches!(first, b'"' | b'\'') {
        let end = memchr::memchr(first, &rest[..rest.len().min(80)]);
        let name = end.and_then(|end| decode_utf8(&rest[..end]).ok());
        let name = name.filter(|name| evidence::is_name(name));
        return name.map_or(CommandArgument::Other, CommandArgument::Name);
    }
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_.".contains(byte);
    let length = rest.iter().take_while(is_part).count();
    let ends = matches!(rest.get(length), Some(b',' | b')'));
    match (first.is_ascii_alphabetic() || first == b'_') && ends {
        true => CommandArgument::Expression,
        false => CommandArgument::Other,
    }
}

/// Returns the request of a call.
fn parse_call(arguments: &str, method: &Method) -> Result<JsonValue<'static>, String> {
    // A backslash joins lines, in a string and outside of it.
    let arguments = arguments.replace("\\\n", "");
    let mut pieces = split_arguments(&arguments).into_iter();
    let command = parse_literal(pieces.next().unwrap_or_default())?;
    if !command.as_str().is_some_and(evidence::is_name) {
        return Err("expected the name of a command".to_owned());
    }
    let (mut members, mut converts) = (Vec::new(), true);
    let mut named = Vec::new();
    for piece in pieces {
        match piece
            .split_once('=')
            .map(|(name, value)| (name.trim(), value))
        {
            Some((name, _)) if method.ignored.contains(&name) => {}
            Some((CONVERSION, value)) => converts = parse_literal(value)? != JsonValue::Bool(false),
            Some((name, _)) if PARAMETERS.contains(&name) => {
                return Err(format!("`{name}` is not an argument of the command"));
            }
            Some((name, value)) if evidence::is_name(name) => {
                named.push(JsonMember::new(name.to_owned(), parse_literal(value)?));
            }
            _ => match parse_literal(piece.trim().trim_start_matches("**"))? {
                JsonValue::Object(object) if piece.trim().starts_with("**") => {
                    named.extend(object);
                }
                JsonValue::Object(object) => members.extend(object),
                JsonValue::Null => {}
                _ => return Err("expected a dictionary of arguments".to_owned()),
            },
        }
    }
    members.extend(named.into_iter().map(|member| match converts {
        true => JsonMember::new(member.name.value.replace('_', "-"), member.value),
        false => member,
    }));
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
pub fn split_arguments(text: &str) -> Vec<&str> {
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

/// A request that is a call in a programming language.
pub struct CalledRequest {
    pub request: ParsedJson<'static>,
    pub position: TextPosition,
    pub notation: &'static str,
}

impl NotatedMessages for CalledRequest {
    fn rewrite(&self, replace: &mut Replace<'_>) -> Result<Option<String>, String> {
        let replacement = replace(LoggedMessage {
            position: self.position,
            session: "",
            sender: Some(Sender::Client),
            notation: self.notation,
            is_bare_name: false,
            warning: None,
            json: Ok(&self.request),
        });
        match replacement {
            None => Ok(None),
            Some(_) => Err(format!("A {} is not rewritten.", self.notation)),
        }
    }
}
