//! Words as a shell splits them. Variables and substitutions keep their text.

use super::super::framing::{FrameState, frame};
use super::word::{CommandWord, WordBuilder};
use crate::json;

/// Where the words are from, which decides what is a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShellDialect {
    /// A shell, or a log that quotes as one.
    Shell,
    /// A unit of systemd, which has specifiers such as `%i`.
    Unit,
    /// A string of a program, which may be a format.
    Format,
    /// A literal in documentation, whose lines are wrapped.
    Inline,
}

/// The result of splitting text.
#[derive(Debug)]
pub enum Split<'t> {
    /// The words up to the end of the command.
    Words(Vec<CommandWord<'t>>),
    /// The command may continue after the text.
    Incomplete,
    /// The text is not a command.
    Invalid,
}

/// Splits the command at the beginning of a text into words.
pub fn split(text: &str, dialect: ShellDialect) -> Split<'_> {
    let mut splitter = Splitter {
        text,
        offset: 0,
        dialect,
        words: Vec::new(),
    };
    loop {
        match splitter.next_word() {
            Ok(true) => {}
            Ok(false) => return Split::Words(splitter.words),
            Err(Stop::Incomplete) => return Split::Incomplete,
            Err(Stop::Invalid) => return Split::Invalid,
        }
    }
}

enum Stop {
    Incomplete,
    Invalid,
}

struct Splitter<'t> {
    text: &'t str,
    offset: usize,
    dialect: ShellDialect,
    words: Vec<CommandWord<'t>>,
}

impl<'t> Splitter<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.offset..]
    }

    fn first_line_of_rest(&self) -> &'t str {
        self.rest().lines().next().unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Reads a word. Returns `false` at the end of the command.
    fn next_word(&mut self) -> Result<bool, Stop> {
        self.skip_space()?;
        match self.peek() {
            None => return Ok(false),
            Some('#') => return Ok(false),
            Some(character) if self.ends_command(character) => return Ok(false),
            Some(_) => {}
        }
        let mut word = WordBuilder::new(self.offset);
        let start = self.offset;
        while let Some(character) = self.peek() {
            if character.is_whitespace() || self.ends_command(character) {
                break;
            }
            self.read_part(&mut word, character)?;
        }
        let is_redirected = word.is_number() && matches!(self.peek(), Some('<' | '>'));
        if is_redirected {
            return Ok(false);
        }
        if self.offset == start {
            return Err(Stop::Invalid);
        }
        self.words.push(word.finish(self.offset));
        Ok(true)
    }

    /// Skips blanks and continued lines.
    fn skip_space(&mut self) -> Result<(), Stop> {
        loop {
            let rest = self.rest();
            let is_blank =
                |c: char| matches!(c, ' ' | '\t' | '\r') || c == '\n' && self.is_wrapped();
            let blanks = rest.trim_start_matches(is_blank);
            self.offset += rest.len() - blanks.len();
            let Some(length) = continuation(blanks) else {
                return Ok(());
            };
            self.offset += length;
            if self.rest().is_empty() {
                return Err(Stop::Incomplete);
            }
        }
    }

    /// Returns whether a line end is a blank.
    fn is_wrapped(&self) -> bool {
        self.dialect == ShellDialect::Inline
    }

    fn ends_command(&self, character: char) -> bool {
        match character {
            '\n' if self.is_wrapped() => false,
            // The end of the literal in which the command is.
            '`' => !self.first_line_of_rest()[1..].contains('`'),
            '\n' | ';' | '|' | '&' | ')' => true,
            '<' => bracketed_name(self.rest()).is_none(),
            '>' => true,
            _ => false,
        }
    }

    fn read_part(&mut self, word: &mut WordBuilder, character: char) -> Result<(), Stop> {
        let rest = self.rest();
        if let Some(length) = continuation(rest) {
            self.offset += length;
            return match self.rest().is_empty() {
                true => Err(Stop::Incomplete),
                false => Ok(()),
            };
        }
        match character {
            '\'' => self.read_single_quoted(word),
            '"' => self.read_double_quoted(word),
            '\\' => {
                self.read_escape(word, |_| true);
                Ok(())
            }
            '{' => {
                let Some(length) = unquoted_json(rest) else {
                    return self.read_plain(word, true);
                };
                word.push_plain(&rest[..length], self.offset);
                word.is_unquoted = true;
                self.offset += length;
                Ok(())
            }
            _ => self.read_plain(word, true),
        }
    }

    fn read_single_quoted(&mut self, word: &mut WordBuilder) -> Result<(), Stop> {
        let start = self.offset + 1;
        let length = self.text[start..].find('\'').ok_or(Stop::Incomplete)?;
        word.push_plain(&self.text[start..start + length], start);
        self.offset = start + length + 1;
        Ok(())
    }

    fn read_double_quoted(&mut self, word: &mut WordBuilder) -> Result<(), Stop> {
        self.offset += 1;
        loop {
            match self.peek().ok_or(Stop::Incomplete)? {
                '"' => {
                    self.offset += 1;
                    return Ok(());
                }
                '\\' if self.rest().starts_with("\\\n") => self.offset += 2,
                '\\' => self.read_escape(word, |c| "\"\\$`".contains(c)),
                _ => self.read_plain(word, false)?,
            }
        }
    }

    /// Reads a backslash and the character after it, if it is escaped.
    fn read_escape(&mut self, word: &mut WordBuilder, is_escaped: impl Fn(char) -> bool) {
        let start = self.offset;
        self.offset += 1;
        match self.peek() {
            Some(character) if is_escaped(character) => {
                self.offset += character.len_utf8();
                word.push(character, start..self.offset);
            }
            _ => word.push_plain("\\", start),
        }
    }

    /// Reads a character, or a variable. A variable without quotes may stand for
    /// several words.
    fn read_plain(&mut self, word: &mut WordBuilder, is_bare: bool) -> Result<(), Stop> {
        let rest = self.rest();
        let (offset, is_first) = (self.offset, word.is_empty());
        let length = match variable(rest, self.dialect, is_bare) {
            Variable::Of(length) => length,
            Variable::Open => return Err(Stop::Incomplete),
            Variable::None => {
                let character = rest.chars().next().map_or(1, char::len_utf8);
                word.push_plain(&rest[..character], offset);
                self.offset += character;
                return Ok(());
            }
        };
        let text = &rest[..length];
        word.push_variable(text, offset);
        word.is_list |= is_first && (is_bare || is_argument_list(text));
        self.offset += length;
        Ok(())
    }
}

