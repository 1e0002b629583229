//! A JSON value whose members stay in the order in which a person reads them.

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

/// How wide a value may be to stay on one line.
const WIDTH: usize = 76;

impl Json {
    /// A text.
    pub fn text(text: impl Into<String>) -> Json {
        Json::Text(text.into())
    }

    /// An object.
    pub fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
        Json::Object(
            members
                .map(|(name, value)| (name.to_owned(), value))
                .to_vec(),
        )
    }

    /// The member of an object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        let Json::Object(members) = self else {
            return None;
        };
        members
            .iter()
            .find_map(|(own, value)| (own == name).then_some(value))
    }

    /// Sets a member of an object, in its place if it is there.
    pub fn set(&mut self, name: &str, value: Json) {
        let Json::Object(members) = self else { return };
        match members.iter_mut().find(|(own, _)| own == name) {
            Some((_, old)) => *old = value,
            None => members.push((name.to_owned(), value)),
        }
    }

    /// The value as text, on one line where it fits, for people to read.
    pub fn pretty(&self) -> String {
        let mut text = String::new();
        self.write(0, &mut text);
        text
    }

    fn write(&self, indent: usize, text: &mut String) {
        let line = self.line();
        let (open, close, parts) = match self {
            Json::Array(items) => ("[", "]", items.iter().map(|item| (None, item)).collect()),
            Json::Object(members) => {
                let members = members.iter().map(|(name, value)| (Some(name), value));
                ("{", "}", members.collect::<Vec<_>>())
            }
            _ => return text.push_str(&line),
        };
        if indent + line.len() <= WIDTH || parts.is_empty() {
            return text.push_str(&line);
        }
        text.push_str(open);
        for (index, (name, value)) in parts.into_iter().enumerate() {
            text.push_str(if index > 0 { ",\n" } else { "\n" });
            text.push_str(&" ".repeat(indent + 2));
            if let Some(name) = name {
                text.extend([&quoted(name), ": "]);
            }
            value.write(indent + 2, text);
        }
        text.push('\n');
        text.push_str(&" ".repeat(indent));
        text.push_str(close);
    }

    /// The value on one line.
    pub fn line(&self) -> String {
        let list = |parts: Vec<String>| parts.join(", ");
        match self {
            Json::Null => "null".to_owned(),
            Json::Boolean(value) => value.to_string(),
            Json::Integer(value) => value.to_string(),
            Json::Number(value) => value.to_string(),
            Json::Text(value) => quoted(value),
            Json::Array(items) => format!("[{}]", list(items.iter().map(Json::line).collect())),
            Json::Object(members) if members.is_empty() => "{}".to_owned(),
            Json::Object(members) => {
                let member =
                    |(name, value): &(String, Json)| format!("{}: {}", quoted(name), value.line());
                format!("{{ {} }}", list(members.iter().map(member).collect()))
            }
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Boolean(value) => serializer.serialize_bool(*value),
            Json::Integer(value) => serializer.serialize_i64(*value),
            Json::Number(value) => serializer.serialize_f64(*value),
            Json::Text(value) => serializer.serialize_str(value),
            Json::Array(items) => items.serialize(serializer),
            Json::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_values_stay_on_one_line() {
        let mut value = Json::object([("b", Json::Integer(1)), ("a", Json::Array(vec![]))]);
        assert_eq!(value.pretty(), r#"{ "b": 1, "a": [] }"#);
        value.set("a", Json::text("x".repeat(80)));
        let lines = value.pretty();
        assert_eq!(lines.lines().count(), 4, "{lines}");
        assert!(serde_json::from_str::<serde_json::Value>(&lines).is_ok());
        assert_eq!(serde_json::to_value(&value).unwrap()["b"], 1);
    }
}
