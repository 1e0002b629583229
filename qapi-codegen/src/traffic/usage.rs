//! Reading of what a program uses of QEMU: recorded messages, or a list of
//! names of commands and events.

use std::io;

use super::read::{Content, Entry, read};
use crate::diff::usage::Usage;
use crate::json::{JsonValue, parse_python};

/// Adds the messages and names in a text.
///
/// # Errors
///
/// The text is malformed, or has neither a message nor a name. The error has
/// the line.
pub fn read_usage(text: &str, usage: &mut Usage) -> Result<(), String> {
    let mut malformed = None;
    let mut found = false;
    let visited = read(&mut text.as_bytes(), &is_name, &mut |entry: Entry<'_>| {
        found |= match entry.content {
            Content::Message(parsed) => usage.add_message(&parsed.value),
            Content::Recorded(recorded) => {
                let message = parse_python(&recorded.raw).ok();
                message.is_some_and(|parsed| usage.add_message(&parsed.value))
            }
            Content::Shell(line) => {
                let message = line.message();
                message.is_some_and(|message| add_line(&message, usage))
            }
            Content::Other => false,
            Content::Broken(error) => {
                malformed.get_or_insert(error);
                false
            }
        };
        Ok::<(), io::Error>(())
    });
    match (visited, malformed) {
        (Err(error), _) => Err(error.to_string()),
        (_, Some(error)) => Err(format!("line {}: {}", error.place.line, error.message)),
        _ if found => Ok(()),
        _ => Err("no message and no name of a command".to_owned()),
    }
}

/// Adds a line of qmp-shell. A line without arguments is a name.
fn add_line(message: &JsonValue<'_>, usage: &mut Usage) -> bool {
    let arguments = message.get("arguments").and_then(JsonValue::members);
    match message.get("execute").and_then(JsonValue::as_str) {
        Some(name) if arguments.is_none_or(<[_]>::is_empty) => {
            usage.add_name(name);
            true
        }
        _ => usage.add_message(message),
    }
}

/// Whether a single word on a line is the name of a command or event.
fn is_name(word: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.chars().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage_in(texts: &[&str]) -> Result<Usage, String> {
        let mut usage = Usage::default();
        let mut each = texts.iter();
        each.try_for_each(|text| read_usage(text, &mut usage))?;
        Ok(usage)
    }

    #[test]
    fn records_are_requests_logs_lines_and_names() {
        let usage = usage_in(&[
            "{\"execute\":\"stop\"}\n{\"event\":\"STOP\"} {\"return\":{}}",
            "{\"dir\":\">\",\"raw\":\"{\\\"execute\\\":\\\"cont\\\"}\"}",
            "# a list\nquery-status\nblockdev-add driver=file file.driver=x\nRESET\n",
        ]);
        let usage = usage.unwrap();
        assert!(
            usage
                .commands()
                .eq(["blockdev-add", "cont", "query-status", "stop"])
        );
        assert!(usage.events().eq(["RESET", "STOP"]));
    }

    #[test]
    fn errors_have_a_line() {
        let error = usage_in(&["<html>\n"]).unwrap_err();
        assert!(error.starts_with("no message"), "{error}");
        let error = usage_in(&["{\"execute\":\"stop\"}\n{\"x\n"]).unwrap_err();
        assert!(error.starts_with("line 2"), "{error}");
    }
}
