//! The parts of an entry, and what is wrong with them.

use serde_json::{Map, Value};

use super::read::{Damage, Problem};

/// The parts of an entry or of a member of one.
pub type Fields = Map<String, Value>;

/// How many mistakes are told; whatever breaks a reply breaks it often.
const MOST_PROBLEMS: usize = 20;

/// The longest name, in bytes. QEMU's own have a quarter of that.
const LONGEST_NAME: usize = 256;

/// The mistakes that were found.
#[derive(Debug, Default)]
pub struct Problems {
    problems: Vec<Problem>,
    more: usize,
}

impl Problems {
    /// A text of an object.
    pub fn text<'v>(&mut self, path: &str, fields: &'v Fields, key: &str) -> Option<&'v str> {
        self.string(format!("{path}.{key}"), fields.get(key))
    }

    fn string<'v>(&mut self, path: String, value: Option<&'v Value>) -> Option<&'v str> {
        match value.and_then(Value::as_str) {
            Some(text) if text.len() > LONGEST_NAME => {
                let message = format!(
                    "a name of {} bytes, and one has at most {LONGEST_NAME}",
                    text.len()
                );
                self.report(path, message);
                None
            }
            Some(text) => Some(text),
            None => self.expected(path, "a string", value),
        }
    }

    /// The texts of an array, each with its place.
    pub fn strings<'v>(
        &mut self,
        path: &str,
        fields: &'v Fields,
        key: &str,
    ) -> Option<Vec<(String, &'v str)>> {
        let array = self.array(path, fields, key)?;
        let string = |(index, value): (usize, &'v Value)| {
            let path = format!("{path}.{key}[{index}]");
            let text = self.string(path.clone(), Some(value))?;
            Some((path, text))
        };
        array.iter().enumerate().map(string).collect()
    }

    /// A switch of an object, which is off where it is absent.
    pub fn flag(&mut self, path: &str, fields: &Fields, key: &str) -> bool {
        match fields.get(key) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            value => {
                let path = format!("{path}.{key}");
                self.expected(path, "true or false", value)
                    .unwrap_or_default()
            }
        }
    }

    fn array<'v>(&mut self, path: &str, fields: &'v Fields, key: &str) -> Option<&'v Vec<Value>> {
        let value = fields.get(key);
        match value.and_then(Value::as_array) {
            Some(array) => Some(array),
            None => self.expected(format!("{path}.{key}"), "an array", value),
        }
    }

    /// The objects of an array, each with its place.
    pub fn objects<'v>(
        &mut self,
        path: &str,
        fields: &'v Fields,
        key: &str,
    ) -> Option<Vec<(String, &'v Fields)>> {
        let array = self.array(path, fields, key)?;
        let object = |(index, value): (usize, &'v Value)| {
            let path = format!("{path}.{key}[{index}]");
            let object = self.object(&path, value)?;
            Some((path, object))
        };
        array.iter().enumerate().map(object).collect()
    }

    /// An object.
    pub fn object<'v>(&mut self, path: &str, value: &'v Value) -> Option<&'v Fields> {
        match value.as_object() {
            Some(object) => Some(object),
            None => self.expected(path.to_owned(), "an object", Some(value)),
        }
    }

    /// Reports a value of a wrong kind.
    pub fn expected<T>(
        &mut self,
        path: String,
        expected: &str,
        found: Option<&Value>,
    ) -> Option<T> {
        let found = match found {
            None => "nothing",
            Some(Value::Null) => "null",
            Some(Value::Bool(_)) => "a boolean",
            Some(Value::Number(_)) => "a number",
            Some(Value::String(_)) => "a string",
            Some(Value::Array(_)) => "an array",
            Some(Value::Object(_)) => "an object",
        };
        self.report(path, format!("expected {expected}, found {found}"));
        None
    }

    /// Reports whatever else is wrong.
    pub fn report(&mut self, path: String, message: String) {
        self.add(Problem::new(path, message));
    }

    /// Adds what somebody else has found.
    pub fn add(&mut self, problem: Problem) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Comes to an end: with what was found, if anything.
    pub fn done(&mut self) -> Result<(), Damage> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(Damage {
            problems: std::mem::take(&mut self.problems),
            more: self.more,
        })
    }
}

/// A text of the reply, which may hold anything and may be long.
pub fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    if text.chars().nth(40).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}
