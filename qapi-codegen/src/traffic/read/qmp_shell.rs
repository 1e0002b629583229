//! Lines of qmp-shell: `blockdev-add driver=qcow2 file.driver=file`.

use std::borrow::Cow;

use super::evidence::is_name;
use super::notation::{Block, Line, Notation, Reading, decode_utf8};
use super::shell_words::{self, ShellWord};
use super::{LoggedMessage, NotatedMessages, Replace, Sender, TextPosition};
use crate::json::{JsonMember, JsonValue, ParsedJson, SyntaxError};

/// Lines as they are typed into qmp-shell, with or without its prompt.
pub struct QmpShell<'r> {
    is_command: &'r dyn Fn(&str) -> bool,
    is_in_transaction: bool,
}

const PROMPTS: [&str; 2] = ["(QEMU)", "TRANS>"];

impl<'r> QmpShell<'r> {
    pub fn new(is_command: &'r dyn Fn(&str) -> bool) -> Self {
        QmpShell {
            is_command,
            is_in_transaction: false,
        }
    }
}

impl Notation for QmpShell<'_> {
    fn name(&self) -> &'static str {
        "qmp-shell"
    }

    fn find(&self, line: &Line<'_>, from: usize) -> Option<usize> {
        let offset = line.first_character(from)?;
        let text = std::str::from_utf8(&line.text[offset..]).ok()?;
        let begins = self.is_in_transaction || self.begins(text, line.follows_text);
        begins.then_some(offset)
    }

    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a> {
        let length = (block.first_line().len() + 1).min(block.text.len());
        let parsed = decode_utf8(&block.text[..length]);
        let parsed = parsed
            .and_then(|text| ShellLine::parse(text, block.position(), self.is_in_transaction));
        match parsed {
            Ok(line) => {
                self.is_in_transaction = line.leaves_transaction_open();
                Reading::Messages(length, Box::new(line))
            }
            Err(error) if is_usage(&block.text[..length]) => Reading::Unread(length, error),
            Err(error) => Reading::Malformed(length, error),
        }
    }
}

/// Returns whether a line shows how a command is used, with `[`, `<name>` or `...`
/// where a command has arguments.
fn is_usage(line: &[u8]) -> bool {
    let mut words = line.split(u8::is_ascii_whitespace);
    words.any(|word| word == b"..." || word.starts_with(b"[") || word.starts_with(b"<"))
}

impl QmpShell<'_> {
    /// Returns whether a line begins with a prompt, or with a command that has
    /// arguments or is alone. A word of the English language is alone in other
    /// text, too.
    fn begins(&self, line: &str, follows_text: bool) -> bool {
        if let Some(command) = strip_prompt(line) {
            return !command.trim().is_empty();
        }
        let mut words = line.split_ascii_whitespace();
        let command = words.next().unwrap_or_default();
        let has_arguments = words.next().map(|word| {
            let key = word.split_once('=').map(|(key, _)| key);
            key.is_some_and(is_name)
        });
        match command {
            "transaction(" => has_arguments.is_none(),
            _ if follows_text && has_arguments.is_none() && !command.contains(['-', '_']) => false,
            _ => is_name(command) && has_arguments != Some(false) && (self.is_command)(command),
        }
    }
}

fn strip_prompt(line: &str) -> Option<&str> {
    PROMPTS.iter().find_map(|prompt| line.strip_prefix(prompt))
}

/// A parsed line.
struct ShellLine<'a> {
    position: TextPosition,
    /// The message that qmp-shell sends; `None` for a line that only opens or
    /// closes a transaction.
    message: Option<ParsedJson<'a>>,
    is_action: bool,
    /// White space and prompt before the command.
    prefix: &'a str,
    words: Vec<ArgumentWord<'a>>,
    /// Text after the last argument.
    suffix: &'a str,
}

