//! Words in brackets, as programs in Go print a list of them: the log of Kata
//! Containers has `launching PROGRAM with: [-m 1G]`.

use super::shell::Split;
use super::word::CommandWord;

/// The text between the program and its words.
const BEGINNING: &str = " with: [";

/// Splits the list of words that follows a program on its line, if there is one.
/// Quotes are lost, so a value with spaces reaches up to the next option.
pub fn split(text: &str, program_end: usize) -> Option<Split<'_>> {
    let list = text.get(program_end..)?.strip_prefix(BEGINNING)?;
    let list = list.split('\n').next()?;
    let list = &list[..list.rfind(']')?];
    let start = program_end + BEGINNING.len();
    let mut words: Vec<CommandWord<'_>> = Vec::new();
    let mut offset = 0;
    let mut is_value = false;
    for word in list.split(' ') {
        let range = start + offset..start + offset + word.len();
        offset += word.len() + 1;
        let is_option = word.starts_with('-');
        match words.pop() {
            Some(last) if is_value && !is_option => {
                words.push(CommandWord::plain(text, last.range.start..range.end));
            }
            last => {
                words.extend(last);
                words.push(CommandWord::plain(text, range));
            }
        }
        is_value = !is_option;
    }
    let program = CommandWord::plain(text, 0..program_end);
    words.insert(0, program);
    Some(Split::Words(words))
}
