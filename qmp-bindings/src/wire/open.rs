//! What a schema does not list and QEMU may send all the same.

use std::fmt;

use serde_json::{Map, Value};

/// A value of an enum that the schema does not list.
///
/// Distributions add values, and so may the next stable release. The text is
/// kept as it came. It is never one of the values that the schema lists: such a
/// text always becomes the value's own variant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnrecognizedValue(Box<str>);

impl UnrecognizedValue {
    pub(crate) fn new(text: &str) -> Self {
        UnrecognizedValue(text.into())
    }

    /// The text on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnrecognizedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A branch of a union that the schema does not list.
#[derive(Debug, Clone, PartialEq)]
pub struct UnrecognizedBranch {
    /// The value of the tag.
    pub tag: String,
    /// The members that are not shared by all branches, as they came.
    pub members: Map<String, Value>,
}
