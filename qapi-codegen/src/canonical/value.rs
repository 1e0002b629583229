//! What an expression is made of.

/// A value of the language.
#[derive(Debug, Clone)]
pub enum Value {
    /// A string.
    String(String),
    /// A switch.
    Boolean(bool),
    /// A list.
    Array(Vec<Value>),
    /// An object, its keys in order.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// A string.
    pub fn string(text: &str) -> Value {
        Value::String(text.to_owned())
    }
}