/// A `key=value` word.
struct ArgumentWord<'a> {
    /// The argument that the word sets, or in which it sets a member.
    argument: String,
    is_dotted: bool,
    text: &'a str,
}

impl ArgumentWord<'_> {
    /// What QEMU's own qmp-shell makes of the word, if it reads it differently.
    fn quirk(&self) -> Option<&'static str> {
        let value = self.text.split_once('=').map_or("", |(_, value)| value);
        let is_json = value.starts_with(['{', '[']);
        match () {
            () if self.is_dotted => Some(NESTED),
            () if self.text.contains('\\') && !is_json => Some(QUOTED),
            () if self.text.contains(['\'', '"']) && !is_json => Some(QUOTED),
            () if is_json && value.contains(|c: char| c.is_whitespace()) => Some(SPLIT),
            () => None,
        }
    }
}

const NESTED: &str = "QEMU's qmp-shell puts the arguments after one with a dot into the same \
    object; write `file={...}` instead of `file.driver=...`";

const QUOTED: &str = "QEMU's qmp-shell sends quotes and backslashes as part of the text; write \
    JSON without quotes around it, and `\\u0020` for a space in it";

const SPLIT: &str = "QEMU's qmp-shell of several releases ends an argument at a space; write JSON \
    without spaces, and `\\u0020` for a space in a string";

impl<'a> ShellLine<'a> {
    fn parse(
        line: &'a str,
        position: TextPosition,
        is_in_transaction: bool,
    ) -> Result<Self, SyntaxError> {
        let command = line.trim_start();
        let command = strip_prompt(command).unwrap_or(command);
        let words = shell_words::split(line, line.len() - command.len())?;
        let (opens, words) = match &words[..] {
            [first, rest @ ..] if first.value == "transaction(" => (true, rest),
            words => (false, words),
        };
        let words = match words {
            [rest @ .., last] if last.value == ")" => rest,
            words => words,
        };
        let is_action = opens || is_in_transaction;
        let mut parsed = ShellLine {
            position,
            message: None,
            is_action,
            prefix: line,
            words: Vec::new(),
            suffix: "",
        };
        if let [command, arguments @ ..] = words {
            if command.value == "..." {
                let (offset, message) = (command.start, "expected a command".to_owned());
                return Err(SyntaxError { offset, message });
            }
            let end = words.last().map_or(command.end, |word| word.end);
            (parsed.prefix, parsed.suffix) = (&line[..command.start], &line[end..]);
            let arguments = parsed.parse_arguments(line, arguments)?;
            let create = if is_action { transaction } else { request };
            parsed.message = Some(create(command.value.clone(), arguments).into());
        }
        Ok(parsed)
    }

    fn leaves_transaction_open(&self) -> bool {
        let end = if self.message.is_some() {
            self.suffix
        } else {
            self.prefix
        };
        self.is_action && !end.trim_end().ends_with(')')
    }

    fn parse_arguments(
        &mut self,
        line: &'a str,
        words: &[ShellWord<'a>],
    ) -> Result<JsonValue<'a>, SyntaxError> {
        let mut arguments = JsonValue::Object(Vec::new());
        for word in words {
            let error = |message: String| SyntaxError {
                offset: word.start,
                message,
            };
            let (key, value) = split_argument(&word.value).map_err(error)?;
            let value = shell_words::parse_value(value);
            insert_at(&mut arguments, &key, value).map_err(error)?;
            self.words.push(ArgumentWord {
                argument: key.split('.').next().unwrap_or_default().to_owned(),
                is_dotted: key.contains('.'),
                text: &line[word.start..word.end],
            });
        }
        Ok(arguments)
    }
}

fn split_argument<'a>(word: &Cow<'a, str>) -> Result<(String, Cow<'a, str>), String> {
    let split = word.split_once('=').filter(|(key, _)| !key.is_empty());
    let Some((key, value)) = split else {
        let shown: String = word.chars().take(40).collect();
        return Err(format!("expected `key=value`, found `{shown}`"));
    };
    let value = match word {
        Cow::Borrowed(word) => Cow::Borrowed(&word[key.len() + 1..]),
        Cow::Owned(_) => Cow::Owned(value.to_owned()),
    };
    Ok((key.to_owned(), value))
}

