//! Reading of what a program uses of QEMU: recorded messages, command lines, or a
//! list of names of commands and events.

use std::io::{self, BufRead};

use super::command_line::{ParameterForm, Parameters, TypedCommandLine, keyval};
use super::read::{CommandWord, LogContent, LogEntry, LoggedCommandLine, read};
use crate::diff::usage::Usage;
use crate::diff::used_options::{UsedOption, UsedParameter};
use crate::json::{self, JsonValue};

/// The options that take the arguments of a command, and the key of their first value.
const REQUESTS: [(&str, &str, &str); 4] = [
    ("blockdev", "blockdev-add", "driver"),
    ("device", "device_add", "driver"),
    ("netdev", "netdev_add", "type"),
    ("object", "object-add", "qom-type"),
];

/// Adds the messages, command lines and names in a text. `is_command` knows the commands of all
/// releases.
///
/// # Errors
///
/// The text is malformed, or has no message, command line or name. The error has
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
            LogContent::CommandLine(line) => {
                add_command_line(line, usage);
                found = true;
            }
            LogContent::Text | LogContent::Unread(_) => {}
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

/// Adds the options of a command line, and the requests that they stand for.
fn add_command_line(line: &LoggedCommandLine<'_>, usage: &mut Usage) {
    for option in TypedCommandLine::new(line, &|_| None).options {
        let argument = option.argument.map(|(_, word)| word);
        let parameters = argument.map(|word| Parameters::parse(word, true));
        let request = REQUESTS.iter().find(|own| own.0 == option.name);
        if let Some(((_, command, key), word)) = request.zip(argument)
            && let Some(arguments) = request_arguments(word, key)
        {
            usage.add_option_request(command, arguments);
        }
        usage.add_option(UsedOption {
            name: option.name.to_owned(),
            parameters: parameters.iter().flat_map(used_parameters).collect(),
        });
    }
}

/// The arguments of the request that an option stands for, if it is well-formed.
fn request_arguments(word: &CommandWord<'_>, first_key: &str) -> Option<JsonValue<'static>> {
    if word.value().starts_with('{') {
        let parsed = json::parse(word.value()).ok()?;
        return Some(parsed.value.into_owned());
    }
    keyval::to_object(&Parameters::parse(word, true), Some(first_key)).ok()
}

fn used_parameters(parameters: &Parameters<'_>) -> Vec<UsedParameter> {
    let parameters = parameters.list.iter();
    let used = parameters.map(|own| UsedParameter {
        key: (own.form != ParameterForm::First).then(|| own.key.to_owned()),
        value: own.value.to_string(),
    });
    used.collect()
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
    fn options_are_requests_too() {
        let line = "qemu-system-x86_64 -nodefaults -device virtio-blk-pci,drive=d,scsi=off \
                    -blockdev '{\"driver\":\"null-co\",\"node-name\":\"d\"}'\n";
        let usage = usage_in(&[line]).unwrap();
        assert!(usage.commands().eq(["blockdev-add", "device_add"]));
        assert!(usage.has_options());
    }

    #[test]
    fn errors_have_a_line() {
        let error = usage_in(&["<html>\n"]).unwrap_err();
        assert!(error.starts_with("no message"), "{error}");
        let error = usage_in(&["{\"execute\":\"stop\"}\n{\"execute\":\n"]).unwrap_err();
        assert!(error.starts_with("line 2"), "{error}");
    }
}
