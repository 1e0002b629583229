//! The options of a command line.

use std::collections::HashMap;

use crate::traffic::read::{CommandWord, LoggedCommandLine};

/// A command line, divided into options.
#[derive(Debug, Clone)]
pub struct TypedCommandLine<'l> {
    /// The name of the program, without its folder.
    pub program: &'l str,
    /// The options in order.
    pub options: Vec<TypedOption<'l>>,
    /// Words that belong to no option: disk images.
    pub operands: Vec<usize>,
    /// Words that may stand for any options.
    pub variables: Vec<usize>,
}

/// An option as it is typed.
#[derive(Debug, Clone, Copy)]
pub struct TypedOption<'l> {
    /// The name, without dashes.
    pub name: &'l str,
    /// The index of its word.
    pub word: usize,
    /// Its argument and the index of that.
    pub argument: Option<(usize, &'l CommandWord<'l>)>,
    /// How many options of this name come before it.
    pub ordinal: usize,
    /// `true` if the command line has several of this name.
    pub is_repeated: bool,
    /// The group of a file for `-readconfig` that stands for the option.
    pub group: Option<&'l str>,
}

impl<'l> TypedCommandLine<'l> {
    /// Divides a command line. `takes_argument` knows whether a word belongs to
    /// an option; of an unknown option, it belongs if it is not an option itself.
    pub fn new(
        line: &'l LoggedCommandLine<'l>,
        takes_argument: &dyn Fn(&str) -> Option<bool>,
    ) -> Self {
        let mut typed = TypedCommandLine {
            program: line.program_name(),
            options: Vec::new(),
            operands: Vec::new(),
            variables: Vec::new(),
        };
        let mut words = line.arguments().iter().enumerate().peekable();
        while let Some((index, word)) = words.next() {
            let Some(name) = option_name(word) else {
                match word.is_list {
                    true => typed.variables.push(index),
                    false => typed.operands.push(index),
                }
                continue;
            };
            let group = line.config_group(word);
            let takes = match group {
                Some(_) => Some(true),
                None => takes_argument(name),
            };
            let is_argument = |next: &(usize, &CommandWord<'_>)| {
                takes.unwrap_or_else(|| option_name(next.1).is_none() && !next.1.is_list)
            };
            typed.options.push(TypedOption {
                name,
                word: index,
                argument: words.next_if(is_argument),
                ordinal: 0,
                is_repeated: false,
                group,
            });
        }
        typed.number_options();
        typed
    }

    fn number_options(&mut self) {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for option in &mut self.options {
            let count = counts.entry(option.name).or_default();
            option.ordinal = *count;
            *count += 1;
        }
        for option in &mut self.options {
            option.is_repeated = counts.get(option.name).is_some_and(|&count| count > 1);
        }
    }

    /// The target that the program emulates, if its name has it.
    pub fn target(&self) -> Option<&'l str> {
        let name = self.program.strip_suffix(".exe").unwrap_or(self.program);
        let target = name.strip_prefix("qemu-system-")?;
        let end = target.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        Some(&target[..end.unwrap_or(target.len())])
    }
}

/// The name of an option without its dashes, of which it may have two.
pub fn option_name<'w>(word: &'w CommandWord<'_>) -> Option<&'w str> {
    let name = word
        .value()
        .strip_prefix('-')
        .filter(|_| !word.has_variable(0..1))?;
    Some(name.strip_prefix('-').unwrap_or(name))
}
