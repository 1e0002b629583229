//! The parameters of an option: `first,key=value,flag,noflag`.

use std::borrow::Cow;
use std::ops::Range;

use crate::traffic::read::CommandWord;

/// The parameters of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters<'w> {
    /// The parameters in order.
    pub list: Vec<Parameter<'w>>,
}

/// A parameter as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter<'w> {
    /// The key; empty for a first value without one.
    pub key: &'w str,
    /// The value, without doubled commas.
    pub value: Cow<'w, str>,
    /// The form.
    pub form: ParameterForm,
    /// The range of the parameter in the argument, without its comma.
    pub range: Range<usize>,
    /// `true` if a variable is part of the key.
    pub is_key_variable: bool,
    /// `true` if a variable is part of the value.
    pub is_value_variable: bool,
}

/// The form of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterForm {
    /// `key=value`.
    Named,
    /// A first value, whose key is implied.
    First,
    /// `key`, which stands for `key=on`.
    On,
    /// `nokey`, which stands for `key=off`.
    Off,
}

impl<'w> Parameter<'w> {
    /// The key, or that of a first value without one.
    pub fn key_or<'k>(&'k self, first_key: Option<&'k str>) -> &'k str {
        match self.form {
            ParameterForm::First => first_key.unwrap_or_default(),
            _ => self.key,
        }
    }
}

impl<'w> Parameters<'w> {
    /// Parses the argument of an option; `first_key` states whether a first value
    /// may be without a key.
    pub fn parse(word: &'w CommandWord<'_>, has_first_key: bool) -> Self {
        let text = word.value();
        let mut list = Vec::new();
        let mut start = 0;
        while start < text.len() {
            let is_first = has_first_key && list.is_empty();
            let parameter = parse_parameter(word, start, is_first);
            start = parameter.range.end + 1;
            list.push(parameter);
        }
        Parameters { list }
    }

    /// The last parameter with a key, which is the one that QEMU uses.
    pub fn get(&self, key: &str) -> Option<&Parameter<'w>> {
        self.list.iter().rfind(|parameter| parameter.key == key)
    }

    /// The first value without a key.
    pub fn first(&self) -> Option<&Parameter<'w>> {
        let first = self.list.first();
        first.filter(|first| first.form == ParameterForm::First)
    }

    /// Returns whether a request for help is among them.
    pub fn asks_for_help(&self) -> bool {
        let is_help = |parameter: &Parameter<'_>| match parameter.form {
            ParameterForm::Named => false,
            ParameterForm::First => is_help(&parameter.value),
            _ => is_help(parameter.key),
        };
        self.list.iter().any(is_help)
    }
}

/// Returns whether a value asks for help.
pub fn is_help(value: &str) -> bool {
    matches!(value, "help" | "?")
}

fn parse_parameter<'w>(word: &'w CommandWord<'_>, start: usize, is_first: bool) -> Parameter<'w> {
    let text = &word.value()[start..];
    let is_inside = |offset: usize| word.has_variable(start + offset..start + offset + 1);
    let is_separator = |offset: &usize| !is_inside(*offset);
    let comma = find_end(text, &is_separator);
    let equals = memchr::memchr_iter(b'=', text.as_bytes()).find(is_separator);
    // A key ends at a single comma, even if it is doubled.
    let first_comma = memchr::memchr_iter(b',', text.as_bytes()).find(is_separator);
    let equals = equals.filter(|equals| first_comma.is_none_or(|comma| *equals < comma));
    let has_variable = |range: Range<usize>| {
        !range.is_empty() && word.has_variable(start + range.start..start + range.end)
    };
    let (key, value, form, end) = match equals {
        Some(equals) => (0..equals, equals + 1..comma, ParameterForm::Named, comma),
        None if is_first => (0..0, 0..comma, ParameterForm::First, comma),
        None => {
            let end = first_comma.unwrap_or(text.len());
            match text.strip_prefix("no") {
                Some(_) => (2..end.max(2), end..end, ParameterForm::Off, end),
                None => (0..end, end..end, ParameterForm::On, end),
            }
        }
    };
    Parameter {
        key: &text[key.clone()],
        value: match form {
            ParameterForm::On => Cow::Borrowed("on"),
            ParameterForm::Off => Cow::Borrowed("off"),
            _ => undoubled(&text[value.clone()]),
        },
        form,
        range: start..start + end,
        is_key_variable: has_variable(key),
        is_value_variable: has_variable(value),
    }
}

/// Returns the offset of the comma that ends a value. A doubled comma is part of
/// the value.
fn find_end(text: &str, is_separator: &dyn Fn(&usize) -> bool) -> usize {
    let bytes = text.as_bytes();
    let mut offset = 0;
    while offset < bytes.len() {
        if bytes[offset] == b',' && is_separator(&offset) {
            if bytes.get(offset + 1) != Some(&b',') {
                return offset;
            }
            offset += 1;
        }
        offset += 1;
    }
    bytes.len()
}

fn undoubled(value: &str) -> Cow<'_, str> {
    match value.contains(",,") {
        true => Cow::Owned(value.replace(",,", ",")),
        false => Cow::Borrowed(value),
    }
}

/// Writes a value so that its commas are part of it.
pub fn doubled(value: &str) -> Cow<'_, str> {
    match value.contains(',') {
        true => Cow::Owned(value.replace(',', ",,")),
        false => Cow::Borrowed(value),
    }
}
