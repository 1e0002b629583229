//! Lines of qmp-shell: `blockdev-add driver=qcow2 file.driver=file`.

use std::borrow::Cow;

use super::notation::PROMPTS;
use super::quoting::{self, Word};
use crate::json::{JsonMember, JsonValue, SyntaxError};

/// A line of qmp-shell.
#[derive(Debug, Clone, PartialEq)]
pub struct Shell<'e> {
    /// What the line does.
    pub role: Role,
    /// The name of the command, or of the action of a transaction.
    pub command: Cow<'e, str>,
    /// The arguments, an object.
    pub arguments: JsonValue<'e>,
    /// Prompt and space, as they stand before the command.
    before: &'e str,
    arguments_written: Vec<Written<'e>>,
    /// What stands behind the last argument.
    after: &'e str,
}

/// What a line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is a command.
    Command,
    /// It is an action of the transaction that is open, or of one on this line.
    Action,
    /// It only opens or closes a transaction.
    Bracket,
}

/// An argument as it is written.
#[derive(Debug, Clone, PartialEq)]
struct Written<'e> {
    /// The member of the arguments that it is or is in.
    name: String,
    /// Whether its key has dots.
    is_dotted: bool,
    text: &'e str,
}

/// Reads a line; `in_transaction` says whether one is open.
pub fn parse(line: &str, in_transaction: bool) -> Result<Shell<'_>, SyntaxError> {
    let prompt = prompt(line);
    let shift = |mistake: SyntaxError| SyntaxError {
        offset: mistake.offset + prompt,
        ..mistake
    };
    let mut words = quoting::words(&line[prompt..]).map_err(shift)?;
    for word in &mut words {
        word.start += prompt;
        word.end += prompt;
    }
    let opens = words
        .first()
        .is_some_and(|word| word.value == "transaction(");
    if opens {
        words.remove(0);
    }
    let closes = words.last().is_some_and(|word| word.value == ")");
    if closes {
        words.pop();
    }
    let Some(command) = words.first() else {
        return Ok(bracket(line));
    };
    let role = if opens || in_transaction {
        Role::Action
    } else {
        Role::Command
    };
    let mut arguments = JsonValue::Object(Vec::new());
    let mut written = Vec::new();
    for word in &words[1..] {
        written.push(argument(line, word, &mut arguments)?);
    }
    let end = words.last().map_or(command.end, |word| word.end);
    Ok(Shell {
        role,
        before: &line[..command.start],
        command: command.value.clone(),
        arguments,
        arguments_written: written,
        after: &line[end..],
    })
}

fn bracket(line: &str) -> Shell<'_> {
    Shell {
        role: Role::Bracket,
        command: Cow::Borrowed("transaction"),
        arguments: JsonValue::Object(Vec::new()),
        before: line,
        arguments_written: Vec::new(),
        after: "",
    }
}

/// How long the space and the prompt before the line are.
fn prompt(line: &str) -> usize {
    let text = line.trim_start();
    let rest = PROMPTS.iter().find_map(|prompt| text.strip_prefix(prompt));
    line.len() - rest.unwrap_or(text).len()
}

fn argument<'e>(
    line: &'e str,
    word: &Word<'e>,
    arguments: &mut JsonValue<'e>,
) -> Result<Written<'e>, SyntaxError> {
    let mistake = |message: String| SyntaxError {
        offset: word.start,
        message,
    };
    let (key, value) = split(&word.value).ok_or_else(|| {
        mistake(format!(
            "expected `key=value` and not `{}`",
            shortened(&word.value)
        ))
    })?;
    insert(arguments, &key, quoting::value(value)).map_err(mistake)?;
    Ok(Written {
        name: key.split('.').next().unwrap_or_default().to_owned(),
        is_dotted: key.contains('.'),
        text: &line[word.start..word.end],
    })
}

fn split<'e>(word: &Cow<'e, str>) -> Option<(String, Cow<'e, str>)> {
    let (key, value) = word.split_once('=').filter(|(key, _)| !key.is_empty())?;
    let value = match word {
        Cow::Borrowed(word) => Cow::Borrowed(&word[key.len() + 1..]),
        Cow::Owned(_) => Cow::Owned(value.to_owned()),
    };
    Some((key.to_owned(), value))
}

/// Puts a value where a key with dots says.
fn insert<'e>(
    mut object: &mut JsonValue<'e>,
    key: &str,
    value: JsonValue<'e>,
) -> Result<(), String> {
    let (path, name) = match key.rsplit_once('.') {
        Some((path, name)) => (Some(path), name),
        None => (None, key),
    };
    for part in path.into_iter().flat_map(|path| path.split('.')) {
        if object.get(part).is_none() {
            push(object, part, JsonValue::Object(Vec::new()));
        }
        object = match object.get_mut(part) {
            Some(inner @ JsonValue::Object(_)) => inner,
            _ => {
                return Err(format!(
                    "`{part}` in `{key}` has a value and can have no members"
                ));
            }
        };
    }
    if object.get(name).is_some() {
        return Err(format!("`{key}` is set twice"));
    }
    push(object, name, value);
    Ok(())
}

fn push<'e>(object: &mut JsonValue<'e>, name: &str, value: JsonValue<'e>) {
    if let Some(members) = object.members_mut() {
        members.push(JsonMember::new(name.to_owned(), value));
    }
}

