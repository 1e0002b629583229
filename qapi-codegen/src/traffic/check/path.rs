//! Where in a message something is.

use std::fmt;

/// A place in a message: `actions[0].data.device`.
#[derive(Debug, Clone, Copy)]
pub enum Path<'p> {
    /// The whole.
    Root,
    /// A member of an object.
    Member(&'p Path<'p>, &'p str),
    /// An element of an array.
    Element(&'p Path<'p>, usize),
}

impl<'p> Path<'p> {
    /// The place of a member of what is here.
    pub fn member(&'p self, name: &'p str) -> Path<'p> {
        Path::Member(self, name)
    }

    /// The place of an element of what is here.
    pub fn element(&'p self, index: usize) -> Path<'p> {
        Path::Element(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Member(Path::Root, name) => f.write_str(name),
            Path::Member(outer, name) => write!(f, "{outer}.{name}"),
            Path::Element(outer, index) => write!(f, "{outer}[{index}]"),
        }
    }
}