/// Inserts a value at a path of names separated by dots.
fn insert_at<'a>(
    mut object: &mut JsonValue<'a>,
    key: &str,
    value: JsonValue<'a>,
) -> Result<(), String> {
    let mut names = key.split('.');
    let last = names.next_back().unwrap_or_default();
    for name in names {
        if object.get(name).is_none() {
            object.set(name.to_owned(), JsonValue::Object(Vec::new()));
        }
        object = match object.get_mut(name) {
            Some(inner @ JsonValue::Object(_)) => inner,
            _ => return Err(format!("`{name}` in `{key}` is not an object")),
        };
    }
    if object.get(last).is_some() {
        return Err(format!("`{key}` is set more than once"));
    }
    object.set(last.to_owned(), value);
    Ok(())
}

fn request<'a>(command: Cow<'a, str>, arguments: JsonValue<'a>) -> JsonValue<'a> {
    JsonValue::object([
        ("execute", JsonValue::string(command)),
        ("arguments", arguments),
    ])
}

/// Creates a transaction with one action, because each line is an entry of its
/// own.
fn transaction<'a>(action: Cow<'a, str>, data: JsonValue<'a>) -> JsonValue<'a> {
    let action = JsonValue::object([("type", JsonValue::string(action)), ("data", data)]);
    let actions = JsonValue::object([("actions", JsonValue::Array(vec![action]))]);
    request(Cow::Borrowed("transaction"), actions)
}

/// Returns the name and arguments of a request, or of the one action of a
/// transaction.
fn command_and_arguments<'v, 't>(
    message: &'v JsonValue<'t>,
    is_action: bool,
) -> Option<(&'v str, &'v JsonValue<'t>)> {
    let arguments = message.get("arguments")?;
    if !is_action {
        return Some((message.get("execute")?.as_str()?, arguments));
    }
    let [action] = arguments.get("actions")?.elements()? else {
        return None;
    };
    Some((action.get("type")?.as_str()?, action.get("data")?))
}

impl NotatedMessages for ShellLine<'_> {
    fn rewrite(&self, replace: &mut Replace<'_>) -> Result<Option<String>, String> {
        let Some(message) = &self.message else {
            return Ok(None);
        };
        let replacement = replace(LoggedMessage {
            position: self.position,
            session: "",
            sender: Some(Sender::Client),
            notation: "qmp-shell",
            is_bare_name: !self.is_action && self.words.is_empty(),
            warning: self.warning(),
            json: Ok(message),
        });
        let Some(replacement) = replacement else {
            return Ok(None);
        };
        let line = self.format(&replacement);
        let error = || "The new request cannot be written as a line of qmp-shell.".to_owned();
        line.map(Some).ok_or_else(error)
    }
}

