//! The JSON writer.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{JsonMember, JsonString, JsonValue};

/// Layout of JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonStyle {
    /// Spaces per level; `None` writes a value on one line.
    indent: Option<usize>,
    /// Width up to which a value stays on one line although `indent` is set.
    width: usize,
    /// Adds a space after each comma and colon on a line.
    is_spaced: bool,
    /// Adds a space after `{` and before `}` on a line.
    is_padded: bool,
    /// Writes new strings in single quotes.
    is_single_quoted: bool,
}

impl JsonStyle {
    /// The shortest layout.
    pub const COMPACT: JsonStyle = JsonStyle {
        indent: None,
        width: 0,
        is_spaced: false,
        is_padded: false,
        is_single_quoted: false,
    };

    /// One line with spaces, as QEMU writes.
    pub const SPACED: JsonStyle = JsonStyle {
        is_spaced: true,
        ..JsonStyle::COMPACT
    };

    /// One line where a value fits, else a line per member.
    pub const PRETTY: JsonStyle = JsonStyle {
        indent: Some(2),
        width: 76,
        is_padded: true,
        ..JsonStyle::SPACED
    };

    /// The same layout with another width of lines.
    pub fn with_width(self, width: usize) -> JsonStyle {
        JsonStyle { width, ..self }
    }

    /// Derives the layout of existing JSON text.
    pub fn detect(text: &str) -> JsonStyle {
        let second_line = text.trim_end().split_once('\n').map(|(_, rest)| rest);
        let indent = second_line.map(|line| line.len() - line.trim_start_matches(' ').len());
        JsonStyle {
            indent: indent.filter(|&indent| indent > 0),
            is_spaced: text.contains(": ") || text.contains(", "),
            is_single_quoted: text.contains('\'') && !text.contains('"'),
            ..JsonStyle::COMPACT
        }
    }

    /// Formats a value. Strings that were read keep their quotes and escapes.
    pub fn format(self, value: &JsonValue<'_>) -> String {
        let mut out = String::new();
        self.write_value(value, 0, &mut out);
        out
    }

    fn write_value(self, value: &JsonValue<'_>, level: usize, out: &mut String) {
        if self.width > 0 && self.write_if_fits(value, out) {
            return;
        }
        match value {
            JsonValue::Null => out.push_str("null"),
            JsonValue::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            JsonValue::Number(number) => out.push_str(number),
            JsonValue::String(string) => self.write_string(string, out),
            JsonValue::Array(elements) => {
                self.write_items("[", elements, level, out, |element, out| {
                    self.write_value(element, level + 1, out);
                });
                out.push(']');
            }
            JsonValue::Object(members) => {
                self.write_items("{", members, level, out, |member: &JsonMember<'_>, out| {
                    self.write_string(&member.name, out);
                    out.push_str(if self.is_spaced { ": " } else { ":" });
                    self.write_value(&member.value, level + 1, out);
                });
                out.push('}');
            }
        }
    }

    /// Writes a value on the current line unless it is too wide, with the comma
    /// that may follow.
    fn write_if_fits(self, value: &JsonValue<'_>, out: &mut String) -> bool {
        let on_one_line = JsonStyle {
            indent: None,
            width: 0,
            ..self
        };
        let line = on_one_line.format(value);
        let column = out.rfind('\n').map_or(out.len(), |end| out.len() - end - 1);
        let fits = column + line.len() < self.width;
        if fits {
            out.push_str(&line);
        }
        fits
    }

    /// Writes an opening bracket and the items after it.
    fn write_items<T>(
        self,
        open: &str,
        items: &[T],
        level: usize,
        out: &mut String,
        mut write: impl FnMut(&T, &mut String),
    ) {
        out.push_str(open);
        let padding = if self.is_padded && open == "{" {
            " "
        } else {
            ""
        };
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            match self.indent {
                Some(_) => self.break_line(level + 1, out),
                None if index == 0 => out.push_str(padding),
                None => out.push_str(if self.is_spaced { " " } else { "" }),
            }
            write(item, out);
        }
        match self.indent {
            _ if items.is_empty() => {}
            Some(_) => self.break_line(level, out),
            None => out.push_str(padding),
        }
    }

    fn break_line(self, level: usize, out: &mut String) {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', level * self.indent.unwrap_or(0)));
    }

    fn write_string(self, string: &JsonString<'_>, out: &mut String) {
        if let Some(source) = &string.source {
            return out.push_str(source);
        }
        // Serializing a string cannot fail.
        let quoted = serde_json::to_string(&string.value).unwrap_or_default();
        if self.is_single_quoted && !string.value.contains(['\'', '"', '\\']) {
            out.extend(["'", &quoted[1..quoted.len() - 1], "'"]);
        } else {
            out.push_str(&quoted);
        }
    }
}

impl Serialize for JsonValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            JsonValue::Null => serializer.serialize_unit(),
            JsonValue::Bool(value) => serializer.serialize_bool(*value),
            JsonValue::Number(number) => serialize_number(number, serializer),
            JsonValue::String(string) => serializer.serialize_str(&string.value),
            JsonValue::Array(elements) => elements.serialize(serializer),
            JsonValue::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for member in members {
                    map.serialize_entry(&member.name.value, &member.value)?;
                }
                map.end()
            }
        }
    }
}

fn serialize_number<S: Serializer>(number: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let number: serde_json::Number = number.parse().map_err(serde::ser::Error::custom)?;
    number.serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pretty_keeps_short_values_on_one_line() {
        let mut value =
            JsonValue::object([("b", JsonValue::number(1)), ("a", JsonValue::Array(vec![]))]);
        assert_eq!(JsonStyle::PRETTY.format(&value), r#"{ "b": 1, "a": [] }"#);
        value.set("a", JsonValue::string("x".repeat(80)));
        let lines = JsonStyle::PRETTY.format(&value);
        assert_eq!(lines.lines().count(), 4, "{lines}");
        assert!(serde_json::from_str::<serde_json::Value>(&lines).is_ok());
        assert_eq!(serde_json::to_value(&value).unwrap()["b"], 1);
    }
}
