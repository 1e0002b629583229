//! The layout of the files: JSON that is short and still changes line by line.

use serde_json::{Map, Value};

/// The largest width of a line that holds several values.
const WIDTH: usize = 120;

/// Writes a value: on one line if it fits, scalars side by side, and anything
/// else one entry a line. The keys of objects are sorted.
pub fn to_text(value: &Value) -> String {
    let mut text = String::new();
    write_value(value, 0, &mut text);
    text + "\n"
}

fn write_value(value: &Value, indent: usize, text: &mut String) {
    let compact = compact(value);
    let entries: Vec<(String, &Value)> = match value {
        _ if indent > 0 && indent + compact.len() < WIDTH => return text.push_str(&compact),
        Value::Array(items) => items.iter().map(|item| (String::new(), item)).collect(),
        Value::Object(members) => {
            let key = |name: &str| compact_text(name) + ": ";
            let members = sorted(members);
            members.map(|(name, value)| (key(name), value)).collect()
        }
        _ => return text.push_str(&compact),
    };
    let (open, close) = match value {
        Value::Array(_) => ('[', ']'),
        _ => ('{', '}'),
    };
    text.push(open);
    write_entries(&entries, indent + 1, text);
    text.push('\n');
    text.push_str(&" ".repeat(indent));
    text.push(close);
}

fn write_entries(entries: &[(String, &Value)], indent: usize, text: &mut String) {
    let is_scalar = |(_, value): &(String, &Value)| !value.is_array() && !value.is_object();
    let fills = indent > 1 && entries.iter().all(is_scalar);
    let mut column = WIDTH;
    for (index, (key, value)) in entries.iter().enumerate() {
        let mut entry = key.clone();
        write_value(value, indent, &mut entry);
        entry.push_str(if index + 1 < entries.len() { "," } else { "" });
        if fills && column + 1 + entry.len() <= WIDTH {
            text.push(' ');
            column += 1 + entry.len();
        } else {
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            column = indent + entry.len();
        }
        text.push_str(&entry);
    }
}

/// The value on one line, with spaces.
fn compact(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(compact).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let member = |(name, value): (&str, &Value)| {
                format!("{}: {}", compact_text(name), compact(value))
            };
            let members: Vec<String> = sorted(members).map(member).collect();
            format!("{{{}}}", members.join(", "))
        }
        scalar => scalar.to_string(),
    }
}

/// Members by name. Other packages of a build may make the maps of serde_json keep
/// the order of insertion.
fn sorted(members: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    let mut sorted: Vec<_> = members
        .iter()
        .map(|(name, value)| (&**name, value))
        .collect();
    sorted.sort_by_key(|(name, _)| *name);
    sorted.into_iter()
}

fn compact_text(text: &str) -> String {
    Value::from(text).to_string()
}
