//! Constraints on the parameters of options: values, combinations, requirements.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use super::facts::CommandLineFacts;
use crate::traffic::option_text;
use crate::version::Series;

/// A constraint on the parameters of some options.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OptionConstraint {
    /// The options.
    pub options: Vec<String>,
    /// The first series with the constraint.
    pub since: Option<Series>,
    /// The last series with the constraint.
    pub until: Option<Series>,
    /// The parameters whose values are constrained; empty for the value of an
    /// option without parameters.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// All values that any series accepts.
    #[serde(default)]
    pub values: Vec<String>,
    /// The form of other values that QEMU accepts.
    pub form: Option<ValueForm>,
    /// The character between several values.
    pub separator: Option<char>,
    /// The values of parameters for which the constraint holds; none means any.
    #[serde(default)]
    pub when: BTreeMap<String, Vec<String>>,
    /// Parameters of which one has to be there.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Parameters that must not be there.
    #[serde(default)]
    pub excludes: Vec<String>,
    /// What does not satisfy the constraint may be accepted, for this reason.
    pub unless: Option<String>,
}

/// Options of which a command line may have one, or one option that may occur once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OptionConflict {
    /// The options, or parameters of them.
    pub parts: Vec<OptionPart>,
    /// The first series with the conflict.
    pub since: Option<Series>,
}

/// An option, or a parameter of one: `-machine accel=`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct OptionPart {
    /// The option without its dash.
    pub option: String,
    /// The parameter.
    pub parameter: Option<String>,
}

impl TryFrom<String> for OptionPart {
    type Error = String;

    fn try_from(text: String) -> Result<OptionPart, String> {
        let option = text.strip_prefix('-').ok_or("an option begins with `-`")?;
        let (option, parameter) = match option.split_once(' ') {
            Some((option, rest)) => {
                let name = rest.strip_suffix('=').ok_or("a parameter ends with `=`")?;
                (option, Some(name.to_owned()))
            }
            None => (option, None),
        };
        Ok(OptionPart {
            option: option.to_owned(),
            parameter,
        })
    }
}

impl fmt::Display for OptionPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "-{}", self.option)?;
        match &self.parameter {
            Some(name) => write!(f, " {name}="),
            None => Ok(()),
        }
    }
}

/// The form of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueForm {
    /// `on` or `off`, or another word for them.
    Boolean,
    /// An integer.
    Integer,
    /// A number of bytes.
    Size,
    /// A size that is a power of two.
    PowerOfTwo,
    /// A date, or a date and a time.
    Date,
    /// A UUID.
    Uuid,
    /// Letters of devices, each once.
    BootOrder,
    /// Any text after one of the values.
    Prefix,
    /// Any text.
    Text,
}

impl OptionConstraint {
    /// Returns whether the constraint is one on the values of a parameter.
    pub fn is_about(&self, parameter: &str) -> bool {
        self.parameters.iter().any(|own| own == parameter)
    }

    /// Returns whether a value satisfies the constraint.
    pub fn accepts(&self, value: &str) -> bool {
        let is_one = |value: &str| {
            let is_listed = match self.form {
                Some(ValueForm::Prefix) => self.values.iter().any(|own| value.starts_with(&**own)),
                _ => self.values.iter().any(|own| own == value),
            };
            is_listed || self.form.is_some_and(|form| form.accepts(value))
        };
        match self.separator {
            Some(separator) => value.split(separator).all(is_one),
            None => is_one(value),
        }
    }

    /// The accepted values in words.
    pub fn expected(&self) -> String {
        let form = self.form.and_then(ValueForm::as_str);
        let values = self.values.iter().map(|value| format!("`{value}`"));
        let all: Vec<String> = values.chain(form.map(str::to_owned)).collect();
        all.join(", ")
    }
}

impl ValueForm {
    fn as_str(self) -> Option<&'static str> {
        Some(match self {
            ValueForm::Boolean => "a boolean",
            ValueForm::Integer => "an integer",
            ValueForm::Size => "a size",
            ValueForm::PowerOfTwo => "a power of two",
            ValueForm::Date => "a date",
            ValueForm::Uuid => "a UUID",
            ValueForm::BootOrder => "different letters from `a` to `p`",
            ValueForm::Text => "text",
            ValueForm::Prefix => return None,
        })
    }

    fn accepts(self, value: &str) -> bool {
        match self {
            ValueForm::Boolean => option_text::parse_boolean(value).is_some(),
            ValueForm::Integer => option_text::parse_integer(value).is_some(),
            ValueForm::Size => option_text::parse_size(value).is_some(),
            ValueForm::PowerOfTwo => {
                let size = option_text::parse_size(value);
                size.is_some_and(|size| size > 0 && size & (size - 1) == 0)
            }
            ValueForm::Date => is_date(value),
            ValueForm::Uuid => is_uuid(value),
            ValueForm::BootOrder => is_boot_order(value),
            ValueForm::Text => true,
            ValueForm::Prefix => false,
        }
    }
}

/// Returns whether a text is `2006-06-17` or `2006-06-17T16:01:21`.
fn is_date(text: &str) -> bool {
    let has_numbers = |text: &str, separator: char| {
        let parts: Vec<&str> = text.split(separator).collect();
        parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok())
    };
    match text.split_once('T') {
        Some((date, time)) => has_numbers(date, '-') && has_numbers(time, ':'),
        None => has_numbers(text, '-'),
    }
}

fn is_uuid(text: &str) -> bool {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    let is_group = |(group, length): (&&str, usize)| {
        group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    groups.len() == LENGTHS.len() && groups.iter().zip(LENGTHS).all(is_group)
}

fn is_boot_order(text: &str) -> bool {
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    let is_unique = letters.windows(2).all(|pair| pair[0] != pair[1]);
    is_unique && letters.iter().all(|letter| ('a'..='p').contains(letter))
}

impl<'e> CommandLineFacts<'e> {
    /// The options that exclude each other in this release.
    pub fn conflicts(&self) -> impl Iterator<Item = &'e OptionConflict> + use<'e> {
        let series = self.series();
        let all = self.evidence().options().conflicts.iter();
        all.filter(move |own| own.since.is_none_or(|since| since <= series))
    }

    /// The constraints on an option in this release.
    pub fn constraints<'n>(
        &self,
        option: &'n str,
    ) -> impl Iterator<Item = &'e OptionConstraint> + use<'e, 'n> {
        let series = self.series();
        let all = self.evidence().options().constraints.iter();
        all.filter(move |own| {
            let has_begun = own.since.is_none_or(|since| since <= series);
            let is_over = own.until.is_some_and(|until| until < series);
            has_begun && !is_over && own.options.iter().any(|own| own == option)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_accept_what_qemu_reads() {
        for (form, valid, invalid) in [
            (ValueForm::Date, "2020-01-01T00:00:00", "now"),
            (ValueForm::Date, "2020-01-01", "2020-01"),
            (ValueForm::BootOrder, "cdn", "cc"),
            (ValueForm::BootOrder, "", "x"),
            (ValueForm::PowerOfTwo, "64K", "1000"),
            (
                ValueForm::Uuid,
                "5f1f8b2e-0a27-4a24-9f0f-5d5f4e4f1b11",
                "5f1f8b2e",
            ),
        ] {
            assert!(form.accepts(valid), "{valid}");
            assert!(!form.accepts(invalid), "{invalid}");
        }
    }
}
