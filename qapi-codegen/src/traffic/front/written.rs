//! Values as a server writes them back.

use crate::dialect;
use crate::json::{JsonMember, JsonValue};
use crate::traffic::check::dictionary_order;
use crate::version::Series;

/// Converts a value into the one that a server writes after it read the value: integers
/// in decimal digits, other numbers as floating-point numbers, and members in the order
/// of its hash tables.
pub fn rewrite_value(value: JsonValue<'_>, series: Series) -> JsonValue<'_> {
    match value {
        JsonValue::Number(number) => JsonValue::Number(write_number(&number, series).into()),
        JsonValue::Array(elements) => {
            let elements = elements.into_iter();
            JsonValue::Array(elements.map(|own| rewrite_value(own, series)).collect())
        }
        JsonValue::Object(members) => {
            let names = members.iter().map(|member| member.name.value.to_string());
            let names: Vec<String> = names.collect();
            let order = dictionary_order(names.iter().map(String::as_str));
            let position = |name: &str| order.iter().position(|own| *own == name);
            let mut members: Vec<JsonMember<'_>> = members
                .into_iter()
                .map(|member| {
                    JsonMember::new(member.name.value, rewrite_value(member.value, series))
                })
                .collect();
            members.sort_by_cached_key(|member| position(&member.name.value));
            JsonValue::Object(members)
        }
        value => value,
    }
}

fn write_number(text: &str, series: Series) -> String {
    if let Ok(number) = text.parse::<i64>() {
        return number.to_string();
    }
    let unsigned = text.parse::<u64>();
    match unsigned {
        Ok(number) if !dialect::NEGATIVE_UNSIGNED.contains(series) => number.to_string(),
        _ => match text.parse::<f64>() {
            Ok(number) if !dialect::EXACT_FLOATS.contains(series) => {
                trim_zeros(&format!("{number:.6}")).to_owned()
            }
            Ok(number) => write_exact(number),
            Err(_) => text.to_owned(),
        },
    }
}

/// Writes a number with 17 significant digits, as C does with `%.17g`.
fn write_exact(number: f64) -> String {
    let scientific = format!("{number:.16e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    match exponent.parse::<i32>() {
        Ok(exponent @ -4..=16) => {
            let decimals = usize::try_from(16 - exponent).unwrap_or_default();
            trim_zeros(&format!("{number:.decimals$}")).to_owned()
        }
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!(
                "{}e{sign}{:02}",
                trim_zeros(digits),
                exponent.unsigned_abs()
            )
        }
        Err(_) => scientific,
    }
}

fn trim_zeros(text: &str) -> &str {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_that_each_release_writes() {
        // As recorded.
        for (text, old, new) in [
            ("1.50", "1.5", "1.5"),
            ("-0", "0", "0"),
            ("1e2", "100", "100"),
            ("1.0", "1", "1"),
            ("0.1", "0.1", "0.10000000000000001"),
            ("-1e3", "-1000", "-1000"),
            (
                "9223372036854775807",
                "9223372036854775807",
                "9223372036854775807",
            ),
            (
                "18446744073709551615",
                "18446744073709551616",
                "18446744073709551615",
            ),
            (
                "18446744073709551616",
                "18446744073709551616",
                "1.8446744073709552e+19",
            ),
            ("1e-7", "0", "9.9999999999999995e-08"),
        ] {
            assert_eq!(write_number(text, Series::new(2, 5)), old);
            assert_eq!(write_number(text, Series::new(7, 2)), new);
        }
    }
}
