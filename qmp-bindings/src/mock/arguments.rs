//! Arguments of a command, and QEMU's words for those that do not have its shape.

use serde::de::DeserializeOwned;
use serde::ser::Serialize;
use serde_json::{Map, Value};

use super::ErrorReply;
use crate::version::Series;
use crate::wire::path::{Located, locate};

/// Decodes arguments. Members that the command does not have are an error.
///
/// # Errors
///
/// The arguments do not have the shape of the command.
pub(super) fn decode<C: DeserializeOwned + Serialize>(
    arguments: &Map<String, Value>,
    series: Series,
) -> Result<C, ErrorReply> {
    let given = Value::Object(arguments.clone());
    let text = given.to_string();
    let wording = Wording { series };
    let command: C = serde_json::from_str(&text)
        .map_err(|error| wording.invalid(&locate(text.as_bytes(), &error)))?;
    let kept = serde_json::to_value(&command).unwrap_or_default();
    match find_unexpected(&given, &kept, String::new()) {
        Some(path) => Err(wording.unexpected(&path)),
        None => Ok(command),
    }
}

/// Finds a member that was dropped because no type has it.
fn find_unexpected(given: &Value, kept: &Value, path: String) -> Option<String> {
    match (given, kept) {
        (Value::Object(given), Value::Object(kept)) => given.iter().find_map(|(name, value)| {
            let path = match path.is_empty() {
                true => name.clone(),
                false => format!("{path}.{name}"),
            };
            match kept.get(name) {
                Some(kept) => find_unexpected(value, kept, path),
                None => Some(path),
            }
        }),
        (Value::Array(given), Value::Array(kept)) => {
            let mut pairs = given.iter().zip(kept).enumerate();
            pairs.find_map(|(index, (given, kept))| {
                find_unexpected(given, kept, format!("{path}[{index}]"))
            })
        }
        _ => None,
    }
}

/// The words of a release.
struct Wording {
    series: Series,
}

/// The first release whose errors have the whole path of a member.
const PATHS_SINCE: Series = Series::new(2, 9);
const UNSIGNED_SINCE: Series = Series::new(2, 10);

impl Wording {
    fn invalid(&self, error: &Located) -> ErrorReply {
        let message = &*error.message;
        let field = message.strip_prefix("missing field `");
        if let Some(name) = field.and_then(|rest| rest.strip_suffix('`')) {
            let path = match error.path.is_empty() {
                true => name.to_owned(),
                false => format!("{}.{name}", error.path),
            };
            return ErrorReply::generic(format!("Parameter '{}' is missing", self.name(&path)));
        }
        let name = self.name(&error.path);
        let expected = message
            .rsplit_once("expected ")
            .map_or("", |(_, rest)| rest);
        let number = c_integer(expected);
        ErrorReply::generic(match number {
            Some("uint64") if self.series >= UNSIGNED_SINCE => {
                format!("Parameter '{name}' expects uint64")
            }
            Some(number) if message.starts_with("invalid value") => {
                format!("Parameter '{name}' expects {number}")
            }
            _ => {
                let kind = self.json_kind(expected);
                format!("Invalid parameter type for '{name}', expected: {kind}")
            }
        })
    }

    fn unexpected(&self, path: &str) -> ErrorReply {
        ErrorReply::generic(match self.series < PATHS_SINCE {
            true => format!("Invalid parameter '{}'", self.name(path)),
            false => format!("Parameter '{path}' is unexpected"),
        })
    }

    /// The part of a path that the release names.
    fn name<'p>(&self, path: &'p str) -> &'p str {
        match self.series < PATHS_SINCE {
            true => path.rsplit('.').next().unwrap_or(path),
            false => path,
        }
    }

    fn json_kind<'e>(&self, expected: &'e str) -> &'e str {
        let is_old = self.series < PATHS_SINCE;
        match expected {
            _ if c_integer(expected).is_some() => "integer",
            "a boolean" => "boolean",
            "a string" => "string",
            "f32" | "f64" => "number",
            "a sequence" if is_old => "list",
            "a sequence" => "array",
            _ if expected.starts_with("an object") && is_old => "QDict",
            _ if expected.starts_with("an object") => "object",
            other => other,
        }
    }
}

/// The name that QEMU has for a type of integers.
fn c_integer(expected: &str) -> Option<&'static str> {
    Some(match expected {
        "i8" => "int8_t",
        "i16" => "int16_t",
        "i32" => "int32_t",
        "i64" => "int64",
        "u8" => "uint8_t",
        "u16" => "uint16_t",
        "u32" => "uint32_t",
        "u64" | "an integer of 64 bits" => "uint64",
        _ => return None,
    })
}