fn shortened(word: &str) -> String {
    word.chars().take(40).collect()
}

impl<'e> Shell<'e> {
    /// Whether a transaction is open behind the line.
    pub fn leaves_open(&self, in_transaction: bool) -> bool {
        let text = if self.role == Role::Bracket {
            self.before
        } else {
            self.after
        };
        let closes = text.trim_end().ends_with(')');
        let opens = in_transaction || self.before.contains("transaction(");
        opens && !closes
    }

    /// The message that qmp-shell sends for the line. An action is sent as the
    /// only one of its transaction, since each line stands for itself here.
    pub fn message(&self) -> Option<JsonValue<'e>> {
        let (name, arguments) = match self.role {
            Role::Bracket => return None,
            Role::Command => (self.command.clone(), self.arguments.clone()),
            Role::Action => {
                let action = JsonValue::Object(vec![
                    JsonMember::new("type", JsonValue::string(self.command.clone())),
                    JsonMember::new("data", self.arguments.clone()),
                ]);
                let actions = JsonMember::new("actions", JsonValue::Array(vec![action]));
                (
                    Cow::Borrowed("transaction"),
                    JsonValue::Object(vec![actions]),
                )
            }
        };
        Some(JsonValue::Object(vec![
            JsonMember::new("execute", JsonValue::string(name)),
            JsonMember::new("arguments", arguments),
        ]))
    }

    /// The line for another message; nothing where no line says it.
    ///
    /// Arguments that stay as they are keep their text.
    pub fn rewritten(&self, message: &JsonValue<'_>) -> Option<String> {
        let mut name = message.get("execute")?.as_str()?;
        let mut arguments = message.get("arguments")?;
        if self.role == Role::Action {
            let JsonValue::Array(actions) = arguments.get("actions")? else {
                return None;
            };
            let [action] = &actions[..] else {
                return None;
            };
            name = action.get("type")?.as_str()?;
            arguments = action.get("data")?;
        }
        let is_dotted = self
            .arguments_written
            .iter()
            .any(|written| written.is_dotted);
        let mut line = format!(
            "{}{}",
            self.before,
            quoting::write(&JsonValue::string(name))
        );
        for member in arguments.members()? {
            for word in self.words(member, is_dotted) {
                line.push(' ');
                line.push_str(&word);
            }
        }
        Some(line + self.after)
    }

    /// The words of one argument.
    fn words(&self, member: &JsonMember<'_>, is_dotted: bool) -> Vec<String> {
        let name = &member.name.value;
        if self.arguments.get(name) == Some(&member.value) {
            let written = self
                .arguments_written
                .iter()
                .filter(|written| written.name == *name);
            let written: Vec<String> = written.map(|written| written.text.to_owned()).collect();
            if !written.is_empty() {
                return written;
            }
        }
        let mut words = Vec::new();
        write(name, &member.value, is_dotted, &mut words);
        words
    }
}

fn write(key: &str, value: &JsonValue<'_>, is_dotted: bool, words: &mut Vec<String>) {
    match value {
        JsonValue::Object(members) if is_dotted && !members.is_empty() => {
            for member in members {
                write(
                    &format!("{key}.{}", member.name.value),
                    &member.value,
                    true,
                    words,
                );
            }
        }
        value => words.push(format!("{key}={}", quoting::write(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_make_objects() {
        let line = "blockdev-add driver=qcow2 file.driver=file file.filename=/a size=1 x=off\n";
        let shell = parse(line, false).unwrap();
        let expected =
            r#"{"driver":"qcow2","file":{"driver":"file","filename":"/a"},"size":1,"x":"off"}"#;
        assert_eq!(shell.arguments, crate::json::parse(expected).unwrap().value);
    }

    #[test]
    fn what_is_not_changed_keeps_its_text() {
        let line =
            "(QEMU)  blockdev-add  driver='qcow2' file.driver=file file.filename=\"/a b\"\r\n";
        let shell = parse(line, false).unwrap();
        let mut message = shell.message().unwrap();
        let arguments = message.get_mut("arguments").unwrap().members_mut().unwrap();
        arguments.insert(1, JsonMember::new("node-name", JsonValue::string("a")));
        let expected = "(QEMU)  blockdev-add driver='qcow2' node-name=a file.driver=file file.filename=\"/a b\"\r\n";
        assert_eq!(shell.rewritten(&message).unwrap(), expected);
    }

    #[test]
    fn transactions_open_and_close() {
        let open = parse("transaction(\n", false).unwrap();
        assert!(open.role == Role::Bracket && open.leaves_open(false));
        let action = parse("abort\n", true).unwrap();
        assert!(action.role == Role::Action && action.leaves_open(true));
        let close = parse(")\n", true).unwrap();
        assert!(close.role == Role::Bracket && !close.leaves_open(true));
        let all = parse("transaction( abort )\n", false).unwrap();
        assert!(all.role == Role::Action && !all.leaves_open(false));
    }

    #[test]
    fn mistakes_have_their_place() {
        let mistake = parse("(QEMU) stop now", false).unwrap_err();
        assert_eq!(
            (mistake.offset, mistake.message.as_str()),
            (12, "expected `key=value` and not `now`")
        );
        let mistake = parse("a b=1 b.c=2", false).unwrap_err();
        assert_eq!(
            mistake.message,
            "`b` in `b.c` has a value and can have no members"
        );
    }
}
