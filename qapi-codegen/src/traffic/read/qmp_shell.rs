//! Lines of qmp-shell: `blockdev-add driver=qcow2 file.driver=file`.

use std::borrow::Cow;

use super::evidence::is_name;
use super::notation::{Block, Line, Notation, Reading, decode_utf8};
use super::shell_words::{self, ShellWord, is_blank};
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
        let mut words = line.split(is_blank).filter(|word| !word.is_empty());
        let command = words.next().unwrap_or_default();
        let argument = words.next().filter(|word| !word.starts_with('#'));
        let has_arguments = argument.map(|word| {
            let key = word.split_once('=').map(|(key, _)| key);
            key.is_some_and(|key| is_name(key.trim_matches(['\'', '"'])))
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
    /// Set if the line ends the transaction.
    is_closed: bool,
    /// Set if QEMU's own qmp-shell reads another command.
    is_command_quoted: bool,
    /// White space and prompt before the command.
    prefix: &'a str,
    words: Vec<ArgumentWord<'a>>,
    /// Text after the last argument: the end of a transaction, and a comment.
    suffix: &'a str,
}

/// A `key=value` word.
struct ArgumentWord<'a> {
    /// The argument that the word sets, or in which it sets a member.
    argument: String,
    is_dotted: bool,
    /// Set if quotes or backslashes are not part of the value.
    is_quoted: bool,
    text: &'a str,
}

impl ArgumentWord<'_> {
    /// Returns whether QEMU's own qmp-shell reads it alike wherever it is.
    fn is_plain(&self) -> bool {
        !self.is_dotted && self.quirk().is_none()
    }

    /// What QEMU's own qmp-shell makes of the value, if it reads it differently.
    fn quirk(&self) -> Option<&'static str> {
        match () {
            () if self.is_quoted => Some(QUOTED),
            () if self.text.contains(is_blank) => Some(SPLIT),
            () => None,
        }
    }
}

const NESTED: &str = "QEMU's qmp-shell puts the arguments after one with a dot into the same \
    object; write `file={...}` instead of `file.driver=...`";

const QUOTED: &str = "QEMU's qmp-shell of most releases sends quotes and backslashes as part of the \
    text; write JSON without quotes around it, and `\\u0020` for a space in it";

const SPLIT: &str = "QEMU's qmp-shell of several releases ends an argument at a space; write JSON \
    without spaces, and `\\u0020` for a space in a string";

const COMMENT: &str = "QEMU's qmp-shell has no comments and does not send the line; write the \
    comment on a line of its own";

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
        let (is_closed, words) = match words {
            [rest @ .., last] if last.value == ")" => (true, rest),
            words => (false, words),
        };
        let is_action = opens || is_in_transaction;
        let mut parsed = ShellLine {
            position,
            message: None,
            is_action,
            is_closed,
            is_command_quoted: false,
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
            parsed.is_command_quoted = matches!(command.value, Cow::Owned(_));
            let arguments = parsed.parse_arguments(line, arguments)?;
            let create = if is_action { transaction } else { request };
            parsed.message = Some(create(command.value.clone(), arguments).into());
        }
        Ok(parsed)
    }

    fn leaves_transaction_open(&self) -> bool {
        self.is_action && !self.is_closed
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
                is_quoted: matches!(word.value, Cow::Owned(_)),
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
        let (comment, suffix) = self.move_comment();
        let mut line = format!("{comment}{}{command}", self.prefix);
        for member in arguments.members()? {
            for word in self.format_argument(member)? {
                line.push(' ');
                line.push_str(&word);
            }
        }
        Some(line + &suffix)
    }

    /// Returns a line with the comment, and the text after the arguments without it.
    /// A comment stays that would be a command on a line of its own.
    fn move_comment(&self) -> (String, String) {
        let (before, comment) = self.suffix.split_at(self.comment_offset());
        let text = comment.trim_start_matches('#').trim();
        if text.is_empty() || text.split(is_blank).all(|word| word.contains('=')) {
            return (String::new(), self.suffix.to_owned());
        }
        let end = &comment[comment.trim_end().len()..];
        let line_end = if end.is_empty() { "\n" } else { end };
        let indentation = &self.prefix[..self.prefix.len() - self.prefix.trim_start().len()];
        let before = before.trim_end();
        (
            format!("{indentation}# {text}{line_end}"),
            format!("{before}{end}"),
        )
    }

    /// The offset of the comment in the suffix, or its length.
    fn comment_offset(&self) -> usize {
        self.suffix.find('#').unwrap_or(self.suffix.len())
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
        if !original.is_empty() && original.iter().all(|word| word.is_plain()) {
            return Some(keep());
        }
        match shell_words::format_value(&argument.value) {
            Some(value) => Some(vec![format!("{name}={value}")]),
            None => (!original.is_empty()).then(keep),
        }
    }

    /// The difference between the message and what QEMU's own qmp-shell sends.
    fn warning(&self) -> Option<&'static str> {
        let mut quirks = self.words.iter().filter_map(ArgumentWord::quirk);
        let command = self.is_command_quoted.then_some(QUOTED);
        let nests = || {
            let (_, before) = self.words.split_last()?;
            before.iter().any(|word| word.is_dotted).then_some(NESTED)
        };
        let has_comment = self.comment_offset() < self.suffix.len();
        let first = command.or_else(|| quirks.next()).or_else(nests);
        first.or_else(|| has_comment.then_some(COMMENT))
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
    fn lines_that_other_shells_misread_have_a_warning() {
        for (line, warning) in [
            ("a b=1 c={\"d\":\"e\"} f.g=2\n", None),
            ("a b='c'\n", Some(QUOTED)),
            ("a b.c='d'\n", Some(QUOTED)),
            ("(QEMU) 'a' b=c\n", Some(QUOTED)),
            ("a b={\"c\": 1}\n", Some(SPLIT)),
            ("a b.c=1 d=2\n", Some(NESTED)),
            ("a b=1 # c\n", Some(COMMENT)),
        ] {
            with_line(line, false, |parsed| {
                assert_eq!(parsed.unwrap().warning(), warning, "{line}");
            });
        }
    }

    #[test]
    fn comments_move_to_a_line_of_their_own() {
        for (line, expected) in [
            ("  a b='c' #d e\r\n", "  # d e\r\n  a b=c\r\n"),
            ("a b=1 # c", "# c\na b=1"),
            // QEMU's own qmp-shell would send this comment.
            ("a b=1 # c=d\n", "a b=1 # c=d\n"),
        ] {
            with_line(line, false, |parsed| {
                let mut same = |message: LoggedMessage<'_>| {
                    Some(message.json.unwrap().value.clone().into_owned())
                };
                let rewritten = parsed.unwrap().rewrite(&mut same);
                assert_eq!(rewritten.unwrap().unwrap(), expected, "{line}");
            });
        }
    }

    #[test]
    fn transactions_open_and_close() {
        for (line, is_in_transaction, has_message, leaves_open) in [
            ("transaction(\n", false, false, true),
            ("abort\n", true, true, true),
            (")\n", true, false, false),
            ("transaction( abort )\n", false, true, false),
            ("abort ) # it\n", true, true, false),
            ("abort # (it)\n", true, true, true),
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