/// Returns the length of the JSON object at the beginning of a text. The list of
/// processes, and logs, have it without quotes around it; no shell takes it so.
fn unquoted_json(text: &str) -> Option<usize> {
    let line = text.lines().next()?;
    let FrameState::Complete(length) = frame(line.as_bytes()) else {
        return None;
    };
    let is_object = line.starts_with("{\"") && json::parse(&line[..length]).is_ok();
    is_object.then_some(length)
}

/// Returns the length of a backslash and a line end.
fn continuation(text: &str) -> Option<usize> {
    ["\\\n", "\\\r\n"]
        .iter()
        .find(|end| text.starts_with(**end))
        .map(|end| end.len())
}

/// Returns whether a variable stands for many words even in quotes.
fn is_argument_list(text: &str) -> bool {
    matches!(text, "$@" | "${@}") || text.ends_with("[@]}")
}

/// A variable at the beginning of a text.
enum Variable {
    /// It has this length.
    Of(usize),
    /// The text ends before it.
    Open,
    /// There is none.
    None,
}

fn variable(text: &str, dialect: ShellDialect, is_bare: bool) -> Variable {
    let bytes = text.as_bytes();
    match (bytes[0], bytes.get(1)) {
        (b'$', Some(b'{')) => bracketed(text, 1, '{', '}'),
        (b'$', Some(b'(')) => bracketed(text, 1, '(', ')'),
        (b'$', Some(b'\'')) if is_bare => quoted_variable(text, 2, '\''),
        (b'$', Some(next)) if next.is_ascii_alphabetic() || *next == b'_' => {
            Variable::Of(1 + name_length(&text[1..]))
        }
        (b'$', Some(b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'0'..=b'9')) => Variable::Of(2),
        (b'`', _) => quoted_variable(text, 1, '`'),
        (b'<', _) if is_bare => bracketed_name(text).map_or(Variable::None, Variable::Of),
        (b'%', Some(next)) if dialect != ShellDialect::Shell && next.is_ascii_alphabetic() => {
            Variable::Of(2)
        }
        (b'%', Some(b'(')) if dialect == ShellDialect::Format => bracketed(text, 1, '(', ')'),
        (b'{', Some(next)) if dialect == ShellDialect::Format && is_format_start(*next) => {
            bracketed(text, 0, '{', '}')
        }
        _ if text.starts_with("...") && is_bare => Variable::Of(3),
        _ => Variable::None,
    }
}

