//! Values that a schema does not list.

use std::fmt;

use serde_json::{Map, Value};

/// An enum value that the schema does not list.
///
/// Distributions and later stable releases add values. The text is kept as the server
/// sent it. It is never a value that the schema lists, since those have variants of
/// their own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnrecognizedValue(Box<str>);

impl UnrecognizedValue {
    #[doc(hidden)]
    pub fn new(text: &str) -> Self {
        UnrecognizedValue(text.into())
    }

    /// Returns the text on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnrecognizedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A union branch that the schema does not list.
#[derive(Debug, Clone, PartialEq)]
pub struct UnrecognizedBranch {
    /// The value of the discriminator.
    pub discriminator: String,
    /// The members that do not belong to all branches, as the server sent them.
    pub members: Map<String, Value>,
}
