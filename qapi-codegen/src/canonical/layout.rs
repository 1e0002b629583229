//! Where lines are broken: what fits on a line stands on one, and otherwise
//! each of its parts begins a line.

use super::value::Value;

const WIDTH: usize = 80;

/// An expression as lines, the last of them ended.
pub fn expression(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, 0, &mut text);
    text.push('\n');
    text
}

/// Writes a value behind `used` columns of a line that is indented by `indent`.
fn write(value: &Value, indent: usize, used: usize, text: &mut String) {
    let line = one_line(value);
    if indent + used + line.len() <= WIDTH {
        text.push_str(&line);
        return;
    }
    match value {
        Value::Array(elements) => {
            let parts = elements.iter().map(|element| (String::new(), element));
            write_parts('[', parts, ']', indent, text);
        }
        Value::Object(entries) => {
            let parts = entries
                .iter()
                .map(|(key, value)| (format!("{}: ", quoted(key)), value));
            write_parts('{', parts, '}', indent, text);
        }
        Value::String(_) | Value::Boolean(_) => text.push_str(&line),
    }
}

fn write_parts<'v>(
    open: char,
    parts: impl Iterator<Item = (String, &'v Value)>,
    close: char,
    indent: usize,
    text: &mut String,
) {
    text.push(open);
    for (index, (key, value)) in parts.enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&" ".repeat(indent + 2));
        text.push_str(&key);
        write(value, indent + 2, key.len() + 1, text);
    }
    text.push('\n');
    text.push_str(&" ".repeat(indent));
    text.push(close);
}

fn one_line(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Boolean(on) => on.to_string(),
        Value::Array(elements) => {
            let parts: Vec<String> = elements.iter().map(one_line).collect();
            enclosed("[", &parts, "]")
        }
        Value::Object(entries) => {
            let part =
                |(key, value): &(String, Value)| format!("{}: {}", quoted(key), one_line(value));
            let parts: Vec<String> = entries.iter().map(part).collect();
            enclosed("{", &parts, "}")
        }
    }
}

fn enclosed(open: &str, parts: &[String], close: &str) -> String {
    if parts.is_empty() {
        return format!("{open}{close}");
    }
    format!("{open} {} {close}", parts.join(", "))
}

/// A string in quotes. Only files of 4.1 and older can have what needs an
/// escape, and none has.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
