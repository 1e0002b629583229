//! Reading of what a program uses of QEMU: recorded messages, or a list of
//! names of commands and events.

use std::io::{self, BufRead};

use super::read::{LogContent, LogEntry, read};
use crate::diff::usage::Usage;
use crate::json::JsonValue;

/// Adds the messages and names in a text. `is_command` knows the commands of all
/// releases.
///
/// # Errors
///
/// The text is malformed, or has neither a message nor a name. The error has
/// the line.
pub fn read_usage(
    input: &mut dyn BufRead,
    is_command: &dyn Fn(&str) -> bool,
    usage: &mut Usage,
) -> Result<(), String> {
    let mut malformed = None;
    let mut found = false;
    let mut visit = |entry: LogEntry<'_>| {
        match &entry.content {
            LogContent::Messages(messages) => messages.for_each(&mut |message| {
                let parsed = message.json.as_ref().ok();
                found |= parsed.is_some_and(|parsed| match message.is_bare_name {
                    true => add_bare_name(&parsed.value, usage),
                    false => usage.add_message(&parsed.value),
                });
            }),
            LogContent::Text | LogContent::Unread(_) | LogContent::CommandLine(_) => {}
            LogContent::Malformed(error) => drop(malformed.get_or_insert(error.clone())),
        }
        Ok::<(), io::Error>(())
    };
    let is_name = |word: &str| is_event(word) || is_command(word);
    let visited = read(input, &is_name, &mut visit);
    match (visited, malformed) {
        (Err(error), _) => Err(error.to_string()),
        (_, Some(error)) => Err(format!("line {}: {}", error.position.line, error.message)),
        _ if found => Ok(()),
        _ => Err("no message and no name of a command".to_owned()),
    }
}

fn add_bare_name(message: &JsonValue<'_>, usage: &mut Usage) -> bool {
    let name = message.get("execute").and_then(JsonValue::as_str);
    name.inspect(|name| usage.add_name(name)).is_some()
}

/// Returns whether a word has the form of the name of an event.
fn is_event(word: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    word.len() > 2 && word.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage_in(texts: &[&str]) -> Result<Usage, String> {
        let mut usage = Usage::default();
        let is_command = |name: &str| ["query-status", "blockdev-add"].contains(&name);
        let mut each = texts.iter();
        each.try_for_each(|text| read_usage(&mut text.as_bytes(), &is_command, &mut usage))?;
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
        let error = usage_in(&["{\"execute\":\"stop\"}\n{\"execute\":\n"]).unwrap_err();
        assert!(error.starts_with("line 2"), "{error}");
    }
}
