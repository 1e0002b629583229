//! JSON as QEMU reads it, with its text kept.
//!
//! A library for JSON would lose what is needed here: strings may be written
//! between single quotes, `1.0` is no integer, a member that is written twice
//! depends on the release, and what is not migrated has to come out as it went
//! in, down to the escapes.

mod read;
mod write;

use std::borrow::Cow;

pub use read::{Mistake, NESTING_LIMIT, Oddity, Parsed, parse, parse_loosely, parse_prefix};
pub use write::Style;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'t> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as it is written.
    Number(Cow<'t, str>),
    /// A string.
    String(Text<'t>),
    /// An array.
    Array(Vec<Value<'t>>),
    /// An object; its members in the order of the text, each as often as it is
    /// written.
    Object(Vec<Member<'t>>),
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member<'t> {
    /// Its name.
    pub name: Text<'t>,
    /// Its value.
    pub value: Value<'t>,
}

/// A string.
#[derive(Debug, Clone)]
pub struct Text<'t> {
    /// What it says.
    pub value: Cow<'t, str>,
    /// How it was written, quotes included.
    raw: Option<Cow<'t, str>>,
}

/// Two strings are equal that say the same, however they are written.
impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<'t> From<Cow<'t, str>> for Text<'t> {
    fn from(value: Cow<'t, str>) -> Self {
        Text { value, raw: None }
    }
}

impl<'t> Text<'t> {
    /// A string that was not written yet.
    pub fn new(value: impl Into<Cow<'t, str>>) -> Self {
        Text {
            value: value.into(),
            raw: None,
        }
    }

    fn into_owned(self) -> Text<'static> {
        Text {
            value: Cow::Owned(self.value.into_owned()),
            raw: self.raw.map(|raw| Cow::Owned(raw.into_owned())),
        }
    }
}

impl<'t> Member<'t> {
    /// A member that was not written yet.
    pub fn new(name: impl Into<Cow<'t, str>>, value: Value<'t>) -> Self {
        Member {
            name: Text::new(name),
            value,
        }
    }
}

impl<'t> Value<'t> {
    /// A string that was not written yet.
    pub fn text(value: impl Into<Cow<'t, str>>) -> Self {
        Value::String(Text::new(value))
    }

    /// The members, if it is an object.
    pub fn members(&self) -> Option<&[Member<'t>]> {
        match self {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The members to change, if it is an object.
    pub fn members_mut(&mut self) -> Option<&mut Vec<Member<'t>>> {
        match self {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The member with this name, if it is an object that has it; the last one
    /// where it is written twice.
    pub fn get(&self, name: &str) -> Option<&Value<'t>> {
        let found = self
            .members()?
            .iter()
            .rfind(|member| member.name.value == name);
        found.map(|member| &member.value)
    }

    /// The member with this name, to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value<'t>> {
        let found = self
            .members_mut()?
            .iter_mut()
            .rfind(|member| member.name.value == name);
        found.map(|member| &mut member.value)
    }

    /// Takes the member with this name out of the object.
    pub fn take(&mut self, name: &str) -> Option<Value<'t>> {
        let members = self.members_mut()?;
        let place = members
            .iter()
            .rposition(|member| member.name.value == name)?;
        let value = members.remove(place).value;
        members.retain(|member| member.name.value != name);
        Some(value)
    }

    /// What it says, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(&text.value),
            _ => None,
        }
    }

    /// What kind of value it is, as a person calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(text) if is_integer(text) => "integer",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// The value without its text, which may outlive it.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
            Value::Bool(value) => Value::Bool(value),
            Value::Number(text) => Value::Number(Cow::Owned(text.into_owned())),
            Value::String(text) => Value::String(text.into_owned()),
            Value::Array(items) => Value::Array(items.into_iter().map(Value::into_owned).collect()),
            Value::Object(members) => {
                let owned = members.into_iter().map(|member| Member {
                    name: member.name.into_owned(),
                    value: member.value.into_owned(),
                });
                Value::Object(owned.collect())
            }
        }
    }
}

/// Whether a number is written as an integer; one with a fraction or an
/// exponent never is, whatever its value.
pub fn is_integer(number: &str) -> bool {
    !number.contains(['.', 'e', 'E'])
}
