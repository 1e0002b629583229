//! Command lines that start a QEMU.
//!
//! A command line is found by the name of its program and by an option after it.
//! It is split into words; the meaning of the words is not known here.

mod brackets;
mod config;
mod edit;
mod list;
mod shell;
mod word;

use memchr::memmem::Finder;

use super::TextPosition;
use super::notation::{Block, Line, Notation, Reading, decode_utf8};
use crate::json::SyntaxError;

pub use config::ConfigFiles;
pub use edit::NewWord;
pub use word::CommandWord;

use shell::{ShellDialect, Split};

/// A command line that starts a QEMU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCommandLine<'t> {
    /// The text.
    pub text: &'t str,
    /// The position of the program.
    pub position: TextPosition,
    /// The name of the notation.
    pub notation: &'static str,
    syntax: WordSyntax,
    /// `true` if the program is an argument of another command, which may have the
    /// options: `gdb /usr/bin/qemu-system-x86_64 --core core`.
    pub is_argument: bool,
    /// The words; the first is the program.
    words: Vec<CommandWord<'t>>,
}

impl<'t> LoggedCommandLine<'t> {
    /// The path of the program.
    pub fn program(&self) -> &str {
        self.words.first().map_or("", CommandWord::value)
    }

    /// The name of the program, without its folder.
    pub fn program_name(&self) -> &str {
        let path = self.program();
        path.rsplit(['/', '\\']).next().unwrap_or(path)
    }

    /// The words after the program.
    pub fn arguments(&self) -> &[CommandWord<'t>] {
        self.words.get(1..).unwrap_or_default()
    }
}

/// The syntax in which words are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WordSyntax {
    /// With the quotes of a shell, inside of this quote if there is one.
    Shell(Option<char>),
    /// Separated by NUL, as in `/proc/PID/cmdline`.
    Nul,
    /// As string literals with this quote.
    List(char),
    /// As sections of a file for `-readconfig`.
    Config,
}

/// Command lines of shells, logs, units of systemd, `/proc` and programs.
pub struct CommandLines {
    finders: [Finder<'static>; PROGRAMS.len()],
}

/// The beginnings of names of programs.
const PROGRAMS: [&str; 4] = ["qemu-system-", "qemu-kvm", "/kvm", "kvm\0"];

/// The greatest length of a command line.
const MAX_LENGTH: usize = 1 << 17;

/// The greatest number of words in a row without an option. In prose, there are
/// more.
const MAX_OPERANDS: usize = 2;

impl CommandLines {
    pub fn new() -> Self {
        CommandLines {
            finders: PROGRAMS.map(Finder::new),
        }
    }
}

impl Notation for CommandLines {
    fn name(&self) -> &'static str {
        "command line"
    }

    fn find(&self, line: &Line<'_>, from: usize) -> Option<usize> {
        let starts = self.finders.iter().flat_map(|finder| {
            let found = finder.find_iter(line.text);
            found.filter_map(|offset| Program::find(line.text, offset))
        });
        let starts = starts.map(|program| program.start);
        starts.filter(|&start| start >= from).min()
    }

    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a> {
        let text = &block.text[..block.text.len().min(MAX_LENGTH)];
        let text = decode_utf8(text)
            .or_else(|error| decode_utf8(&text[..error.offset]))
            .unwrap_or_default();
        let can_continue = !block.is_at_end && block.text.len() < MAX_LENGTH;
        let (split, text, syntax) = split(text, block.before);
        match split {
            Split::Incomplete if can_continue => Reading::Incomplete,
            Split::Incomplete | Split::Invalid => Reading::Text,
            Split::Words(words) => judge(block, text, syntax, words),
        }
    }
}

/// Splits the command line at the beginning of a text.
fn split<'t>(text: &'t str, before: &[u8]) -> (Split<'t>, &'t str, WordSyntax) {
    let Some(program) = Program::find(text.as_bytes(), program_offset(text)) else {
        return (Split::Invalid, text, WordSyntax::Nul);
    };
    match text.as_bytes().get(program.end) {
        Some(0) => (split_at_nul(text), text, WordSyntax::Nul),
        Some(quote @ (b'"' | b'\'')) if program.is_element(text) => (
            list::split(text),
            text,
            WordSyntax::List(char::from(*quote)),
        ),
        _ => match brackets::split(text, program.end)
            .or_else(|| brackets::split_failed(text, before, program.end))
        {
            Some(words) => (words, text, WordSyntax::Shell(Some('"'))),
            None => split_shell(text, before),
        },
    }
}

fn split_shell<'t>(text: &'t str, before: &[u8]) -> (Split<'t>, &'t str, WordSyntax) {
    if before.ends_with(b"``") && !before.ends_with(b"```") {
        return split_inline(text);
    }
    if let Some(quote) = open_quote(before) {
        let length = text.find(quote).unwrap_or(text.len());
        let inside = &text[..length];
        let is_closed = length < text.len() && !inside.contains('\\');
        if is_closed && (quote == '`' || !inside.contains('\n')) {
            let words = shell::split(inside, ShellDialect::Format);
            return (words, inside, WordSyntax::Shell(Some(quote)));
        }
    }
    let dialect = match is_unit(before) {
        true => ShellDialect::Unit,
        false => ShellDialect::Shell,
    };
    (shell::split(text, dialect), text, WordSyntax::Shell(None))
}

