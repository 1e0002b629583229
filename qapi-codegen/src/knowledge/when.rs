//! Conditions on the arguments of a request, as data files state them.
//!
//! An argument path names nested members, separated by dots; `[]` after a name
//! means every element of an array: `events[].data.axis`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::json::JsonValue;

/// A condition on the arguments of a request: all its parts must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArgumentCondition {
    /// Paths of arguments that are all present.
    #[serde(default)]
    pub present: Vec<String>,
    /// Paths of arguments that are all absent.
    #[serde(default)]
    pub absent: Vec<String>,
    /// Paths of scalars, each with the values that it may have. Numbers and
    /// booleans are written as in JSON.
    #[serde(default)]
    pub equals: BTreeMap<String, Vec<String>>,
    /// Paths of integers, each with a number that it exceeds.
    #[serde(default)]
    pub above: BTreeMap<String, i64>,
    /// Paths of values that are all numbers.
    #[serde(default)]
    pub numbers: Vec<String>,
    /// Paths of strings, each with texts of which it begins with one.
    #[serde(default)]
    pub prefixes: BTreeMap<String, Vec<String>>,
}

impl ArgumentCondition {
    /// Returns whether the condition holds.
    pub fn holds(&self, arguments: &JsonValue<'_>) -> bool {
        let is_present = |path: &String| is_present(arguments, path);
        let is_equal = |(path, texts): (&String, &Vec<String>)| {
            any_at(arguments, path, &mut |value| {
                texts.iter().any(|text| is_scalar(value, text))
            })
        };
        let has_prefix = |(path, texts): (&String, &Vec<String>)| {
            any_at(arguments, path, &mut |value| {
                let value = value.as_str();
                value.is_some_and(|value| texts.iter().any(|text| value.starts_with(text)))
            })
        };
        self.present.iter().all(is_present)
            && !self.absent.iter().any(is_present)
            && self.equals.iter().all(is_equal)
            && self.holds_for_numbers(arguments)
            && self.prefixes.iter().all(has_prefix)
    }
}

impl ArgumentCondition {
    fn holds_for_numbers(&self, arguments: &JsonValue<'_>) -> bool {
        let number_at = |path: &str, test: &dyn Fn(f64) -> bool| {
            any_at(arguments, path, &mut |value| match value {
                JsonValue::Number(number) => number.parse().is_ok_and(test),
                _ => false,
            })
        };
        let exceeds =
            |(path, limit): (&String, &i64)| number_at(path, &|number| number > *limit as f64);
        self.above.iter().all(exceeds) && self.numbers.iter().all(|path| number_at(path, &|_| true))
    }
}

/// Returns whether one of the conditions holds. An empty list always does.
pub fn any_holds(conditions: &[ArgumentCondition], arguments: &JsonValue<'_>) -> bool {
    conditions.is_empty() || conditions.iter().any(|when| when.holds(arguments))
}

/// Returns whether there is a value at a path.
pub fn is_present(arguments: &JsonValue<'_>, path: &str) -> bool {
    any_at(arguments, path, &mut |_| true)
}

/// Returns whether a value at a path passes a test.
pub fn any_at<'v, 't>(
    value: &'v JsonValue<'t>,
    path: &str,
    test: &mut dyn FnMut(&'v JsonValue<'t>) -> bool,
) -> bool {
    let members = value.members().unwrap_or_default().iter().rev();
    let mut found = members.filter_map(|member| {
        let rest = path_after(path, &member.name.value)?;
        Some((&member.value, rest))
    });
    let Some((value, rest)) = found.next() else {
        return false;
    };
    let (is_array, rest) = match rest.strip_prefix("[]") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let mut descend = |value| match rest.strip_prefix('.') {
        Some(rest) => any_at(value, rest, test),
        None => test(value),
    };
    match value {
        JsonValue::Array(elements) if is_array => elements.iter().any(descend),
        _ => !is_array && descend(value),
    }
}

/// The rest of a path after its first name, if that is this one. Checks run this for
/// each condition on each message, so it compares before it splits.
fn path_after<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(name)?;
    let ends = rest.is_empty() || rest.starts_with('.') || rest == "[]" || rest.starts_with("[].");
    (ends && !name.contains(['.', '['])).then_some(rest)
}

/// Returns whether a value is the scalar that a data file writes as `text`.
pub fn is_scalar(value: &JsonValue<'_>, text: &str) -> bool {
    match value {
        JsonValue::String(value) => value.value == text,
        JsonValue::Number(value) => value == text,
        JsonValue::Bool(value) => text == if *value { "true" } else { "false" },
        JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn holds(when: &str, arguments: &str) -> bool {
        let when: ArgumentCondition = toml::from_str(when).unwrap();
        when.holds(&parse(arguments).unwrap().value)
    }

    #[test]
    fn all_parts_must_hold() {
        let when = "present = ['a.b']\nabsent = ['c']";
        assert!(holds(when, r#"{"a": {"b": null}}"#));
        assert!(!holds(when, r#"{"a": {"b": 1}, "c": 1}"#));
        assert!(!holds(when, r#"{"a": 1}"#));
    }

    #[test]
    fn brackets_mean_any_element() {
        let when = "equals = { 'a[].b' = ['x', '1', 'true'] }";
        for value in [r#""x""#, "1", "true"] {
            assert!(holds(
                when,
                &format!(r#"{{"a": [{{"b": []}}, {{"b": {value}}}]}}"#)
            ));
        }
        assert!(!holds(when, r#"{"a": [{"b": "y"}]}"#));
        assert!(!holds(when, r#"{"a": {"b": "x"}}"#));
    }
}
