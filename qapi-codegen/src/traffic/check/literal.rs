//! Texts that stand for values, where a release reads options.

use super::envelope::with_article;
use super::hints;
use super::path::Path;
use super::problem::{Code, Problem, Severity};
use crate::schema::BuiltinType;
use crate::traffic::json::Value;

/// Whether a value, once it is a text, stands for a value of a type.
pub fn fits(builtin: BuiltinType, value: &Value<'_>) -> bool {
    let text = match value {
        Value::String(text) => text.value.as_ref(),
        Value::Number(text) => text.as_ref(),
        Value::Bool(value) => written(*value),
        // Nothing else becomes an option; it is passed over.
        Value::Null | Value::Array(_) | Value::Object(_) => return true,
    };
    match builtin {
        BuiltinType::Bool => boolean(text).is_some(),
        BuiltinType::Size => size(text).is_some(),
        BuiltinType::Number => text.parse::<f64>().is_ok(),
        BuiltinType::Str | BuiltinType::QType | BuiltinType::Any | BuiltinType::Null => true,
        _ => integer(text).is_some(),
    }
}

/// Whether a value becomes no option: the release passes over it, whatever its
/// name.
pub fn is_passed_over(value: &Value<'_>) -> bool {
    matches!(value, Value::Null | Value::Array(_) | Value::Object(_))
}

/// Says that a value is passed over.
pub fn passed_over(value: &Value<'_>, path: &Path<'_>) -> Problem {
    let kind = with_article(value.kind());
    let message = format!("`{path}` is passed over, since it is {kind}");
    Problem::new(Code::Unchecked, Severity::Warning, path, message)
}

/// A value that stands for none of its type.
pub fn unfit(wanted: &str, value: &Value<'_>, path: &Path<'_>) -> Problem {
    let shown = match value {
        Value::String(text) => format!("`{}`", hints::shortened(&text.value)),
        Value::Number(text) => hints::shortened(text),
        value => with_article(value.kind()),
    };
    let message = format!("`{path}` must be {} and is {shown}", with_article(wanted));
    Problem::error(Code::MistypedMember, path, message)
}

/// What a truth value is as an option.
pub fn written(value: bool) -> &'static str {
    if value { "on" } else { "off" }
}

/// The truth value that a text stands for.
pub fn boolean(text: &str) -> Option<bool> {
    match text {
        "on" | "yes" | "true" | "y" => Some(true),
        "off" | "no" | "false" | "n" => Some(false),
        _ => None,
    }
}

/// The type of the language that reads a property as QEMU does.
pub fn builtin(ty: &str) -> Option<BuiltinType> {
    match ty {
        "string" => Some(BuiltinType::Str),
        ty if ty.starts_with("link<") => Some(BuiltinType::Str),
        ty => BuiltinType::from_name(ty).filter(|builtin| *builtin != BuiltinType::Any),
    }
}

/// The integer that a text stands for: decimal, or hexadecimal after `0x`, or
/// octal after `0`.
pub fn integer(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let hexadecimal = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"));
    let (radix, digits) = match (hexadecimal, digits.strip_prefix('0')) {
        (Some(digits), _) => (16, digits),
        (None, Some(digits)) if !digits.is_empty() => (8, digits),
        _ => (10, digits),
    };
    // A second sign would be taken here.
    let is_digit = digits.starts_with(|c: char| c.is_digit(radix));
    let number = i128::from_str_radix(digits, radix)
        .ok()
        .filter(|_| is_digit)?;
    Some(sign * number)
}

/// The number of bytes that a text such as `64M` stands for.
pub fn size(text: &str) -> Option<i128> {
    if let Some(number) = integer(text) {
        return Some(number);
    }
    let unit = text.chars().last()?;
    let power = "BKMGTPE".find(unit.to_ascii_uppercase())?;
    let factor = 1_i128 << (10 * power);
    let number = &text[..text.len() - unit.len_utf8()];
    if let Some(whole) = integer(number) {
        return whole.checked_mul(factor);
    }
    let fraction: f64 = number
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())?;
    // Sizes have 64 bits; no release takes one that is lost here.
    Some((fraction * factor as f64) as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_for_numbers() {
        let numbers = ["12", "-1", "0x1F", "010", "1.5", "--1", "0x", "", "x"].map(integer);
        let expected = [
            Some(12),
            Some(-1),
            Some(31),
            Some(8),
            None,
            None,
            None,
            None,
            None,
        ];
        assert_eq!(numbers, expected);
        assert_eq!(
            ["1k", "1.5M", "3", "k"].map(size),
            [Some(1024), Some(1_572_864), Some(3), None]
        );
    }
}