/// Splits the command line in an inline literal of reStructuredText, which ends in
/// the same paragraph.
fn split_inline(text: &str) -> (Split<'_>, &str, WordSyntax) {
    let syntax = WordSyntax::Shell(Some('`'));
    match text.find("``") {
        Some(length) if !text[..length].contains("\n\n") => {
            let inside = &text[..length];
            (shell::split(inside, ShellDialect::Inline), inside, syntax)
        }
        None if !text.contains("\n\n") => (Split::Incomplete, text, syntax),
        _ => (Split::Invalid, text, syntax),
    }
}

/// Returns the quote that is open at the end of a text.
fn open_quote(before: &[u8]) -> Option<char> {
    let mut open = None;
    for &byte in before {
        match open {
            Some(quote) if quote == byte => open = None,
            None if matches!(byte, b'"' | b'\'' | b'`') => open = Some(byte),
            _ => {}
        }
    }
    open.map(char::from)
}

fn split_at_nul(text: &str) -> Split<'_> {
    let text = text.trim_end_matches('\n');
    let text = text.strip_suffix('\0').unwrap_or(text);
    let mut start = 0;
    let words = text.split('\0').map(|word| {
        let range = start..start + word.len();
        start = range.end + 1;
        CommandWord::plain(text, range)
    });
    Split::Words(words.collect())
}

/// Decides whether words are a command line: options follow the program, and no
/// sentence follows an option.
fn judge<'a>(
    block: &Block<'a>,
    text: &'a str,
    syntax: WordSyntax,
    words: Vec<CommandWord<'a>>,
) -> Reading<'a> {
    let arguments = words.get(1..).unwrap_or_default();
    if !arguments.first().is_some_and(is_option) {
        return Reading::Text;
    }
    let end = words.last().map_or(0, |word| word.range.end);
    let operands = arguments.chunk_by(|_, next| !is_option(next));
    let longest = operands
        .map(|chunk| chunk.len() - 1)
        .max()
        .unwrap_or_default();
    if longest > MAX_OPERANDS && matches!(syntax, WordSyntax::Shell(_)) {
        let options = arguments.iter().filter(|word| is_option(word)).count();
        let message = "a command line whose quotes are lost".to_owned();
        return match options {
            0..=3 => Reading::Text,
            _ => Reading::Unread(end, SyntaxError { offset: 0, message }),
        };
    }
    let position = block.position();
    let line = LoggedCommandLine {
        text: &text[..end],
        position,
        notation: "command line",
        is_argument: matches!(syntax, WordSyntax::Shell(_)) && is_argument(block.before),
        syntax,
        words,
    };
    Reading::CommandLine(end, line)
}

/// Returns whether a program is started by a unit of systemd: `ExecStart=`.
fn is_unit(before: &[u8]) -> bool {
    memchr::memmem::find(before, b"Exec").is_some() && before.contains(&b'=')
}

/// Returns whether the text before a program ends with the word of another command.
/// `--`, `--args` and these commands say that the rest is a command line.
fn is_argument(before: &[u8]) -> bool {
    const RUNNERS: [&[u8]; 7] = [
        b"--", b"--args", b"exec", b"sudo", b"env", b"nohup", b"time",
    ];
    // The value of a variable, to which the options after it do not belong.
    if before.ends_with(b"=") && !is_unit(before) {
        return true;
    }
    let text = before.trim_ascii_end();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./".contains(byte);
    let start = text.iter().rposition(|byte| !is_part(byte));
    let word = &text[start.map_or(0, |start| start + 1)..];
    let is_alone = start.is_none_or(|start| !b"=}$%)".contains(&text[start]));
    text.len() < before.len() && !word.is_empty() && is_alone && !RUNNERS.contains(&word)
}

/// Returns whether a word is an option, or a variable that may have some.
fn is_option(word: &CommandWord<'_>) -> bool {
    let name = word.value().trim_start_matches('-');
    let dashes = word.value().len() - name.len();
    let is_named = name.starts_with(|c: char| c.is_ascii_alphabetic());
    (1..=2).contains(&dashes) && is_named || word.is_list
}

/// The name of a program in a text.
struct Program {
    /// The offset of its path, with an opening quote.
    start: usize,
    /// The offset after its name.
    end: usize,
}

impl Program {
    /// Finds the program whose name begins at an offset.
    fn find(text: &[u8], offset: usize) -> Option<Program> {
        let name = text.get(offset..)?;
        let offset = offset + usize::from(name.starts_with(b"/"));
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        let end = offset + text[offset..].iter().take_while(is_part).count();
        let name = &text[offset..end];
        let is_program = name.starts_with(b"qemu-system-") || matches!(name, b"qemu-kvm" | b"kvm");
        let follows = |byte: &u8| byte.is_ascii_whitespace() || b"\"'\0".contains(byte);
        if !is_program || !text.get(end).is_some_and(follows) {
            return None;
        }
        let is_outside = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`;|&(=,[\0".contains(byte);
        let before = text[..offset].iter().rposition(is_outside);
        let start = before.map_or(0, |before| before + 1);
        let is_quoted = before.is_some_and(|before| text.get(end) == Some(&text[before]))
            && matches!(text[end], b'"' | b'\'');
        Some(Program {
            start: start - usize::from(is_quoted),
            end,
        })
    }

    /// Returns whether the program is an element of a list of literals.
    fn is_element(&self, text: &str) -> bool {
        text[self.end + 1..].trim_start().starts_with(',')
    }
}

/// Returns the offset of the name of the program in a command line.
fn program_offset(text: &str) -> usize {
    let offsets = PROGRAMS.iter().filter_map(|name| text.find(name));
    offsets.min().unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
