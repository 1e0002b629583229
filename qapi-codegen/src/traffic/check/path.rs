//! Paths inside the message that is being checked.

use crate::wire::PathSegment;

/// A path, linked from its last segment to its first.
///
/// It lives on the stack of the checker and costs no allocation. A problem
/// copies its segments.
#[derive(Clone, Copy)]
pub enum MessagePath<'p, 'm> {
    /// The message itself, or its arguments.
    Root,
    /// A part of the value at another path.
    Inside(&'p MessagePath<'p, 'm>, PathSegment<'m>),
}

impl<'m> MessagePath<'_, 'm> {
    /// The path of a member of the object at this path.
    pub fn member<'p>(&'p self, name: &'m str) -> MessagePath<'p, 'm> {
        MessagePath::Inside(self, PathSegment::Member(name))
    }

    /// The path of an element of the array at this path.
    pub fn element<'p>(&'p self, index: usize) -> MessagePath<'p, 'm> {
        MessagePath::Inside(self, PathSegment::Element(index))
    }

    /// Returns whether this is a member of the outermost object.
    pub fn is_top_level(&self) -> bool {
        matches!(self, MessagePath::Inside(MessagePath::Root, _))
    }

    /// The segments in order.
    pub fn to_segments(self) -> Vec<PathSegment<'m>> {
        match self {
            MessagePath::Root => Vec::new(),
            MessagePath::Inside(outer, segment) => {
                let mut segments = outer.to_segments();
                segments.push(segment);
                segments
            }
        }
    }
}
