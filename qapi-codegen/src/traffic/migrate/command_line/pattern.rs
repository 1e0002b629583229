//! Patterns of options in rules: finding them and writing what replaces them.

use std::collections::BTreeMap;

use super::edited::{EditedCommandLine, EditedOption};
use crate::knowledge::CommandLineRule;
use crate::traffic::command_line::{ParameterForm, Parameters};
use crate::traffic::option_text;

/// The values of the names in a pattern.
type Values = BTreeMap<String, String>;

/// An option that a rule replaces.
pub struct Match {
    values: Values,
    /// The parameters that the rule replaces; `None` if it replaces the option.
    parameters: Option<Vec<usize>>,
}

/// A pattern of one option.
struct OptionPattern<'r> {
    name: &'r str,
    argument: Option<&'r str>,
}

impl<'r> OptionPattern<'r> {
    /// The options of a text.
    fn parse(text: &'r str) -> Vec<OptionPattern<'r>> {
        let mut patterns: Vec<OptionPattern<'r>> = Vec::new();
        for word in text.split_whitespace() {
            match (word.strip_prefix('-'), patterns.last_mut()) {
                (None, Some(last)) => last.argument = Some(word),
                (name, _) => patterns.push(OptionPattern {
                    name: name.unwrap_or(word),
                    argument: None,
                }),
            }
        }
        patterns
    }

    fn find(&self, option: &EditedOption, values: &mut Values) -> Option<Option<Vec<usize>>> {
        if option.name() != self.name {
            return None;
        }
        match self.argument {
            None => Some(None),
            // A comma after a first value says that parameters follow it.
            Some(pattern) if !pattern.contains(['=', ',']) => {
                bind(pattern, option.text(), values).then_some(None)
            }
            Some(pattern) => option
                .with_parameters(|parameters| find_parameters(pattern, parameters, values))
                .map(Some),
        }
    }
}

/// Finds all parameters of a pattern and returns their indexes.
fn find_parameters(
    pattern: &str,
    parameters: &Parameters<'_>,
    values: &mut Values,
) -> Option<Vec<usize>> {
    let wanted = pattern
        .trim_end_matches(',')
        .split(',')
        .enumerate()
        .map(|(at, wanted)| {
            let mut list = parameters.list.iter();
            match wanted.split_once('=') {
                None if at == 0 => parameters
                    .first()
                    .filter(|first| bind(wanted, &first.value, values))
                    .map(|_| 0),
                None => None,
                Some((key, value)) => list.rposition(|parameter| {
                    let is_named = parameter.form != ParameterForm::First && parameter.key == key;
                    is_named && bind(value, &parameter.value, values)
                }),
            }
        });
    wanted.collect()
}

/// Compares a value with a pattern, and remembers the value of its name.
fn bind(pattern: &str, value: &str, values: &mut Values) -> bool {
    let Some((before, rest)) = pattern.split_once('{') else {
        return pattern == value;
    };
    let Some((name, after)) = rest.split_once('}') else {
        return false;
    };
    let inside = value
        .strip_prefix(before)
        .and_then(|value| value.strip_suffix(after));
    let Some(inside) = inside.filter(|inside| !inside.is_empty()) else {
        return false;
    };
    let known = values
        .entry(name.to_owned())
        .or_insert_with(|| inside.to_owned());
    known == inside
}

/// Fills in the values of the names of a pattern.
fn fill(pattern: &str, values: &Values) -> String {
    values
        .iter()
        .fold(pattern.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
}

/// Multiplies values by the factors of their names. Returns `None` if one is not an
/// integer.
fn multiply(values: &mut Values, factors: &BTreeMap<String, i128>) -> Option<()> {
    for (name, factor) in factors {
        let value = values.get_mut(name)?;
        *value = option_text::parse_integer(value)?
            .checked_mul(*factor)?
            .to_string();
    }
    Some(())
}

impl Match {
    /// Returns whether a rule replaces the option at an index.
    pub fn find(rule: &CommandLineRule, line: &EditedCommandLine, index: usize) -> Option<Match> {
        let mut values = Values::new();
        let before = OptionPattern::parse(&rule.before);
        let [pattern] = &before[..] else {
            return None;
        };
        let parameters = pattern.find(&line.options[index], &mut values)?;
        let mut has = |text: &str| {
            let patterns = OptionPattern::parse(text);
            patterns.iter().all(|pattern| {
                let mut options = line.options.iter();
                options.any(|option| pattern.find(option, &mut values).is_some())
            })
        };
        let is_with = rule.with.as_deref().is_none_or(&mut has);
        let is_without = !rule.without.iter().any(|text| has(text));
        let is_found = is_with && is_without && multiply(&mut values, &rule.multiply).is_some();
        is_found.then_some(Match { values, parameters })
    }

    /// Replaces the option. Returns `false` if that is not possible.
    pub fn apply(self, rule: &CommandLineRule, line: &mut EditedCommandLine, index: usize) -> bool {
        let old = line.options[index].clone();
        let place = old.word.origin.or(old.word.place);
        // A variable has to keep its word.
        if old.has_variable && self.parameters.is_some() {
            return false;
        }
        let after = rule.after.as_deref().unwrap_or_default();
        let patterns = OptionPattern::parse(after);
        if let (Some(indexes), [pattern]) = (&self.parameters, &patterns[..])
            && pattern.name == old.name()
        {
            let new = fill(pattern.argument.unwrap_or_default(), &self.values);
            line.options[index].replace_parameters(indexes, &new);
            return true;
        }
        let rest = self.parameters.as_ref().map(|indexes| {
            let mut rest = old.clone();
            rest.remove_parameters(indexes);
            rest
        });
        let mut new: Vec<EditedOption> = rest
            .filter(|rest| !rest.text().is_empty())
            .into_iter()
            .collect();
        let kept = new.len();
        for pattern in patterns {
            let argument = pattern
                .argument
                .map(|argument| fill(argument, &self.values));
            new.push(EditedOption::new(pattern.name, argument, place));
        }
        if let [only] = &mut new[kept..]
            && kept == 0
        {
            only.take_place_of(&old);
        }
        line.options.splice(index..=index, new);
        if rule.merge {
            line.merge(index + kept);
        }
        true
    }
}

impl EditedOption {
    /// Keeps the words of the option that this one replaces, as far as possible.
    fn take_place_of(&mut self, old: &EditedOption) {
        self.word.origin = old.word.origin;
        self.has_variable = old.has_variable;
        if let (Some(new), Some(old)) = (&mut self.argument, &old.argument) {
            new.origin = old.origin;
        }
    }
}

impl EditedCommandLine {
    /// Adds the parameters of an option to another one of the same name, if
    /// there is one.
    fn merge(&mut self, index: usize) {
        let Some(new) = self.options.get(index).cloned() else {
            return;
        };
        if new.has_variable {
            return;
        }
        let mut others = self.options.iter().enumerate();
        let first = |option: &EditedOption| {
            option.with_parameters(|parameters| {
                parameters.first().map(|first| first.value.to_string())
            })
        };
        let own = first(&new);
        let found = others.rfind(|(at, other)| {
            *at != index && other.name() == new.name() && (own.is_none() || first(other) == own)
        });
        let Some(at) = found.map(|(at, _)| at) else {
            return;
        };
        let added: Vec<(String, String)> = new.with_parameters(|parameters| {
            let named = parameters
                .list
                .iter()
                .filter(|own| own.form != ParameterForm::First);
            named
                .map(|own| (own.key.to_owned(), own.value.to_string()))
                .collect()
        });
        for (key, value) in added {
            self.options[at].add_parameter(&key, &value);
        }
        self.options.remove(index);
    }
}
