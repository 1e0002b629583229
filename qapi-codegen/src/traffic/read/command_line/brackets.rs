//! Words of logs whose quotes are lost.
//!
//! Programs in Go print a list of words in brackets: the log of Kata Containers has
//! `launching PROGRAM with: [-m 1G]`, in a message in quotes. LXD and Incus join the
//! words with blanks: `Failed to run: PROGRAM -m 1G: exit status 1`. A value with
//! blanks reaches up to the next option.

use std::ops::Range;

use super::shell::Split;
use super::word::{CommandWord, WordBuilder};

/// The text between the program and its words.
const BEGINNING: &str = " with: [";

/// The text before a command that failed.
const FAILED: &[u8] = b"Failed to run: ";

/// Splits the words that follow a program in brackets on its line, if they do.
pub fn split(text: &str, program_end: usize) -> Option<Split<'static>> {
    let list = text.get(program_end..)?.strip_prefix(BEGINNING)?;
    let list = list.split('\n').next()?;
    let end = list.find("]\"").or_else(|| list.rfind(']'))?;
    let start = program_end + BEGINNING.len();
    Some(split_list(text, program_end, start..start + end))
}

/// Splits the words of a command that failed, up to the reason.
pub fn split_failed(text: &str, before: &[u8], program_end: usize) -> Option<Split<'static>> {
    memchr::memmem::rfind(before, FAILED)?;
    let list = text.get(program_end..)?.split('\n').next()?;
    let list = list.strip_prefix(' ')?;
    let end = list.rfind(": exit status ").or_else(|| list.find(": "));
    let end = end.unwrap_or(list.trim_end_matches([':', '"', '\r']).len());
    // Further causes are between the words and the status.
    let end = list[..end].find(": ").unwrap_or(end);
    let start = program_end + 1;
    Some(split_list(text, program_end, start..start + end))
}

fn split_list(text: &str, program_end: usize, list: Range<usize>) -> Split<'static> {
    let mut words: Vec<CommandWord<'static>> = vec![word(text, 0..program_end)];
    let mut offset = list.start;
    let mut value: Option<Range<usize>> = None;
    for part in text[list].split(' ') {
        let range = offset..offset + part.len();
        offset = range.end + 1;
        match (part.starts_with('-'), &mut value) {
            (false, Some(value)) => value.end = range.end,
            (false, None) => value = Some(range),
            (true, _) => {
                words.extend(value.take().map(|value| word(text, value)));
                words.push(word(text, range));
            }
        }
    }
    words.extend(value.map(|value| word(text, value)));
    Split::Words(words)
}

/// Reads a word of a message in quotes, in which quotes and backslashes are escaped.
fn word(text: &str, range: Range<usize>) -> CommandWord<'static> {
    let mut builder = WordBuilder::new(range.start);
    let mut characters = text[range.clone()].char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        let start = range.start + offset;
        let escaped = characters.next_if(|(_, next)| character == '\\' && "\"\\".contains(*next));
        let (_, character) = escaped.unwrap_or((offset, character));
        let length = character.len_utf8() + usize::from(escaped.is_some());
        builder.push(character, start..start + length);
    }
    builder.finish(range.end)
}