impl ShellLine<'_> {
    fn format(&self, message: &JsonValue<'_>) -> Option<String> {
        let (command, arguments) = command_and_arguments(message, self.is_action)?;
        let command = shell_words::format_value(&JsonValue::string(command))?;
        let mut line = format!("{}{command}", self.prefix);
        for member in arguments.members()? {
            for word in self.format_argument(member)? {
                line.push(' ');
                line.push_str(&word);
            }
        }
        Some(line + self.suffix)
    }

    /// Returns the words of an argument, in their original spelling if its value
    /// is unchanged and QEMU's own qmp-shell reads it, too.
    fn format_argument(&self, argument: &JsonMember<'_>) -> Option<Vec<String>> {
        let name = &argument.name.value;
        let is_unchanged = self.original_value(name) == Some(&argument.value);
        let original = self
            .words
            .iter()
            .filter(|word| is_unchanged && word.argument == *name);
        let original: Vec<&ArgumentWord<'_>> = original.collect();
        let keep = || original.iter().map(|word| word.text.to_owned()).collect();
        if !original.is_empty() && original.iter().all(|word| word.quirk().is_none()) {
            return Some(keep());
        }
        match shell_words::format_value(&argument.value) {
            Some(value) => Some(vec![format!("{name}={value}")]),
            None => (!original.is_empty()).then(keep),
        }
    }

    /// The difference between the message and what QEMU's own qmp-shell sends.
    fn warning(&self) -> Option<&'static str> {
        let (last, others) = self.words.split_last()?;
        let is_nested = |word: &&ArgumentWord<'_>| word.is_dotted;
        let nests = || others.iter().find(is_nested).and_then(ArgumentWord::quirk);
        let quirks = others.iter().chain([last]).filter(|word| !word.is_dotted);
        quirks.filter_map(ArgumentWord::quirk).next().or_else(nests)
    }

    fn original_value(&self, argument: &str) -> Option<&JsonValue<'_>> {
        let message = &self.message.as_ref()?.value;
        command_and_arguments(message, self.is_action)?
            .1
            .get(argument)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn with_line<T>(
        line: &str,
        is_in_transaction: bool,
        test: impl FnOnce(Result<ShellLine<'_>, SyntaxError>) -> T,
    ) -> T {
        test(ShellLine::parse(
            line,
            TextPosition::START,
            is_in_transaction,
        ))
    }

    #[test]
    fn dots_make_objects() {
        let line = "blockdev-add driver=qcow2 file.driver=file file.filename=/a size=1 x=off\n";
        let expected = r#"{"execute":"blockdev-add","arguments":{"driver":"qcow2","file":{"driver":"file","filename":"/a"},"size":1,"x":"off"}}"#;
        with_line(line, false, |line| {
            let message = line.unwrap().message.unwrap();
            assert_eq!(message.value, parse(expected).unwrap().value);
        });
    }

    #[test]
    fn unchanged_arguments_keep_their_spelling() {
        let line =
            "(QEMU)  blockdev-add  driver='qcow2' file.driver=file file.filename=\"/a b\"\r\n";
        let expected = "(QEMU)  blockdev-add driver=qcow2 node-name=a file={\"driver\":\"file\",\"filename\":\"/a\\u0020b\"}\r\n";
        with_line(line, false, |line| {
            let line = line.unwrap();
            let rewritten = line.rewrite(&mut |message| {
                let mut request = message.json.unwrap().value.clone().into_owned();
                let arguments = request.get_mut("arguments").unwrap().members_mut().unwrap();
                arguments.insert(1, JsonMember::new("node-name", JsonValue::string("a")));
                Some(request)
            });
            assert_eq!(rewritten.unwrap().unwrap(), expected);
        });
    }

    #[test]
    fn transactions_open_and_close() {
        for (line, is_in_transaction, has_message, leaves_open) in [
            ("transaction(\n", false, false, true),
            ("abort\n", true, true, true),
            (")\n", true, false, false),
            ("transaction( abort )\n", false, true, false),
        ] {
            with_line(line, is_in_transaction, |parsed| {
                let parsed = parsed.unwrap();
                assert!(parsed.is_action, "{line}");
                assert_eq!(parsed.message.is_some(), has_message, "{line}");
                assert_eq!(parsed.leaves_transaction_open(), leaves_open, "{line}");
            });
        }
    }

    #[test]
    fn errors_are_located() {
        for (line, offset, message) in [
            ("(QEMU) stop now", 12, "expected `key=value`, found `now`"),
            ("a b=1 b.c=2", 6, "`b` in `b.c` is not an object"),
        ] {
            let message = message.to_owned();
            let expected = SyntaxError { offset, message };
            with_line(line, false, |line| assert_eq!(line.err(), Some(expected)));
        }
    }
}
