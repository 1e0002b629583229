//! Option text, the syntax in which QEMU's command line and some commands of
//! old releases read values.

use crate::json::JsonValue;
use crate::schema::BuiltinType;

/// The option text that QEMU makes of a JSON scalar. It ignores other values.
pub fn from_json<'v>(value: &'v JsonValue<'_>) -> Option<&'v str> {
    match value {
        JsonValue::String(string) => Some(&string.value),
        JsonValue::Number(number) => Some(number),
        JsonValue::Bool(value) => Some(from_boolean(*value)),
        JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_) => None,
    }
}

/// The option text of a boolean.
pub fn from_boolean(value: bool) -> &'static str {
    if value { "on" } else { "off" }
}

/// Returns whether text is a value of a built-in type.
pub fn is_valid(builtin: BuiltinType, text: &str) -> bool {
    match builtin {
        BuiltinType::Bool => parse_boolean(text).is_some(),
        BuiltinType::Size => parse_size(text).is_some(),
        BuiltinType::Number => text.parse::<f64>().is_ok(),
        BuiltinType::Str | BuiltinType::QType | BuiltinType::Any | BuiltinType::Null => true,
        _ => parse_integer(text).is_some(),
    }
}

/// Parses a boolean.
pub fn parse_boolean(text: &str) -> Option<bool> {
    match text {
        "on" | "yes" | "true" | "y" => Some(true),
        "off" | "no" | "false" | "n" => Some(false),
        _ => None,
    }
}

/// Parses an integer: decimal, hexadecimal after `0x`, or octal after `0`.
pub fn parse_integer(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = split_radix(digits);
    // `from_str_radix` would accept a second sign.
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return None;
    }
    let number = i128::from_str_radix(digits, radix).ok()?;
    Some(sign * number)
}

fn split_radix(text: &str) -> (u32, &str) {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match (hexadecimal, text.strip_prefix('0')) {
        (Some(digits), _) => (16, digits),
        (None, Some(digits)) if !digits.is_empty() => (8, digits),
        _ => (10, text),
    }
}

/// Parses a number of bytes such as `64M`.
pub fn parse_size(text: &str) -> Option<i128> {
    if let Some(number) = parse_integer(text) {
        return Some(number);
    }
    let unit = text.chars().last()?;
    let power = "BKMGTPE".find(unit.to_ascii_uppercase())?;
    let factor = 1_i128 << (10 * power);
    let number = &text[..text.len() - unit.len_utf8()];
    if let Some(whole) = parse_integer(number) {
        return whole.checked_mul(factor);
    }
    let fraction: f64 = number.parse().ok()?;
    // Sizes have 64 bits; no release accepts one that loses precision here.
    fraction
        .is_finite()
        .then_some((fraction * factor as f64) as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_a_radix_and_one_sign() {
        for (text, number) in [("12", 12), ("-1", -1), ("+7", 7), ("0x1F", 31), ("010", 8)] {
            assert_eq!(parse_integer(text), Some(number), "{text}");
        }
        for text in ["1.5", "--1", "0x", "", "x"] {
            assert_eq!(parse_integer(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_have_a_unit() {
        let sizes = ["1k", "1.5M", "3", "k"].map(parse_size);
        assert_eq!(sizes, [Some(1024), Some(1_572_864), Some(3), None]);
    }
}
