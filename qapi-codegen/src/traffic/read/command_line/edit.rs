//! Writing a command line again with other words.

use super::super::embedded::changed_range;
use super::{CommandWord, LoggedCommandLine, WordSyntax, config};

/// A word of a new command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWord {
    /// The index of the old word, without the program, whose text is kept as far
    /// as the value is the same.
    pub origin: Option<usize>,
    /// The index of an old word; the space before it is used for the new word,
    /// too.
    pub place: Option<usize>,
    /// The value.
    pub value: String,
}

impl NewWord {
    /// Creates a word that is an old one.
    pub fn kept(index: usize, word: &CommandWord<'_>) -> Self {
        NewWord {
            origin: Some(index),
            place: None,
            value: word.value().to_owned(),
        }
    }
}

impl LoggedCommandLine<'_> {
    /// Writes the command line with other words after the program. Every byte
    /// that does not have to change is kept. Returns `None` if the notation
    /// cannot express a word.
    pub fn with_words(&self, new: &[NewWord]) -> Option<String> {
        if self.is_config() {
            return config::write(self, new);
        }
        let program = self.words.first()?;
        let mut text = self.text[..program.range.end].to_owned();
        for word in new {
            let old = word.origin.and_then(|origin| self.arguments().get(origin));
            text.push_str(self.space_before(word)?);
            text.push_str(&match old {
                Some(old) => self.edit(old, &word.value)?,
                None => self.syntax.write_word(&word.value)?,
            });
        }
        Some(text)
    }

    /// The text before a word, from the word before it.
    fn space_before(&self, word: &NewWord) -> Option<&str> {
        let Some(index) = word.origin.or(word.place) else {
            return Some(self.syntax.separator());
        };
        let [before, word] = self.words.get(index..index + 2)? else {
            return None;
        };
        Some(&self.text[before.range.end..word.range.start])
    }

    /// Changes the text of a word so that it has another value.
    fn edit(&self, word: &CommandWord<'_>, value: &str) -> Option<String> {
        let source = &self.text[word.range.clone()];
        if word.value() == value {
            return Some(source.to_owned());
        }
        let (range, new) = changed_range(word.value(), value);
        if word.is_unquoted || word.has_variable(range.clone()) {
            return None;
        }
        let place = word.source(range);
        let place = place.start - word.range.start..place.end - word.range.start;
        let new = self.syntax.write_part(source, place.start, new)?;
        Some(format!(
            "{}{new}{}",
            &source[..place.start],
            &source[place.end..]
        ))
    }
}

impl WordSyntax {
    /// The text between two words.
    fn separator(self) -> &'static str {
        match self {
            WordSyntax::Shell(_) => " ",
            WordSyntax::Nul => "\0",
            WordSyntax::List(_) => ", ",
            WordSyntax::Config => "\n",
        }
    }

    /// Writes a word.
    fn write_word(self, value: &str) -> Option<String> {
        match self {
            WordSyntax::Shell(None) => write_bare(value),
            WordSyntax::Shell(Some(_)) => is_plain(value).then(|| value.to_owned()),
            WordSyntax::Nul => (!value.contains('\0')).then(|| value.to_owned()),
            WordSyntax::List(quote) => {
                let is_special = |c: char| c == quote || c == '\\' || c.is_control();
                (!value.contains(is_special)).then(|| format!("{quote}{value}{quote}"))
            }
            WordSyntax::Config => None,
        }
    }

    /// Writes a part of a word, at an offset in its text.
    fn write_part(self, source: &str, offset: usize, value: &str) -> Option<String> {
        if is_plain(value) || value.is_empty() {
            return Some(value.to_owned());
        }
        let is_special: &dyn Fn(char) -> bool = match self {
            WordSyntax::Shell(None) => match quote_at(source, offset) {
                None => return write_bare(value),
                Some('\'') => &|c| c == '\'',
                Some(_) => &|c| "\"\\$`!".contains(c),
            },
            WordSyntax::Shell(Some(_)) => &|_| true,
            WordSyntax::Nul => &|c| c == '\0',
            WordSyntax::Config => &|_| true,
            WordSyntax::List(quote) => &move |c| c == quote || c == '\\' || c.is_control(),
        };
        (!value.contains(is_special)).then(|| value.to_owned())
    }
}

/// Writes a word for a shell, in quotes if it needs them.
fn write_bare(value: &str) -> Option<String> {
    match value {
        value if is_plain(value) => Some(value.to_owned()),
        value if value.contains('\'') || value.contains('\0') => None,
        value => Some(format!("'{value}'")),
    }
}

/// Returns whether a word needs no quotes anywhere.
fn is_plain(value: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&byte);
    !value.is_empty() && value.bytes().all(is_plain)
}

/// Returns the quote that is open at an offset of a shell word.
fn quote_at(source: &str, offset: usize) -> Option<char> {
    let mut open = None;
    let mut characters = source[..offset].chars();
    while let Some(character) = characters.next() {
        match (open, character) {
            (None | Some('"'), '\\') => drop(characters.next()),
            (None, '"' | '\'') => open = Some(character),
            (Some(quote), _) if quote == character => open = None,
            _ => {}
        }
    }
    open
}
