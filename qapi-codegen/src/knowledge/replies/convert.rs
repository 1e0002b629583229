//! Conversion of values between an older and a later release.

use super::{ReplyConversion, ReplyRule, ReplyValue};
use crate::json::JsonValue;
use crate::knowledge::when::is_scalar;

impl ReplyRule {
    /// Adds the old members to a value of the later release, at the path of the
    /// objects that have them. New members stay. Returns whether it changed
    /// anything.
    pub fn convert_to_older(&self, value: &mut JsonValue<'static>, at: &str) -> bool {
        let mut is_changed = false;
        for_each_at(value, at, &mut |object| {
            for old in self.old.paths() {
                is_changed |= self.add_old(object, old);
            }
        });
        is_changed
    }

    /// Adds the new members to a value of the older release. Returns `false` if
    /// the new value does not follow from the old one, or nothing is changed.
    pub fn convert_to_newer(&self, value: &mut JsonValue<'static>, at: &str) -> bool {
        let mut is_changed = false;
        for_each_at(value, at, &mut |object| {
            for old in self.old.paths() {
                is_changed |= self.add_new(object, old);
            }
        });
        is_changed
    }

    fn add_old(&self, object: &mut JsonValue<'static>, old: &str) -> bool {
        let new = self.new_member(old);
        let found = new.and_then(|new| get_at(object, new));
        let value = match (&self.conversion, found) {
            (ReplyConversion::Same, Some(found)) => Some(found.clone()),
            (ReplyConversion::Values(values), Some(found)) => {
                let mut values = values.iter();
                let old = values.find(|(new, _)| is_named(found, new));
                old.map(|(_, old)| JsonValue::string(old.clone()))
            }
            (ReplyConversion::Cases(cases), _) => {
                let case = cases.iter().find(|case| case.when.holds(object));
                case.map(|case| case.value.to_json())
            }
            (ReplyConversion::Sum(member), Some(found)) => sum(found, member),
            (_, None) => None,
        };
        let is_absent = old.is_empty() || get_at(object, old).is_none();
        let replaces = matches!(self.conversion, ReplyConversion::Values(_));
        match value {
            Some(value) if is_absent || replaces => set_at(object, old, value),
            _ => false,
        }
    }

    fn add_new(&self, object: &mut JsonValue<'static>, old: &str) -> bool {
        let Some(found) = get_at(object, old) else {
            return false;
        };
        let value = match &self.conversion {
            ReplyConversion::Same => Some(found.clone()),
            ReplyConversion::Values(values) => {
                let mut fitting = values.iter().filter(|(_, own)| is_named(found, own));
                let new = fitting.next().filter(|_| fitting.next().is_none());
                new.map(|(new, _)| match new.as_str() {
                    "null" => JsonValue::Null,
                    new => JsonValue::string(new.to_owned()),
                })
            }
            ReplyConversion::Cases(_) | ReplyConversion::Sum(_) => None,
        };
        match (value, self.new_member(old)) {
            (Some(value), Some(new)) => set_at(object, new, value),
            _ => false,
        }
    }
}

impl ReplyValue {
    fn to_json(&self) -> JsonValue<'static> {
        match self {
            ReplyValue::Boolean(value) => JsonValue::Bool(*value),
            ReplyValue::Integer(value) => JsonValue::number(value),
            ReplyValue::Text(text) => JsonValue::string(text.clone()),
            ReplyValue::Texts(texts) => {
                let texts = texts.iter().cloned();
                JsonValue::Array(texts.map(JsonValue::string).collect())
            }
        }
    }
}

/// Returns whether a value is a string, or null, that a data file names.
fn is_named(value: &JsonValue<'_>, name: &str) -> bool {
    match value {
        JsonValue::Null => name == "null",
        value => is_scalar(value, name),
    }
}

