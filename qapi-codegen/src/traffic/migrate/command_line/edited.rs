//! A command line while it is being rewritten.

use crate::traffic::command_line::parameters::doubled;
use crate::traffic::command_line::{Parameters, TypedCommandLine};
use crate::traffic::read::{CommandWord, LoggedCommandLine, NewWord};

/// A command line while it is being rewritten.
#[derive(Debug, Clone)]
pub struct EditedCommandLine {
    /// The options and other words in order.
    pub options: Vec<EditedOption>,
}

/// An option, or a word that belongs to none.
#[derive(Debug, Clone)]
pub struct EditedOption {
    /// The word of the option, or the other word.
    pub word: NewWord,
    /// The argument.
    pub argument: Option<NewWord>,
    /// `false` for a word that belongs to no option.
    pub is_option: bool,
    /// `true` if a variable is in its argument.
    pub has_variable: bool,
}

impl EditedCommandLine {
    /// Begins with the words of a command line.
    pub fn new(line: &LoggedCommandLine<'_>, typed: &TypedCommandLine<'_>) -> Self {
        let words = line.arguments();
        let kept = |index: usize| NewWord::kept(index, &words[index]);
        let mut options: Vec<EditedOption> = typed
            .options
            .iter()
            .map(|option| EditedOption {
                word: kept(option.word),
                argument: option.argument.map(|(index, _)| kept(index)),
                is_option: true,
                has_variable: option
                    .argument
                    .is_some_and(|(_, word)| !word.variables().is_empty()),
            })
            .collect();
        let others = typed.operands.iter().chain(&typed.variables);
        options.extend(others.map(|&index| EditedOption {
            word: kept(index),
            argument: None,
            is_option: false,
            has_variable: false,
        }));
        options.sort_by_key(|option| option.word.origin);
        EditedCommandLine { options }
    }

    /// Writes the command line, in the notation of the old one.
    pub fn write(&self, line: &LoggedCommandLine<'_>) -> Option<String> {
        let options = self.options.iter();
        let words = options.flat_map(|option| [Some(&option.word), option.argument.as_ref()]);
        let words: Vec<NewWord> = words.flatten().cloned().collect();
        line.with_words(&words)
    }
}

impl EditedOption {
    /// Creates an option in the place of another.
    pub fn new(name: &str, argument: Option<String>, place: Option<usize>) -> Self {
        let word = |value: String, place| NewWord {
            origin: None,
            place,
            value,
        };
        EditedOption {
            word: word(format!("-{name}"), place),
            argument: argument.map(|value| word(value, None)),
            is_option: true,
            has_variable: false,
        }
    }

    /// The name without its dashes, of `-M` that of `-machine`; empty for other
    /// words.
    pub fn name(&self) -> &str {
        let name = self.word.value.strip_prefix('-').unwrap_or_default();
        match name.strip_prefix('-').unwrap_or(name) {
            _ if !self.is_option => "",
            "M" => "machine",
            name => name,
        }
    }

    /// The text of the argument.
    pub fn text(&self) -> &str {
        self.argument
            .as_ref()
            .map_or("", |argument| &argument.value)
    }

    /// Reads the parameters of the argument.
    pub fn with_parameters<T>(&self, read: impl FnOnce(&Parameters<'_>) -> T) -> T {
        let text = self.text();
        let word = CommandWord::plain(text, 0..text.len());
        read(&Parameters::parse(&word, true))
    }

    /// The indexes of the parameters with a key; that of a first value without one
    /// is given.
    pub fn indexes_of(&self, key: &str, first_key: &str) -> Vec<usize> {
        self.with_parameters(|parameters| {
            let list = parameters.list.iter().enumerate();
            let own = list.filter(|(_, own)| own.key_or(Some(first_key)) == key);
            own.map(|(index, _)| index).collect()
        })
    }

    /// Removes parameters by their indexes.
    pub fn remove_parameters(&mut self, indexes: &[usize]) {
        let texts = self.parameter_texts();
        let kept = texts
            .into_iter()
            .enumerate()
            .filter(|(index, _)| !indexes.contains(index));
        let kept: Vec<String> = kept.map(|(_, text)| text).collect();
        self.set_text(kept.join(","));
    }

    /// Replaces parameters by the text of others, in the place of the first.
    pub fn replace_parameters(&mut self, indexes: &[usize], new: &str) {
        let texts = self.parameter_texts().into_iter().enumerate();
        let texts = texts.filter_map(|(index, text)| match indexes {
            [first, ..] if *first == index => Some(new.to_owned()),
            others => (!others.contains(&index)).then_some(text),
        });
        let texts: Vec<String> = texts.collect();
        self.set_text(texts.join(","));
    }

    /// Replaces a parameter by its index. A first value stays without a key.
    pub fn set_parameter(&mut self, index: usize, key: &str, value: &str) {
        let is_first =
            self.with_parameters(|parameters| index == 0 && parameters.first().is_some());
        let mut texts = self.parameter_texts();
        if let Some(text) = texts.get_mut(index) {
            *text = match is_first {
                true => doubled(value).into_owned(),
                false => format!("{key}={}", doubled(value)),
            };
        }
        self.set_text(texts.join(","));
    }

    /// Adds a parameter.
    pub fn add_parameter(&mut self, key: &str, value: &str) {
        let separator = if self.text().is_empty() { "" } else { "," };
        let text = format!("{}{separator}{key}={}", self.text(), doubled(value));
        self.set_text(text);
    }

    fn parameter_texts(&self) -> Vec<String> {
        let text = self.text();
        self.with_parameters(|parameters| {
            let ranges = parameters
                .list
                .iter()
                .map(|parameter| parameter.range.clone());
            ranges.map(|range| text[range].to_owned()).collect()
        })
    }

    /// Replaces the text of the argument.
    pub fn set_text(&mut self, text: String) {
        if let Some(argument) = &mut self.argument {
            argument.value = text;
        }
    }
}
