//! Values to text, in the manner of a text that was read.

use super::{Member, Text, Value};

/// How a text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// How many spaces each level is indented; nothing where a message is one
    /// line.
    indent: Option<usize>,
    /// Whether a space follows each comma and colon of one line.
    spaced: bool,
    /// Whether strings stand between single quotes.
    single: bool,
}

impl Style {
    /// The shortest layout.
    pub const COMPACT: Style = Style {
        indent: None,
        spaced: false,
        single: false,
    };

    /// One line with spaces, as QEMU writes.
    pub const SPACED: Style = Style {
        indent: None,
        spaced: true,
        single: false,
    };

    /// The layout of a text.
    pub fn of(text: &str) -> Style {
        let broken = text
            .trim_end()
            .find('\n')
            .map(|newline| &text[newline + 1..]);
        let indent = broken.map(|line| line.len() - line.trim_start_matches(' ').len());
        Style {
            indent: indent.filter(|&indent| indent > 0),
            spaced: text.contains(": ") || text.contains(", "),
            single: text.contains('\'') && !text.contains('"'),
        }
    }

    /// The text of a value.
    pub fn write(self, value: &Value<'_>) -> String {
        let mut out = String::new();
        self.value(value, 0, &mut out);
        out
    }

    fn value(self, value: &Value<'_>, level: usize, out: &mut String) {
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Number(text) => out.push_str(text),
            Value::String(text) => self.text(text, out),
            Value::Array(items) => {
                let item = |value: &Value<'_>, out: &mut String| self.value(value, level + 1, out);
                self.list(['[', ']'], items, level, item, out);
            }
            Value::Object(members) => {
                let item = |member: &Member<'_>, out: &mut String| {
                    self.text(&member.name, out);
                    out.push_str(if self.spaced { ": " } else { ":" });
                    self.value(&member.value, level + 1, out);
                };
                self.list(['{', '}'], members, level, item, out);
            }
        }
    }

    fn list<T>(
        self,
        [open, close]: [char; 2],
        items: &[T],
        level: usize,
        mut write: impl FnMut(&T, &mut String),
        out: &mut String,
    ) {
        out.push(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            match self.indent {
                Some(_) => self.new_line(level + 1, out),
                None if index > 0 && self.spaced => out.push(' '),
                None => {}
            }
            write(item, out);
        }
        if !items.is_empty() && self.indent.is_some() {
            self.new_line(level, out);
        }
        out.push(close);
    }

    /// A string that was read keeps its quotes and escapes.
    fn text(self, text: &Text<'_>, out: &mut String) {
        match &text.raw {
            Some(raw) => out.push_str(raw),
            None if self.single && !text.value.contains(['\'', '"', '\\']) => {
                let quoted = quoted(&text.value);
                out.extend(["'", &quoted[1..quoted.len() - 1], "'"]);
            }
            None => out.push_str(&quoted(&text.value)),
        }
    }

    fn new_line(self, level: usize, out: &mut String) {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', level * self.indent.unwrap_or(0)));
    }
}

/// A string as JSON; characters beyond ASCII stay as they are.
fn quoted(text: &str) -> String {
    // A string always has a text.
    serde_json::to_string(text).unwrap_or_default()
}