fn is_format_start(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'}'
}

fn name_length(text: &str) -> usize {
    let is_part = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    text.find(is_part).unwrap_or(text.len())
}

/// A variable from a bracket at an offset to the closing one.
fn bracketed(text: &str, start: usize, open: char, close: char) -> Variable {
    let mut depth = 0_usize;
    for (offset, character) in text[start..].char_indices() {
        if character == open {
            depth += 1;
        } else if character == close {
            depth -= 1;
            if depth == 0 {
                return Variable::Of(start + offset + 1);
            }
        }
    }
    Variable::Open
}

fn quoted_variable(text: &str, start: usize, quote: char) -> Variable {
    match text[start..].find(quote) {
        Some(length) => Variable::Of(start + length + 1),
        None => Variable::Open,
    }
}

/// Returns the length of `<name>`, with which documentation stands for a value.
fn bracketed_name(text: &str) -> Option<usize> {
    let name = text.strip_prefix('<')?;
    let length = name.find('>')?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (length > 0 && name[..length].chars().all(is_part)).then_some(length + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        match split(text, ShellDialect::Shell) {
            Split::Words(words) => words.iter().map(|word| word.value().to_owned()).collect(),
            other => vec![format!("{other:?}")],
        }
    }

    #[test]
    fn quotes_and_continued_lines_are_removed() {
        let text = "q -a 'b c' -d\"e \\\" f\" \\\n  -g h\\ i \\\r\n -j '' # -k\n-l";
        let expected = ["q", "-a", "b c", "-de \" f", "-g", "h i", "-j", ""];
        assert_eq!(words(text), expected);
    }

    #[test]
    fn a_command_ends_where_the_shell_ends_it() {
        for text in [
            "q -a; b", "q -a|b", "q -a & b", "q -a) b", "q -a >b", "q -a 2>b", "q -a\n",
        ] {
            assert_eq!(words(text), ["q", "-a"], "{text}");
        }
        assert!(matches!(
            split("q \\\n", ShellDialect::Shell),
            Split::Incomplete
        ));
        assert!(matches!(
            split("q 'a", ShellDialect::Shell),
            Split::Incomplete
        ));
    }

    #[test]
    fn variables_are_marked() {
        let text = "q $A x$(b c)y \"${D[@]}\" '$E' <size> \"f=$G,h\"";
        let Split::Words(words) = split(text, ShellDialect::Shell) else {
            panic!("{text}");
        };
        let has_variable = |word: &CommandWord<'_>| word.has_variable(0..word.value().len());
        let variables: Vec<bool> = words.iter().map(has_variable).collect();
        assert_eq!(variables, [false, true, true, true, false, true, true]);
        let lists: Vec<bool> = words.iter().map(|word| word.is_list).collect();
        assert_eq!(lists, [false, true, false, true, false, true, false]);
        let ranges = words[6].variables().iter();
        assert!(ranges.cloned().eq(std::iter::once(2..4)));
    }

    #[test]
    fn formats_and_specifiers_are_variables_where_they_exist() {
        for (text, dialect, count) in [
            ("q a={b} %s", ShellDialect::Format, 2),
            ("q a=%i", ShellDialect::Unit, 1),
            ("q a={b} %s", ShellDialect::Shell, 0),
        ] {
            let Split::Words(words) = split(text, dialect) else {
                panic!("{text}");
            };
            let variables = words.iter().map(|word| word.variables().len());
            assert_eq!(variables.sum::<usize>(), count, "{text}");
        }
    }
}
