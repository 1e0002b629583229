//! What a line is: a message, a line of qmp-shell, or other text.

/// What comes next in a line.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// So many bytes of other text.
    Other(usize),
    /// A message, whose bracket is the next byte.
    Message,
    /// A line of qmp-shell to the end of the line.
    Shell,
}

/// The notation of a text, as far as it has shown itself.
pub struct Notation<'r> {
    kind: Kind,
    is_command: &'r dyn Fn(&str) -> bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unknown,
    /// Messages, with other text between them.
    Log,
    /// Lines of qmp-shell, perhaps with replies between them.
    Shell,
}

/// What qmp-shell writes before it waits for a line.
pub const PROMPTS: [&str; 2] = ["(QEMU)", "TRANS>"];

/// The members of an envelope that nothing else is likely to begin with.
const STRONG: [&str; 9] = [
    "execute",
    "exec-oob",
    "return",
    "error",
    "event",
    "timestamp",
    "QMP",
    "session",
    "dir",
];

/// Other members that an envelope may begin with.
const WEAK: [&str; 4] = ["id", "arguments", "data", "control"];

impl<'r> Notation<'r> {
    /// Nothing is known yet.
    pub fn new(is_command: &'r dyn Fn(&str) -> bool) -> Self {
        Notation {
            kind: Kind::Unknown,
            is_command,
        }
    }

    /// What comes next in a line, or in the rest of one.
    pub fn next(&mut self, rest: &[u8], is_start: bool) -> Next {
        let space = rest
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        let text = &rest[space..];
        match text {
            [] => return Next::Other(rest.len()),
            [b'{' | b'[', ..] if is_value(text) => {
                self.learn(Kind::Log);
                return if space > 0 {
                    Next::Other(space)
                } else {
                    Next::Message
                };
            }
            [b'#', ..] if is_start => return Next::Other(rest.len()),
            _ => {}
        }
        if is_start && self.is_shell(text) {
            self.kind = Kind::Shell;
            return Next::Shell;
        }
        match find_message(text) {
            Some(start) => {
                self.learn(Kind::Log);
                Next::Other(space + start)
            }
            None if is_start && self.kind == Kind::Shell => Next::Shell,
            None => Next::Other(rest.len()),
        }
    }

    fn learn(&mut self, kind: Kind) {
        if self.kind == Kind::Unknown {
            self.kind = kind;
        }
    }

    /// Whether a line is one of qmp-shell by its form.
    fn is_shell(&self, text: &[u8]) -> bool {
        let text = String::from_utf8_lossy(text);
        let text = text.trim_end();
        if let Some(line) = PROMPTS.iter().find_map(|prompt| text.strip_prefix(prompt)) {
            return !line.trim().is_empty();
        }
        let mut words = text.split_ascii_whitespace();
        let command = words.next().unwrap_or_default();
        if command == "transaction(" {
            return self.kind != Kind::Log;
        }
        if self.kind == Kind::Log || !is_name(command) {
            return false;
        }
        match words.next() {
            Some(word) => has_key(word),
            None => command.contains(['-', '_']) || (self.is_command)(command),
        }
    }
}

/// Whether a line begins a message of its own, whatever stands before it.
pub fn begins_message(line: &[u8]) -> bool {
    line.first() == Some(&b'{')
        && first_name(line).is_some_and(|name| is_any(name, &[&STRONG, &WEAK]))
}

/// Whether a bracket begins a value, and is not that of `[12:30]` in a log, nor
/// of a reply as Python 2 prints it.
fn is_value(text: &[u8]) -> bool {
    let next = text[1..].iter().find(|byte| !byte.is_ascii_whitespace());
    match (text[0], next) {
        (b'{', Some(b'u')) => false,
        (b'{', _) => true,
        (_, next) => matches!(next, Some(b'{' | b'[' | b']' | b'"' | b'\'')),
    }
}

/// Where in other text a message begins.
fn find_message(text: &[u8]) -> Option<usize> {
    let brackets = text.iter().enumerate().filter(|(_, byte)| **byte == b'{');
    let begins = |at: usize| first_name(&text[at..]);
    brackets
        .map(|(at, _)| at)
        .find(|&at| begins(at).is_some_and(|name| is_any(name, &[&STRONG, &WEAK])))
}

fn is_any(name: &[u8], sets: &[&[&str]]) -> bool {
    sets.iter()
        .any(|set| set.iter().any(|known| known.as_bytes() == name))
}

/// The name of the first member of the object that begins here.
fn first_name(text: &[u8]) -> Option<&[u8]> {
    let text = text.get(1..)?.trim_ascii_start();
    let quote = *text.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let name = &text[1..];
    let end = name.iter().take(16).position(|&byte| byte == quote)?;
    Some(&name[..end])
}

/// Whether a word can be the name of a command.
fn is_name(word: &str) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && word.bytes().all(part)
}

/// Whether a word begins like `key=`.
fn has_key(word: &str) -> bool {
    word.split_once('=').is_some_and(|(key, _)| is_name(key))
}
