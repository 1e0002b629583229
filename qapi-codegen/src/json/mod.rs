//! JSON as QEMU reads and writes it.
//!
//! [`JsonValue`] keeps what a general JSON library discards and compatibility
//! checks need: the spelling of numbers and strings, the order of members, and
//! members that occur twice. Text that is not changed is written back byte for
//! byte. The reader also accepts strings in single quotes, as QEMU does.

mod parse;
mod rewrite;
mod style;

use std::borrow::Cow;

pub use parse::{
    Leniency, NESTING_LIMIT, ParsedJson, SyntaxError, parse, parse_prefix, parse_python,
};
pub use rewrite::rewrite;
pub use style::JsonStyle;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonValue<'t> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number in its original spelling.
    Number(Cow<'t, str>),
    /// A string.
    String(JsonString<'t>),
    /// An array.
    Array(Vec<JsonValue<'t>>),
    /// An object. Members keep their order, and duplicates are kept too.
    Object(Vec<JsonMember<'t>>),
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonMember<'t> {
    /// The name.
    pub name: JsonString<'t>,
    /// The value.
    pub value: JsonValue<'t>,
}

/// A string, compared by its value only.
#[derive(Debug, Clone)]
pub struct JsonString<'t> {
    /// The value, without quotes and escapes.
    pub value: Cow<'t, str>,
    /// The source text, including the quotes.
    source: Option<Cow<'t, str>>,
}

impl PartialEq for JsonString<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<'t> JsonString<'t> {
    /// Creates a string that has no source text.
    pub fn new(value: impl Into<Cow<'t, str>>) -> Self {
        JsonString {
            value: value.into(),
            source: None,
        }
    }

    fn into_owned(self) -> JsonString<'static> {
        JsonString {
            value: Cow::Owned(self.value.into_owned()),
            source: self.source.map(|source| Cow::Owned(source.into_owned())),
        }
    }
}

impl<'t> JsonMember<'t> {
    /// Creates a member whose name has no source text.
    pub fn new(name: impl Into<Cow<'t, str>>, value: JsonValue<'t>) -> Self {
        JsonMember {
            name: JsonString::new(name),
            value,
        }
    }
}

impl<'t> JsonValue<'t> {
    /// Creates a string.
    pub fn string(value: impl Into<Cow<'t, str>>) -> Self {
        JsonValue::String(JsonString::new(value))
    }

    /// Creates a number from its decimal representation.
    pub fn number(value: impl ToString) -> Self {
        JsonValue::Number(Cow::Owned(value.to_string()))
    }

    /// Creates an object.
    pub fn object<const N: usize>(members: [(&'t str, JsonValue<'t>); N]) -> Self {
        let members = members.map(|(name, value)| JsonMember::new(name, value));
        JsonValue::Object(members.into())
    }

    /// Returns the members of an object.
    pub fn members(&self) -> Option<&[JsonMember<'t>]> {
        match self {
            JsonValue::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Returns the members of an object, mutably.
    pub fn members_mut(&mut self) -> Option<&mut Vec<JsonMember<'t>>> {
        match self {
            JsonValue::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Returns the elements of an array.
    pub fn elements(&self) -> Option<&[JsonValue<'t>]> {
        match self {
            JsonValue::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// Returns the value of a member of an object, the last one if it occurs
    /// more than once.
    pub fn get(&self, name: &str) -> Option<&JsonValue<'t>> {
        let mut members = self.members()?.iter().rev();
        members.find_map(|member| (member.name.value == name).then_some(&member.value))
    }

    /// Returns the value that [`get`](Self::get) returns, mutably.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut JsonValue<'t>> {
        let mut members = self.members_mut()?.iter_mut().rev();
        members.find_map(|member| (member.name.value == name).then_some(&mut member.value))
    }

    /// Replaces the value of a member of an object, or appends the member.
    pub fn set(&mut self, name: impl Into<Cow<'t, str>>, value: JsonValue<'t>) {
        let name = name.into();
        if let Some(old) = self.get_mut(&name) {
            *old = value;
        } else if let Some(members) = self.members_mut() {
            members.push(JsonMember::new(name, value));
        }
    }

    /// Removes a member from an object and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<JsonValue<'t>> {
        let members = self.members_mut()?;
        let index = members.iter().rposition(|m| m.name.value == name)?;
        let value = members.remove(index).value;
        members.retain(|member| member.name.value != name);
        Some(value)
    }

    /// Returns the value of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            JsonValue::String(string) => Some(&string.value),
            _ => None,
        }
    }

    /// Returns the name of the value's JSON type; integers are not `number`.
    pub fn type_name(&self) -> &'static str {
        match self {
            JsonValue::Null => "null",
            JsonValue::Bool(_) => "boolean",
            JsonValue::Number(number) if is_integer(number) => "integer",
            JsonValue::Number(_) => "number",
            JsonValue::String(_) => "string",
            JsonValue::Array(_) => "array",
            JsonValue::Object(_) => "object",
        }
    }

    /// Drops the source text of all strings, so that they are written as JSON
    /// requires.
    pub fn without_source(self) -> Self {
        match self {
            JsonValue::String(string) => JsonValue::string(string.value),
            JsonValue::Array(elements) => {
                JsonValue::Array(elements.into_iter().map(Self::without_source).collect())
            }
            JsonValue::Object(members) => {
                let members = members.into_iter();
                let without = |member: JsonMember<'t>| {
                    JsonMember::new(member.name.value, member.value.without_source())
                };
                JsonValue::Object(members.map(without).collect())
            }
            value => value,
        }
    }

    /// Converts into a value that owns its text.
    pub fn into_owned(self) -> JsonValue<'static> {
        match self {
            JsonValue::Null => JsonValue::Null,
            JsonValue::Bool(value) => JsonValue::Bool(value),
            JsonValue::Number(number) => JsonValue::Number(Cow::Owned(number.into_owned())),
            JsonValue::String(string) => JsonValue::String(string.into_owned()),
            // Loops need less stack than iterators, and values may be nested deeply.
            JsonValue::Array(elements) => {
                let mut owned = Vec::with_capacity(elements.len());
                for element in elements {
                    owned.push(element.into_owned());
                }
                JsonValue::Array(owned)
            }
            JsonValue::Object(members) => {
                let mut owned = Vec::with_capacity(members.len());
                for member in members {
                    owned.push(JsonMember {
                        name: member.name.into_owned(),
                        value: member.value.into_owned(),
                    });
                }
                JsonValue::Object(owned)
            }
        }
    }
}

/// Returns whether a number is an integer to QEMU. A number with a fraction or
/// an exponent is not, whatever its value.
pub fn is_integer(number: &str) -> bool {
    !number.contains(['.', 'e', 'E'])
}