fn sum(elements: &JsonValue<'_>, member: &str) -> Option<JsonValue<'static>> {
    let sizes = elements.elements()?.iter();
    let sizes = sizes.map(|element| match element.get(member)? {
        JsonValue::Number(number) => number.parse::<u64>().ok(),
        _ => None,
    });
    let sizes: Option<Vec<u64>> = sizes.collect();
    let total = sizes?.into_iter().try_fold(0, u64::checked_add)?;
    Some(JsonValue::number(total))
}

/// Returns the value at a path without arrays; the value itself if it is empty.
pub fn get_at<'v, 't>(value: &'v JsonValue<'t>, path: &str) -> Option<&'v JsonValue<'t>> {
    let mut names = path.split('.').filter(|name| !name.is_empty());
    names.try_fold(value, |value, name| value.get(name))
}

/// Sets the value at a path without arrays, if the object around it is there.
pub fn set_at(value: &mut JsonValue<'static>, path: &str, new: JsonValue<'static>) -> bool {
    if path.is_empty() {
        *value = new;
        return true;
    }
    let (outer, name) = path.rsplit_once('.').unwrap_or(("", path));
    let mut object = Some(value);
    for name in outer.split('.').filter(|name| !name.is_empty()) {
        object = object.and_then(|object| object.get_mut(name));
    }
    let object = object.filter(|object| object.members().is_some());
    let is_there = object.is_some();
    if let Some(object) = object {
        object.set(name.to_owned(), new);
    }
    is_there
}

/// Calls `visit` for each value at a path, whose `[]` mean every element of an
/// array.
pub fn for_each_at(
    value: &mut JsonValue<'static>,
    path: &str,
    visit: &mut dyn FnMut(&mut JsonValue<'static>),
) {
    let Some((first, rest)) = path
        .split_once('.')
        .or((!path.is_empty()).then_some((path, "")))
    else {
        return visit(value);
    };
    let (name, is_array) = match first.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (first, false),
    };
    let inner = match name {
        "" => Some(value),
        name => value.get_mut(name),
    };
    match inner {
        Some(JsonValue::Array(elements)) if is_array => {
            let elements = elements.iter_mut();
            elements.for_each(|element| for_each_at(element, rest, visit));
        }
        Some(inner) if !is_array => for_each_at(inner, rest, visit),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::json::{JsonStyle, parse};
    use crate::knowledge::ReplyRules;

    /// Converts a value with a rule for the command `c`.
    fn convert(rule: &str, value: &str, to_older: bool) -> String {
        let rule = format!(
            "[[rule]]\nid = 'i'\nsince = '6.0'\ncertainty = 'certain'\nreason = 'R.'\n\
             advice = 'A.'\n{rule}"
        );
        let rules = ReplyRules::parse(&rule).unwrap();
        let rule = &rules.rules[0];
        let mut value = parse(value).unwrap().value.into_owned();
        match to_older {
            true => rule.convert_to_older(&mut value, &rule.commands["c"]),
            false => rule.convert_to_newer(&mut value, &rule.commands["c"]),
        };
        JsonStyle::COMPACT.format(&value)
    }

    #[test]
    fn old_members_follow_from_new_ones() {
        let moved = "commands = { c = '[]' }\nold = 'a'\nnew = 'b.a'";
        let renamed =
            "commands = { c = 'x[].y' }\nold = 'a'\nconversion.values = { new = 'old', null = '' }";
        let cases = "commands = { c = '' }\nold = 's'\n\
            conversion.cases = [{ when.equals = { b = ['true'] }, value = 'on' }, { value = 'off' }]";
        let sum = "commands = { c = '' }\nold = 'n'\nnew = 'l'\nconversion.sum = 'm'";
        let whole = "commands = { c = '' }\nold = ''\nnew = 'm'";
        let table = [
            (
                moved,
                r#"[{"b":{"a":1}},{"b":{}},{}]"#,
                r#"[{"b":{"a":1},"a":1},{"b":{}},{}]"#,
            ),
            (
                renamed,
                r#"{"x":[{"y":{"a":"new"}}]}"#,
                r#"{"x":[{"y":{"a":"old"}}]}"#,
            ),
            (
                renamed,
                r#"{"x":[{"y":{"a":null}}]}"#,
                r#"{"x":[{"y":{"a":""}}]}"#,
            ),
            (
                renamed,
                r#"{"x":[{"y":{"a":"c"}}]}"#,
                r#"{"x":[{"y":{"a":"c"}}]}"#,
            ),
            (cases, r#"{"b":true}"#, r#"{"b":true,"s":"on"}"#),
            (cases, r#"{"b":false}"#, r#"{"b":false,"s":"off"}"#),
            (cases, r#"{"s":"?"}"#, r#"{"s":"?"}"#),
            (
                sum,
                r#"{"l":[{"m":1},{"m":2}]}"#,
                r#"{"l":[{"m":1},{"m":2}],"n":3}"#,
            ),
            (sum, r#"{"l":[{"m":"x"}]}"#, r#"{"l":[{"m":"x"}]}"#),
            (whole, r#"{"m":5}"#, "5"),
            (whole, "7", "7"),
        ];
        for (rule, new, old) in table {
            assert_eq!(convert(rule, new, true), old, "{rule}");
        }
    }

    #[test]
    fn new_members_follow_from_old_ones_unless_that_is_ambiguous() {
        let moved = "commands = { c = '[]' }\nold = 'a'\nnew = 'b'";
        let renamed =
            "commands = { c = '' }\nold = 'a'\nconversion.values = { n = 'o', m = 'p', q = 'p' }";
        let table = [
            (moved, r#"[{"a":1}]"#, r#"[{"a":1,"b":1}]"#),
            (renamed, r#"{"a":"o"}"#, r#"{"a":"n"}"#),
            (renamed, r#"{"a":"p"}"#, r#"{"a":"p"}"#),
        ];
        for (rule, old, new) in table {
            assert_eq!(convert(rule, old, false), new, "{rule}");
        }
    }
}
