//! Calls of Proxmox VE's Perl function: `mon_cmd($vmid, 'stop', timeout => 5)`.

use memchr::memmem::Finder;

use super::evidence::is_name;
use super::notation::{Block, Line, Notation, Reading};
use super::python_call::{ArgumentList, CalledRequest, argument_list, split_arguments};
use crate::json::{self, JsonMember, JsonValue, SyntaxError};

/// Calls with a command and its arguments as literals.
pub struct PerlCall {
    finder: Finder<'static>,
}

/// The function, and the machine as its first argument.
const BEGINNING: &[u8] = b"mon_cmd(";

/// Arguments of the function that are not arguments of the command.
const PARAMETERS: [&str; 2] = ["timeout", "noerr"];

/// The greatest number of lines of a call.
const MAX_LINES: usize = 100;

impl PerlCall {
    pub fn new() -> Self {
        PerlCall {
            finder: Finder::new(BEGINNING),
        }
    }
}

impl Notation for PerlCall {
    fn name(&self) -> &'static str {
        "Perl call"
    }

    fn find(&self, line: &Line<'_>, from: usize) -> Option<usize> {
        let found = self.finder.find(&line.text[from..])?;
        Some(from + found)
    }

    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a> {
        let start = BEGINNING.len() - 1;
        let call = &block.text[start..];
        let inner = call[1..].trim_ascii_start();
        let is_call = inner.first().is_none_or(|first| *first == b'$');
        let is_short = || memchr::memchr_iter(b'\n', call).count() < MAX_LINES;
        match argument_list(call) {
            ArgumentList::Open if is_call && !block.is_at_end && is_short() => Reading::Incomplete,
            ArgumentList::Closed(arguments) if is_call => {
                let length = start + arguments.len() + 2;
                match parse_call(arguments) {
                    Ok(request) => Reading::Messages(
                        length,
                        Box::new(CalledRequest {
                            request: request.into(),
                            position: block.position(),
                            notation: "Perl call",
                        }),
                    ),
                    Err(message) => Reading::Unread(length, SyntaxError { offset: 0, message }),
                }
            }
            _ => Reading::Text,
        }
    }
}

/// Returns the request of a call.
fn parse_call(arguments: &str) -> Result<JsonValue<'static>, String> {
    let mut pieces = split_arguments(arguments).into_iter().skip(1);
    let command = parse_literal(pieces.next().unwrap_or_default())?;
    if !command.as_str().is_some_and(is_name) {
        return Err("expected the name of a command".to_owned());
    }
    let mut members = Vec::new();
    for piece in pieces {
        let (name, value) = piece.split_once("=>").ok_or_else(|| not_literal(piece))?;
        let name = name.trim().trim_matches(['\'', '"']);
        if !PARAMETERS.contains(&name) {
            members.push(JsonMember::new(name.to_owned(), parse_literal(value)?));
        }
    }
    Ok(JsonValue::object([
        ("execute", command),
        ("arguments", JsonValue::Object(members)),
    ]))
}

/// Parses a number, or a string without variables.
fn parse_literal(text: &str) -> Result<JsonValue<'static>, String> {
    let text = text.trim();
    let is_plain = match text.as_bytes().first() {
        Some(b'"') => !text.contains(['$', '@']),
        Some(b'\'' | b'-' | b'0'..=b'9') => true,
        _ => false,
    };
    let parsed = json::parse(text).ok().filter(|_| is_plain);
    let value = parsed.map(|parsed| parsed.value.without_source().into_owned());
    value.ok_or_else(|| not_literal(text))
}

fn not_literal(text: &str) -> String {
    let shown: String = text.trim().chars().take(20).collect();
    format!("not a literal: `{shown}`")
}
